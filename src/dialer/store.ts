import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  max,
  or,
  type SQL,
} from 'drizzle-orm';
import type { Database } from '../store/connect.ts';
import { known } from '../store/known.ts';
import { upserter } from '../store/writer.ts';
import type { KnownAnswers, PastAnswers } from './abandonment.ts';
import type { Attempt } from './attempt.ts';
import type { AttemptCount } from './figures.ts';
import { attemptCountTable, attemptTable } from './table.ts';

const HOUR_MS = 3_600_000;
/** In place of an hour: the sum of all of them. No attempt was made in 1970. */
const EVER = 0;

type AttemptRow = typeof attemptTable.$inferSelect;

/** What may change after the first write; the rest of the row stays as it was inserted. */
const CHANGING = [
  'ringingAt',
  'answeredAt',
  'waitedAt',
  'connectedAt',
  'endedAt',
  'outcome',
  'sipCode',
  'q850',
  'detected',
  'agent',
  'result',
  'note',
  'callbackAt',
  'callbackAgent',
  'notedBy',
  'notedAt',
  'fate',
  'settledSeq',
] as const;

/** What of a row decides how the next one is counted; null where nothing is known. */
const COUNTED = `campaign, list, at, mode, outcome, result, ringing_at as ringingAt, answered_at as answeredAt,
  waited_at as waitedAt, connected_at as connectedAt, ended_at as endedAt`;
/** And whether it is told anew. */
const TOLD = ['outcome', 'result', 'note', 'callbackAt', 'callbackAgent', 'notedBy', 'notedAt'] as const;

type Counted = Pick<
  AttemptRow,
  | 'campaign'
  | 'list'
  | 'at'
  | 'mode'
  | 'outcome'
  | 'result'
  | 'ringingAt'
  | 'answeredAt'
  | 'waitedAt'
  | 'connectedAt'
  | 'endedAt'
>;

/**
 * Prepares the writing of attempts, for use inside a unit of work. One that ends, or that is noted after that, gets the next `settledSeq`;
 * the same written again keeps its own, and counts once. What has ended stays so.
 */
export function attemptWriter(database: Database): (attempt: Attempt) => void {
  const write = upserter(database, attemptTable, CHANGING);
  const find = database.prepare(
    `select ${COUNTED}, note, callback_at as callbackAt, callback_agent as callbackAgent, noted_by as notedBy,
      noted_at as notedAt, fate, settled_seq as settledSeq from attempt where id = ?`,
  );
  const last = database.prepare('select max(settled_seq) as seq from attempt where settled_seq is not null');
  const count = attemptCounter(database);
  return (attempt) => {
    const row = rowOf(attempt);
    const was = find.get(attempt.id) as
      | (Pick<AttemptRow, keyof Counted | (typeof TOLD)[number]> & {
          fate: string | null;
          settledSeq: number | null;
        })
      | undefined;
    if (was && was.endedAt !== null && row.endedAt === null) return;
    const isNews =
      row.endedAt !== null &&
      row.fate !== null &&
      (was?.fate !== JSON.stringify(row.fate) || TOLD.some((name) => was?.[name] !== row[name]));
    const { seq } = isNews ? (last.get() as { seq: number | null }) : { seq: null };
    write({ ...row, settledSeq: isNews ? (seq ?? 0) + 1 : (was?.settledSeq ?? null) });
    if (was) count(was, -1);
    count(row, 1);
  };
}

/** Prepares the counting of attempts that have ended: one that changes is taken away as it was and added as it is. */
function attemptCounter(database: Database): (row: Counted, by: 1 | -1) => void {
  const add = database.prepare(
    `insert into attempt_count (campaign, list, hour, mode, outcome, result, attempts, waited, ring_ms, talk_ms)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (campaign, hour, list, mode, outcome, result) do update set
     attempts = attempts + excluded.attempts, waited = waited + excluded.waited, ring_ms = ring_ms + excluded.ring_ms, talk_ms = talk_ms + excluded.talk_ms`,
  );
  return (row, by) => {
    const {
      campaign,
      list,
      at,
      mode,
      outcome,
      result,
      ringingAt,
      answeredAt,
      waitedAt,
      connectedAt,
      endedAt,
    } = row;
    if (endedAt === null || outcome === null) return;
    const ringMs = ringingAt === null ? 0 : (answeredAt ?? endedAt) - ringingAt;
    const talkMs = connectedAt === null ? 0 : endedAt - connectedAt;
    const waited = waitedAt === null ? 0 : by;
    for (const hour of [hourOf(at), EVER])
      add.run(campaign, list, hour, mode, outcome, result ?? '', by, waited, by * ringMs, by * talkMs);
  };
}

