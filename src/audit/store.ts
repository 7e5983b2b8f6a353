import { setImmediate as giveWay } from 'node:timers/promises';
import { and, desc, eq, gte, lt, lte } from 'drizzle-orm';
import type { Database, DriverValue, Prepared } from '../store/connect.ts';
import { known } from '../store/known.ts';
import type { AuditEntry, AuditRow, Outcome } from './audit.ts';
import { auditTable } from './table.ts';

export interface AuditFilter {
  /** Id of a user or token. */
  readonly who?: string;
  /** Part of what was done, such as `campaigns`. */
  readonly what?: string;
  readonly outcome?: Outcome;
  /** UTC ms, both included. */
  readonly from?: number;
  readonly to?: number;
  /** Number of the entry before which to go on. */
  readonly before?: number;
  readonly limit: number;
  /** Whether the reader may see it. */
  readonly sees: (row: AuditRow) => boolean;
}

/** What was found, the latest first. */
export interface AuditPage {
  readonly rows: readonly AuditRow[];
  /** Where to go on; undefined at the end. A page may be short, or empty, before that. */
  readonly next?: number;
}

/** Rows that are read at once, and how many of these pieces one question may take: the engine is not to wait for it. */
const PIECE = 500;
const MOST_PIECES = 40;

interface Bounds {
  readonly first: number;
  readonly last: number;
}

const FIRST_SINCE = 'select seq from audit where at >= ? order by at, seq limit 1';
const LAST_UNTIL = 'select seq from audit where at <= ? order by at desc, seq desc limit 1';

/** The audit log. */
export class AuditStore {
  readonly #database: Database;
  readonly #insert: Prepared;

  constructor(database: Database) {
    this.#database = database;
    this.#insert = database.prepare(
      `insert into audit (at, who, name, role, branch, address, what, outcome, status, refusal, target, sent)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  /** Writes all of them, or none. */
  append(entries: readonly AuditEntry[]): void {
    this.#database.unit(() => {
      for (const entry of entries) this.#insert.run(...valuesOf(entry));
    });
  }

  /** Looks back from the latest until the page is full; gives up, with a place to go on, when it takes long. */
  async page(filter: AuditFilter): Promise<AuditPage> {
    const { limit, what, outcome, sees } = filter;
    const rows: AuditRow[] = [];
    const bounds = this.#bounds(filter);
    let before = filter.before;
    for (let pieces = 0; pieces < MOST_PIECES; pieces += 1) {
      if (pieces > 0) await giveWay();
      const piece = this.#piece(filter.who, bounds, before);
      for (const row of piece) {
        before = row.seq;
        const fits =
          (what === undefined || row.what.toLowerCase().includes(what.toLowerCase())) &&
          (outcome === undefined || row.outcome === outcome);
        if (fits && sees(row)) rows.push(row);
        if (rows.length === limit) return { rows, next: before };
      }
      if (piece.length < PIECE) return { rows };
    }
    return { rows, next: before };
  }

  /** Removes some of what is older. @param before UTC ms; @returns how many went; fewer than `most` when it was all */
  prune(before: number, most: number): number {
    return this.#database
      .prepare('delete from audit where seq in (select seq from audit where at < ? order by at limit ?)')
      .run(before, most).changes;
  }

  /** The numbers between which a time lies, so that the rest of a long log is not looked at. */
  #bounds({ from, to }: AuditFilter): Bounds {
    const find = (sql: string, at: number): number | undefined =>
      (this.#database.prepare(sql).get(at) as { seq: number } | undefined)?.seq;
    return {
      first: from === undefined ? 0 : (find(FIRST_SINCE, from) ?? Number.MAX_SAFE_INTEGER),
      last: to === undefined ? Number.MAX_SAFE_INTEGER : (find(LAST_UNTIL, to) ?? 0),
    };
  }

  #piece(who: string | undefined, { first, last }: Bounds, before: number | undefined): AuditRow[] {
    const limits = [
      who === undefined ? undefined : eq(auditTable.who, who),
      gte(auditTable.seq, first),
      lte(auditTable.seq, last),
      before === undefined ? undefined : lt(auditTable.seq, before),
    ];
    return this.#database.query
      .select()
      .from(auditTable)
      .where(and(...limits))
      .orderBy(desc(auditTable.seq))
      .limit(PIECE)
      .all()
      .map(known);
  }
}

function valuesOf(entry: AuditEntry): DriverValue[] {
  const { at, who, name, role, branch, address, what, outcome, status, refusal, target, sent } = entry;
  return [
    at,
    who,
    name,
    role,
    branch,
    address,
    what,
    outcome,
    status,
    refusal,
    JSON.stringify(target),
    sent === undefined ? null : JSON.stringify(sent),
  ];
}
