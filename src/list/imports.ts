import type { Database, Prepared } from '../store/connect.ts';
import type { Encoding, ImportOptions, ImportProgress, ImportStatus } from './list.ts';

/** An import as its table has it; what it counts is written with the rows that it counts. */
export interface ImportRow {
  readonly n: number;
  readonly id: string;
  readonly list: number;
  readonly list_id: string;
  readonly path: string;
  readonly options: string;
  readonly status: ImportStatus;
  readonly problem: string;
  readonly encoding: Encoding | '';
  readonly bytes: number;
  readonly bytes_read: number;
  /** Threads that began with it. */
  readonly starts: number;
  /** The last line that was taken or refused. */
  readonly line: number;
  readonly rows: number;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly numbers_refused: number;
  /** How much of the file of refusals counts. */
  readonly refused_bytes: number;
  readonly started_at: number;
  readonly ended_at: number | null;
}

/** How far an import is; changed as it goes on. */
export type ImportCount = {
  -readonly [key in
    | 'line'
    | 'rows'
    | 'added'
    | 'changed'
    | 'unchanged'
    | 'refused'
    | 'numbers_refused'
    | 'refused_bytes'
    | 'bytes_read']: number;
};

const IMPORT = 'select import.*, list.id list_id from import join list on list.n = import.list';
const MOST_LISTED = 200;

/** The imports of `lists.db`. */
export class Imports {
  readonly #database: Database;
  readonly #count: Prepared;

  constructor(database: Database) {
    this.#database = database;
    this.#count = database.prepare(
      `update import set line = ?, rows = ?, added = ?, changed = ?, unchanged = ?, refused = ?, numbers_refused = ?, refused_bytes = ?,
        bytes_read = ? where n = ?`,
    );
  }

  /** Notes that a file is to be imported; one that is there stays. @param list the list's number; @param at UTC ms */
  add(id: string, list: number, path: string, options: ImportOptions, at: number): void {
    this.#database
      .prepare(
        `insert or ignore into import values
          (null, ?, ?, ?, ?, 'waiting', '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ?, null)`,
      )
      .run(id, list, path, JSON.stringify(options), at);
  }

  find(id: string): ImportRow | undefined {
    return this.#database.prepare(`${IMPORT} where import.id = ?`).get(id) as ImportRow | undefined;
  }

  /** The latest first. */
  ofList(list: string): ImportRow[] {
    return this.#database
      .prepare(`${IMPORT} where list.id = ? order by import.n desc limit ${MOST_LISTED}`)
      .all(list) as ImportRow[];
  }

  /** The next one to work on: also one that was under way when the thread ended. */
  next(): ImportRow | undefined {
    return this.#database
      .prepare(
        `${IMPORT} where import.status in ('running', 'waiting') order by import.status, import.n limit 1`,
      )
      .get() as ImportRow | undefined;
  }

  /** The last ones that ended. */
  ended(): ImportRow[] {
    return this.#database
      .prepare(`${IMPORT} where import.ended_at is not null order by import.n desc limit ${MOST_LISTED}`)
      .all() as ImportRow[];
  }

  begin(n: number): void {
    this.#database.prepare("update import set status = 'running', starts = starts + 1 where n = ?").run(n);
  }

  noteForm(n: number, bytes: number, encoding: Encoding): void {
    this.#database.prepare('update import set bytes = ?, encoding = ? where n = ?').run(bytes, encoding, n);
  }

  /** Within the unit of the rows that are counted. */
  count(n: number, count: ImportCount): void {
    this.#count.run(
      ...[count.line, count.rows, count.added, count.changed, count.unchanged, count.refused],
      ...[count.numbers_refused, count.refused_bytes, count.bytes_read, n],
    );
  }

  /** @param at UTC ms */
  end(n: number, status: ImportStatus, problem: string, at: number): void {
    this.#database
      .prepare('update import set status = ?, problem = ?, ended_at = ? where n = ?')
      .run(status, problem, at, n);
  }
}

/** An import as it is told. */
export function progressOf(row: ImportRow): ImportProgress {
  const { fileName = '' } = JSON.parse(row.options) as ImportOptions;
  return {
    id: row.id,
    list: row.list_id,
    fileName,
    status: row.status,
    problem: row.problem,
    bytes: row.bytes,
    bytesRead: row.bytes_read,
    share: row.status === 'finished' ? 1 : row.bytes === 0 ? 0 : Math.min(1, row.bytes_read / row.bytes),
    rows: row.rows,
    added: row.added,
    changed: row.changed,
    unchanged: row.unchanged,
    refused: row.refused,
    numbersRefused: row.numbers_refused,
    encoding: row.encoding,
    startedAt: row.started_at,
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
  };
}