const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS;

/** The attempts that had not ended, oldest first. */
export function openAttempts(database: Database): Attempt[] {
  return database.query
    .select()
    .from(attemptTable)
    .where(isNull(attemptTable.endedAt))
    .orderBy(asc(attemptTable.at), asc(attemptTable.id))
    .all()
    .map(attemptOf);
}

/** Which attempts are meant. One of the first four finds them by an index. */
export interface AttemptFilter {
  readonly campaign?: string;
  readonly lead?: string;
  readonly person?: string;
  /** Any of these. */
  readonly numbers?: readonly string[];
  /** When they were made, UTC ms: from (inclusive) to (exclusive). */
  readonly from?: number;
  readonly to?: number;
  /** The last one of the page before. */
  readonly before?: { readonly at: number; readonly id: string };
  readonly limit: number;
}

export interface CountFilter {
  readonly campaign: string;
  readonly from?: number;
  readonly to?: number;
}

/** Reads attempts, and how they ended. */
export class AttemptStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async byId(id: string): Promise<Attempt | undefined> {
    const row = this.#database.query.select().from(attemptTable).where(eq(attemptTable.id, id)).get();
    return row && attemptOf(row);
  }

  /** Newest first. */
  async list(filter: AttemptFilter): Promise<Attempt[]> {
    const { at, id } = attemptTable;
    return this.#database.query
      .select()
      .from(attemptTable)
      .where(and(...conditionsOf(filter)))
      .orderBy(desc(at), desc(id))
      .limit(filter.limit)
      .all()
      .map(attemptOf);
  }

  /** Those that ended, or whose fate changed, after `seq`, at most `limit`, in that order. For telling the lists. */
  endedSince(seq: number, limit: number): readonly { readonly seq: number; readonly attempt: Attempt }[] {
    return this.#database.query
      .select()
      .from(attemptTable)
      .where(gt(attemptTable.settledSeq, seq))
      .orderBy(asc(attemptTable.settledSeq))
      .limit(limit)
      .all()
      .map((row) => ({ seq: row.settledSeq ?? 0, attempt: attemptOf(row) }));
  }

  /**
   * A campaign's live answers of attempts that have ended: by whole hours before the one that `from` (UTC ms) is in, one by one from there on.
   * @param since UTC ms, the hour that it is in counts whole
   */
  answersSince(campaign: string, since: number, from: number): KnownAnswers {
    const split = hourOf(from);
    const past = this.#database
      .prepare(
        `select hour as at, sum(waited) as answered, sum(iif(outcome = 'abandoned', waited, 0)) as abandoned
         from attempt_count where campaign = ? and hour >= ? and hour < ? group by hour having sum(waited) > 0 order by hour`,
      )
      .all(campaign, Math.max(EVER + 1, hourOf(since)), split) as PastAnswers[];
    const rows = this.#database
      .prepare(
        `select waited_at as at, outcome = 'abandoned' as abandoned from attempt
         where campaign = ? and at >= ? and waited_at is not null and outcome is not null order by waited_at`,
      )
      .all(campaign, split) as { at: number; abandoned: number }[];
    return { past, recent: rows.map(({ at, abandoned }) => ({ at, abandoned: abandoned === 1 })) };
  }

  /** The number of the fate that became known last, 0 for none. */
  lastSeq(): number {
    const { settledSeq } = attemptTable;
    return (
      this.#database.query
        .select({ seq: max(settledSeq) })
        .from(attemptTable)
        .get()?.seq ?? 0
    );
  }

  /** How attempts ended that were made in a span of time, UTC ms; every hour counts whole that is touched. Without a span: ever, in hour 0. */
  async counts({ campaign, from, to }: CountFilter): Promise<AttemptCount[]> {
    const { hour, campaign: of, ...count } = getTableColumns(attemptCountTable);
    const isEver = from === undefined && to === undefined;
    return this.#database.query
      .select({ ...count, hour })
      .from(attemptCountTable)
      .where(
        and(
          eq(of, campaign),
          isEver ? eq(hour, EVER) : gte(hour, Math.max(EVER + 1, hourOf(from ?? 0))),
          to === undefined ? undefined : lt(hour, to),
        ),
      )
      .orderBy(asc(hour), asc(count.list), asc(count.mode), asc(count.outcome), asc(count.result))
      .all();
  }

  /**
   * Deletes attempts that were made before `before` (UTC ms), the oldest first, at most `limit`; their counts stay, and so does whatever is open or was
   * settled last, because numbers of fates must not come again. Returns how many it deleted.
   */
  async deleteBefore(before: number, limit: number): Promise<number> {
    const { id, at, endedAt, settledSeq } = attemptTable;
    const { query } = this.#database;
    const last = this.lastSeq();
    const old = query
      .select({ id })
      .from(attemptTable)
      .where(and(lt(at, before), isNotNull(endedAt), or(isNull(settledSeq), lt(settledSeq, last))))
      .orderBy(asc(at))
      .limit(limit);
    return query.delete(attemptTable).where(inArray(id, old)).run().changes;
  }
}

