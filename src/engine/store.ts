import { setImmediate } from 'node:timers/promises';
import { and, asc, desc, eq, gt, gte, inArray, lte } from 'drizzle-orm';
import type { Agent } from '../agent/agent.ts';
import { agentStateWriter, allAgents } from '../agent/store.ts';
import type { Call } from '../call/call.ts';
import { lastEndedChannels } from '../call/outside-leg-store.ts';
import { callWriter, liveCalls } from '../call/store.ts';
import type { NewWish } from '../contact/wish.ts';
import { wishWriter } from '../contact/wish-store.ts';
import type { Attempt } from '../dialer/attempt.ts';
import { attemptWriter, openAttempts } from '../dialer/store.ts';
import { stepCounter } from '../ivr/store.ts';
import type { Callback } from '../queue/callback.ts';
import { callbackWriter, openCallbacks } from '../queue/store.ts';
import { type Database, isStoreTrouble } from '../store/connect.ts';
import { known } from '../store/known.ts';
import { setMark } from '../store/marks.ts';
import { spoolMark } from '../store/spool-intake.ts';
import {
  type Changes,
  type EndedChannel,
  type EngineStore,
  type EventWriter,
  type LogEvent,
  type SpoolMark,
  type StepLeft,
  UnfitChanges,
} from './changes.ts';
import { Replaced } from './fence.ts';
import { eventTable } from './table.ts';

/** An event with its place in the log. */
export interface LoggedEvent extends LogEvent {
  readonly seq: number;
}

/** Rows of the log that one question may look at, so that a rare type does not hold up the calls. */
const LOOKED_AT = 5000;

/** The event log: written in the transaction of what changed, read by a cursor, the sequence number read last. */
export class EventLog implements EventWriter {
  readonly #database: Database;
  readonly #append: (event: LogEvent) => void;
  readonly #listeners = new Set<(events: readonly LogEvent[]) => void>();

  constructor(database: Database) {
    this.#database = database;
    this.#append = eventAppender(database);
  }

