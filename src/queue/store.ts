import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, lt, or } from 'drizzle-orm';
import { Refused } from '../base/errors.ts';
import { spellingsOf } from '../customer/customer.ts';
import type { EventWriter, LogEvent } from '../engine/changes.ts';
import type { Database } from '../store/connect.ts';
import { known } from '../store/known.ts';
import {
  type Callback,
  type CallbackBook,
  type CallbackDone,
  type CallbackRequest,
  inLine,
  NEVER,
} from './callback.ts';
import { callbackTable } from './table.ts';

/** Where a list of callbacks was left: the last one of the page before. */
interface Place {
  readonly at: number;
  readonly id: string;
}

/** The callers who want to be called back. */
export class CallbackStore implements CallbackBook {
  readonly #database: Database;
  readonly #events: EventWriter;
  readonly #kept: (callback: Callback) => void;

  /** @param kept told of each request that is new */
  constructor(database: Database, events: EventWriter, kept: (callback: Callback) => void = () => undefined) {
    this.#database = database;
    this.#events = events;
    this.#kept = kept;
  }

  /** Keeps a request, and says so in the log. While one for that number and queue is open, another changes nothing. */
  async request(request: CallbackRequest): Promise<void> {
    const callback = inLine(request);
    let kept = false;
    this.#events.commit(() => {
      if (this.#isOpen(request)) return [];
      const { query } = this.#database;
      kept = query.insert(callbackTable).values(rowOf(callback)).onConflictDoNothing().run().changes > 0;
      return kept ? [callbackRequested(request)] : [];
    });
    if (kept) this.#kept(callback);
  }

  /** Those that nobody has called back yet, the oldest first. */
  async listOpen(filter: {
    readonly queue?: string;
    readonly after?: Place;
    readonly limit: number;
  }): Promise<Callback[]> {
    const { at, id, queue, doneAt } = callbackTable;
    const { after } = filter;
    return this.#database.query
      .select()
      .from(callbackTable)
      .where(
        and(
          isNull(doneAt),
          filter.queue === undefined ? undefined : eq(queue, filter.queue),
          after && or(gt(at, after.at), and(eq(at, after.at), gt(id, after.id))),
        ),
      )
      .orderBy(asc(at), asc(id))
      .limit(filter.limit)
      .all()
      .map(callbackOf);
  }

  /** Those that were called back, the latest first. @param filter.before counts by when it was done */
  async listDone(filter: {
    readonly queue?: string;
    readonly before?: Place;
    readonly limit: number;
  }): Promise<Callback[]> {
    const { id, queue, doneAt } = callbackTable;
    const { before } = filter;
    return this.#database.query
      .select()
      .from(callbackTable)
      .where(
        and(
          isNotNull(doneAt),
          filter.queue === undefined ? undefined : eq(queue, filter.queue),
          before && or(lt(doneAt, before.at), and(eq(doneAt, before.at), lt(id, before.id))),
        ),
      )
      .orderBy(desc(doneAt), desc(id))
      .limit(filter.limit)
      .all()
      .map(callbackOf);
  }

  byId(id: string): Callback | undefined {
    const row = this.#database.query.select().from(callbackTable).where(eq(callbackTable.id, id)).get();
    return row && callbackOf(row);
  }

  /** Closes a request. @throws Refused `callback-unknown`, `callback-done` */
  async done(id: string, how: CallbackDone): Promise<Callback> {
    let closed: Callback | undefined;
    this.#events.commit(() => {
      const { query } = this.#database;
      const row = query.select().from(callbackTable).where(eq(callbackTable.id, id)).get();
      if (!row) throw unknownCallback(id);
      if (row.doneAt !== null)
        throw new Refused('callback-done', `${row.doneBy} called back already (${row.outcome})`);
      const { by, at, outcome } = how;
      query
        .update(callbackTable)
        .set({ doneAt: at, doneBy: by, outcome })
        .where(eq(callbackTable.id, id))
        .run();
      closed = { ...callbackOf(row), done: how };
      return [callbackDone(closed, how)];
    });
    return closed!;
  }

  /** True when a request for this number, in whatever spelling, and this queue waits already. */
  #isOpen({ number, queue }: CallbackRequest): boolean {
    const same = and(
      isNull(callbackTable.doneAt),
      eq(callbackTable.queue, queue),
      inArray(callbackTable.number, spellingsOf(number)),
    );
    return (
      this.#database.query.select({ id: callbackTable.id }).from(callbackTable).where(same).get() !==
      undefined
    );
  }
}

/** The refusal of a callback that is not there, or not for whoever asks. */
export function unknownCallback(id: string): Refused {
  return new Refused('callback-unknown', `There is no callback ${id}`);
}

function callbackRequested({
  id,
  call,
  queue,
  number,
  customerId,
  tier,
  language,
  at,
}: CallbackRequest): LogEvent {
  const data = { callback: id, queue, number, customer: customerId ?? null, tier, language };
  return { type: 'CallbackRequested', version: 1, at, call, data };
}

function callbackDone({ id, call, queue }: Callback, { by, at, outcome }: CallbackDone): LogEvent {
  return { type: 'CallbackDone', version: 1, at, call, data: { callback: id, queue, outcome, by } };
}

function callbackOf(row: typeof callbackTable.$inferSelect): Callback {
  const { doneAt, doneBy, outcome, since, dueAt, ...request } = row;
  const open = doneAt === null || doneBy === null || outcome === null;
  return {
    ...known(request),
    since: since ?? row.at,
    dueAt: dueAt ?? NEVER,
    ...(open ? {} : { done: { at: doneAt, by: doneBy, outcome } }),
  };
}

function rowOf({ done, dueAt, calling, ...request }: Callback): typeof callbackTable.$inferInsert {
  return {
    ...request,
    dueAt: dueAt === NEVER ? null : dueAt,
    calling: calling ?? null,
    doneAt: done?.at ?? null,
    doneBy: done?.by ?? null,
    outcome: done?.outcome ?? null,
  };
}

/** Writes how callbacks go on, in a transaction of the caller's. What somebody has closed meanwhile stays closed. */
export function callbackWriter(database: Database): (callback: Callback) => void {
  return (callback) => {
    const { attempts, calls, dueAt, calling, doneAt, doneBy, outcome } = rowOf(callback);
    database.query
      .update(callbackTable)
      .set({ attempts, calls, dueAt, calling, doneAt, doneBy, outcome })
      .where(and(eq(callbackTable.id, callback.id), isNull(callbackTable.doneAt)))
      .run();
  };
}

/** How many callbacks are open that are called without anybody asking, by queue. */
export function callbacksByQueue(database: Database): ReadonlyMap<string, number> {
  const { queue, doneAt, dueAt } = callbackTable;
  const rows = database.query
    .select({ queue, open: count() })
    .from(callbackTable)
    .where(and(isNull(doneAt), isNotNull(dueAt)))
    .groupBy(queue)
    .orderBy(asc(queue))
    .all();
  return new Map(rows.map(({ queue: name, open }) => [name, open]));
}

/** Every callback that is open, the oldest first. */
export function openCallbacks(database: Database): Callback[] {
  return database.query
    .select()
    .from(callbackTable)
    .where(isNull(callbackTable.doneAt))
    .orderBy(asc(callbackTable.at), asc(callbackTable.id))
    .all()
    .map(callbackOf);
}