function conditionsOf(filter: AttemptFilter): (SQL | undefined)[] {
  const { campaign, lead, person, number, at, id } = attemptTable;
  const { before } = filter;
  return [
    filter.campaign === undefined ? undefined : eq(campaign, filter.campaign),
    filter.lead === undefined ? undefined : eq(lead, filter.lead),
    filter.person === undefined ? undefined : eq(person, filter.person),
    filter.numbers && inArray(number, [...filter.numbers]),
    filter.from === undefined ? undefined : gte(at, filter.from),
    filter.to === undefined ? undefined : lt(at, filter.to),
    before && or(lt(at, before.at), and(eq(at, before.at), lt(id, before.id))),
  ];
}

function rowOf({ disposition, ...attempt }: Attempt): Omit<AttemptRow, 'settledSeq'> {
  return {
    id: attempt.id,
    campaign: attempt.campaign,
    list: attempt.list,
    lead: attempt.lead,
    person: attempt.person,
    number: attempt.number,
    mode: attempt.mode,
    earlier: attempt.earlier,
    numbers: attempt.numbers,
    callback: attempt.callback ?? null,
    at: attempt.at,
    ringingAt: attempt.ringingAt ?? null,
    answeredAt: attempt.answeredAt ?? null,
    waitedAt: attempt.waitedAt ?? null,
    connectedAt: attempt.connectedAt ?? null,
    endedAt: attempt.endedAt ?? null,
    outcome: attempt.outcome ?? null,
    sipCode: attempt.sipCode ?? null,
    q850: attempt.q850 ?? null,
    detected: attempt.detected ?? null,
    agent: attempt.agent ?? null,
    result: disposition?.result ?? null,
    note: disposition?.note ?? null,
    callbackAt: disposition?.callbackAt ?? null,
    callbackAgent: disposition?.callbackAgent ?? null,
    notedBy: disposition?.by ?? null,
    notedAt: disposition?.at ?? null,
    fate: attempt.fate ?? null,
  };
}

function attemptOf(row: AttemptRow): Attempt {
  const { settledSeq: _seq, result, note, callbackAt, callbackAgent, notedBy, notedAt, ...attempt } = row;
  if (result === null || notedBy === null || notedAt === null) return known(attempt);
  const noted = known({ callbackAt, callbackAgent });
  const disposition = { result, note: note ?? '', by: notedBy, at: notedAt, ...noted };
  return { ...known(attempt), disposition };
}