  commit(work: () => readonly LogEvent[]): void {
    const events = this.#database.unit(() => {
      const appended = work();
      for (const event of appended) this.#append(event);
      return appended;
    });
    if (events.length === 0) return;
    // After this turn: a listener that throws must not make a commit look as if it had failed.
    for (const listener of [...this.#listeners]) void Promise.resolve(events).then(listener);
  }

  /**
   * Events after `after`, of the `types` if any are named, at most `limit`. Go on with `next`, which may have moved though
   * there was no event: one question looks at so many rows only.
   */
  async read(after: number, limit: number, types: readonly string[] = []): Promise<EventPage> {
    const { first, last } = this.#ends();
    const start = Math.max(after, first - 1);
    const end = Math.min(start + LOOKED_AT, last);
    if (end <= start) return { events: [], next: after };
    const { seq, type } = eventTable;
    const events = this.#database.query
      .select()
      .from(eventTable)
      .where(and(gt(seq, start), lte(seq, end), types.length > 0 ? inArray(type, [...types]) : undefined))
      .orderBy(asc(seq))
      .limit(limit)
      .all();
    return { events: events.map(known), next: events.length < limit ? end : (events.at(-1)?.seq ?? end) };
  }

  /** The events of one call, in order. */
  async ofCall(call: string): Promise<LoggedEvent[]> {
    const { query } = this.#database;
    return query
      .select()
      .from(eventTable)
      .where(eq(eventTable.call, call))
      .orderBy(asc(eventTable.seq))
      .all()
      .map(known);
  }

  /**
   * Events of these types since `since` (UTC ms), in order. Read back from the end of the log, a piece at a time, to the
   * first piece that holds nothing so new: what it costs does not grow with the log.
   */
  async since(since: number, types: readonly string[]): Promise<LoggedEvent[]> {
    const { at, type, seq } = eventTable;
    const { query } = this.#database;
    const pieces: LoggedEvent[][] = [];
    for (let end = this.#ends().last; end > 0; end -= LOOKED_AT) {
      const piece = and(gt(seq, end - LOOKED_AT), lte(seq, end), gt(at, since));
      if (!query.select({ seq }).from(eventTable).where(piece).limit(1).get()) break;
      const wanted = and(piece, inArray(type, [...types]));
      pieces.unshift(query.select().from(eventTable).where(wanted).orderBy(asc(seq)).all().map(known));
    }
    return pieces.flat();
  }

  /**
   * Gives `take` the events of these types since `since` (UTC ms) that are there now: in order, a piece at a time, and other work goes on
   * between the pieces.
   */
  async eachSince(
    since: number,
    types: readonly string[],
    take: (events: readonly LoggedEvent[]) => void,
  ): Promise<void> {
    const { last } = this.#ends();
    for (let from = this.#firstSince(since) - 1; from < last; ) {
      const { events, next } = await this.read(from, LOOKED_AT, types);
      take(events.filter(({ seq }) => seq <= last));
      from = next;
      await setImmediate();
    }
  }

  /** Calls `listener` with the events after each commit that appended some. Returns a function that ends it. */
  onAppended(listener: (events: readonly LogEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** When the last event was, UTC ms; 0 when there is none. */
  lastAt(): number {
    const { seq, at } = eventTable;
    return this.#database.query.select({ at }).from(eventTable).orderBy(desc(seq)).limit(1).get()?.at ?? 0;
  }

  /** The place of the first event since `since` (UTC ms), found by halves: the log is in the order of time. */
  #firstSince(since: number): number {
    const { seq, at } = eventTable;
    let { first: low, last: high } = this.#ends();
    high += 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = this.#database.query
        .select({ at })
        .from(eventTable)
        .where(gte(seq, middle))
        .orderBy(asc(seq))
        .limit(1)
        .get();
      if (row && row.at < since) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Asked one by one: each is a step into the key, whereas both in one question scan the log. */
  #ends(): { first: number; last: number } {
    const { query } = this.#database;
    const { seq } = eventTable;
    const first = query.select({ seq }).from(eventTable).orderBy(asc(seq)).limit(1).get();
    const last = query.select({ seq }).from(eventTable).orderBy(desc(seq)).limit(1).get();
    return { first: first?.seq ?? 1, last: last?.seq ?? 0 };
  }
}

export interface EventPage {
  readonly events: readonly LoggedEvent[];
  /** Where to go on. */
  readonly next: number;
}

/** The engine's own store. */
export class CentreStore implements EngineStore {
  readonly #database: Database;
  readonly #events: EventLog;
  readonly #saveAgent: (agent: Agent) => void;
  readonly #saveCallback: (callback: Callback) => void;
  readonly #saveAttempt: (attempt: Attempt) => void;
  readonly #saveWish: (wish: NewWish) => LogEvent;
  readonly #countSteps: (left: readonly StepLeft[]) => void;
  #saveCall: (call: Call) => void;

  constructor(database: Database, events: EventLog) {
    this.#database = database;
    this.#events = events;
    this.#saveCall = callWriter(database);
    this.#saveAgent = agentStateWriter(database);
    this.#saveCallback = callbackWriter(database);
    this.#saveAttempt = attemptWriter(database);
    this.#saveWish = wishWriter(database);
    this.#countSteps = stepCounter(database);
  }

  async load(): Promise<{
    calls: Call[];
    agents: Agent[];
    callbacks: Callback[];
    attempts: Attempt[];
    endedChannels: EndedChannel[];
  }> {
    return {
      endedChannels: lastEndedChannels(this.#database),
      calls: liveCalls(this.#database),
      agents: allAgents(this.#database),
      callbacks: openCallbacks(this.#database),
      attempts: openAttempts(this.#database),
    };
  }

  async commit(changes: Changes, spooled?: SpoolMark): Promise<void> {
    try {
      this.#events.commit(() => {
        if (spooled) setMark(this.#database, spoolMark(spooled.file), String(spooled.turns));
        for (const call of changes.calls) this.#saveCall(call);
        for (const agent of changes.agents) this.#saveAgent(agent);
        for (const callback of changes.callbacks) this.#saveCallback(callback);
        for (const attempt of changes.attempts) this.#saveAttempt(attempt);
        const noted = changes.wishes.map((wish) => this.#saveWish(wish));
        this.#countSteps(changes.stepsLeft);
        return [...changes.events, ...noted];
      });
    } catch (error) {
      this.#saveCall = callWriter(this.#database);
      throw error instanceof Replaced || isStoreTrouble(error) ? error : new UnfitChanges(error);
    }
  }
}

function eventAppender(database: Database): (event: LogEvent) => void {
  const insert = database.prepare(
    'insert into event (type, version, at, call, agent, data) values (?, ?, ?, ?, ?, ?)',
  );
  return (event) => {
    insert.run(
      event.type,
      event.version,
      event.at,
      event.call ?? null,
      event.agent ?? null,
      JSON.stringify(event.data),
    );
  };
}
