import { chmodSync, closeSync, openSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { messageOf, Refused } from '../base/errors.ts';

/** What a row may hold on its way to and from the driver. */
export type DriverValue = string | number | bigint | null;

/** A statement that was parsed once. Runs at once, without a promise. */
export interface Prepared {
  run(...values: DriverValue[]): { readonly changes: number };
  get(...values: DriverValue[]): unknown;
  all(...values: DriverValue[]): unknown[];
}

/** A whole that is no promise: whoever awaits inside a unit of work would write outside it. */
type Settled<T> = T extends PromiseLike<unknown> ? never : T;

/**
 * An open database. For stores only. drizzle's own transaction is not to be had: with this driver an asynchronous one
 * throws after it has written.
 */
export interface Database {
  readonly query: Omit<BetterSQLite3Database, 'transaction'>;
  readonly file: string;
  prepare(sql: string): Prepared;
  /** Runs several statements of SQL text. */
  script(sql: string): void;
  /** All that `work` writes, or nothing when it throws. `work` may not await. */
  unit<T>(work: () => Settled<T>): T;
  /** From now on each write asks `mayWrite` first, in its own transaction; what it throws, the writer gets. */
  guard(mayWrite: () => void): void;
  close(): void;
}

/** What one statement may wait for another process's lock, ms. The wait stands on the thread that asks. */
const BUSY_MS = 5000;
/** The same for the daemon, whose thread every call shares: what it may not write now goes with a later commit. */
export const DAEMON_BUSY_MS = 20;
/** Node-API version that the driver needs; older Node.js dies in it without a word. */
const NEEDED_NAPI = 10;

/**
 * Opens the database in `file`, made for its owner only when it is not there; ':memory:' for one that nobody keeps.
 * @param busyMs what a statement may wait for another process's lock once the database is open
 * @throws Refused `old-node`, `bad-store`, `store-busy`, `no-right`, `disk-full` with a sentence for the operator
 */
export function connect(file: string, busyMs = BUSY_MS): Database {
  checkNode();
  try {
    if (file !== ':memory:') keepPrivate(file);
    const driver = new Sqlite(file, { timeout: BUSY_MS });
    try {
      tune(driver);
      driver.pragma(`busy_timeout = ${busyMs}`);
      return databaseOf(driver, file);
    } catch (error) {
      driver.close();
      throw error;
    }
  } catch (error) {
    throw refusalFor(error, file);
  }
}

/**
 * True where the database itself is the trouble, and the same write may be taken later: locked, full, unreadable, closed. False for
 * what no database would take.
 */
export function isStoreTrouble(error: unknown): boolean {
  const code = codeOf(error);
  return code.startsWith('SQLITE_')
    ? !/^SQLITE_(CONSTRAINT|ERROR|MISMATCH|RANGE|TOOBIG)/.test(code)
    : /^E[A-Z]+$/.test(code) || /database connection is not open/.test(messageOf(error));
}

/** The sentence for what the driver or the file system threw about `file`; anything else comes back as it is. */
export function refusalFor(error: unknown, file: string): unknown {
  const code = codeOf(error);
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT'))
    return damaged(file, messageOf(error));
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return new Refused('store-busy', `Another program holds ${file}. Stop it, then start again.`);
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC')
    return new Refused('disk-full', `The disk of ${file} is full. Free some space, then start again.`);
  if (/^(SQLITE_(CANTOPEN|READONLY|PERM)|EACCES|EPERM|EROFS|ENOENT|EISDIR|ENOTDIR)/.test(code))
    return new Refused(
      'no-right',
      `${file} cannot be opened for writing (${code}). Give this user the right to it.`,
    );
  return error;
}

function codeOf(error: unknown): string {
  // drizzle wraps what the driver threw.
  const { code: own, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return String(own ?? cause?.code ?? '');
}

/** The refusal of a file whose content cannot be relied on. */
export function damaged(file: string, why: string): Refused {
  return new Refused(
    'bad-store',
    `${file} is damaged or is not a database of Carillon (${why}). Put a copy in its place, or move it away to start anew.`,
  );
}

function checkNode(): void {
  if (Number(process.versions.napi) >= NEEDED_NAPI) return;
  throw new Refused(
    'old-node',
    `Node.js ${process.versions.node} is too old for the database. Start with npm start, or use Node.js 22.14 or newer.`,
  );
}

function keepPrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}

function tune(driver: Sqlite.Database): void {
  driver.pragma('journal_mode = WAL');
  // In WAL mode NORMAL loses at most the last commits in a power cut, never the file; a crash of ours loses nothing.
  driver.pragma('synchronous = NORMAL');
  driver.pragma('foreign_keys = ON');
}

function databaseOf(driver: Sqlite.Database, file: string): Database {
  let mayWrite: () => void = () => undefined;
  const transaction = driver.transaction((work: () => unknown) => {
    mayWrite();
    return work();
  });
  const unit = <T>(work: () => Settled<T>): T => transaction.immediate(work) as T;
  keepInUnits(driver, unit);
  return {
    query: drizzle(driver),
    file,
    prepare: (sql) => driver.prepare<DriverValue[]>(sql),
    script: (sql) => {
      driver.exec(sql);
    },
    unit,
    guard: (ask) => {
      mayWrite = ask;
    },
    close: () => {
      driver.close();
    },
  };
}

/** A statement that writes becomes a unit of its own where it is not part of one: so nothing is written past the guard. */
function keepInUnits(driver: Sqlite.Database, unit: (work: () => unknown) => unknown): void {
  const prepare = driver.prepare.bind(driver) as (sql: string) => Sqlite.Statement;
  const prepareGuarded = (sql: string): Sqlite.Statement => {
    const statement = prepare(sql);
    if (statement.readonly) return statement;
    for (const way of ['run', 'get', 'all'] as const) {
      const plain = statement[way].bind(statement) as (...values: unknown[]) => unknown;
      const guarded = (...values: unknown[]): unknown =>
        driver.inTransaction ? plain(...values) : unit(() => plain(...values));
      Object.assign(statement, { [way]: guarded });
    }
    return statement;
  };
  Object.assign(driver, { prepare: prepareGuarded });
}
