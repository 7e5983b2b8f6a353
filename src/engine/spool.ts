import type { Agent } from '../agent/agent.ts';
import type { Call } from '../call/call.ts';
import type { NewWish } from '../contact/wish.ts';
import type { Attempt } from '../dialer/attempt.ts';
import type { Callback } from '../queue/callback.ts';
import type { Changes, LogEvent, SpoolMark } from './changes.ts';

/** Where changes wait while the store takes none, the oldest first. */
export interface Spool {
  /** How many turns wait. */
  readonly size: number;
  /** Puts the changes of a turn at the end. @throws Replaced when they are not this daemon's business any more */
  add(changes: Changes): void;
  /** The oldest ones, of `turns` turns at most, for one commit; undefined when none wait. */
  next(turns: number): Spooled | undefined;
  /** The store has them, or will never. */
  taken(spooled: Spooled): void;
  /** The daemon ends in order: what waits is kept for the next one as far as it can be. Returns the turns that are lost. */
  close(): number;
}

/** Changes that waited. */
export interface Spooled {
  readonly changes: Changes;
  readonly turns: number;
  /** Written with them, so that they are never written twice; none for what dies with this daemon. */
  readonly mark?: SpoolMark;
}

/** Events that wait in memory at most: some 100 MB, an hour of 5 calls a second. */
const MOST_EVENTS = 200_000;

/**
 * Keeps changes in memory. Beyond the limit the oldest events are given up, counted and told in the log; what calls and agents have
 * become is kept whatever happens.
 */
export class MemorySpool implements Spool {
  readonly #most: number;
  #turns: Changes[] = [];
  #events = 0;
  #givenUp = new GivenUp();

  constructor(most = MOST_EVENTS) {
    this.#most = most;
  }

  get size(): number {
    return this.#turns.length + this.#givenUp.turns;
  }

  add(changes: Changes): void {
    this.#turns.push(changes);
    this.#events += weightOf(changes);
    if (this.#events <= this.#most) return;
    // A tenth at once: taking from the front of a long list is dear.
    let count = 0;
    while (this.#events > this.#most * 0.9 && count < this.#turns.length - 1) {
      const oldest = this.#turns[count]!;
      this.#givenUp.add(oldest);
      this.#events -= weightOf(oldest);
      count += 1;
    }
    this.#turns = this.#turns.slice(count);
  }

  next(turns: number): Spooled | undefined {
    if (this.#givenUp.turns > 0) return { changes: this.#givenUp.changes(), turns: this.#givenUp.turns };
    const oldest = this.#turns.slice(0, turns);
    return oldest.length === 0 ? undefined : { changes: merge(oldest), turns: oldest.length };
  }

  taken({ turns }: Spooled): void {
    if (this.#givenUp.turns > 0) {
      this.#givenUp = new GivenUp();
      return;
    }
    for (const changes of this.#turns.slice(0, turns)) this.#events -= weightOf(changes);
    this.#turns = this.#turns.slice(turns);
  }

  close(): number {
    return this.size;
  }
}

/** Turns whose events are gone, and of which only the outcome is left. */
class GivenUp {
  turns = 0;
  readonly #calls = new Map<string, Call>();
  readonly #agents = new Map<string, Agent>();
  readonly #callbacks = new Map<string, Callback>();
  readonly #attempts = new Map<string, Attempt>();
  readonly #wishes: NewWish[] = [];
  #events = 0;
  #from = Number.POSITIVE_INFINITY;
  #to = 0;

  add({ calls, agents, callbacks, attempts = [], wishes = [], events }: Changes): void {
    this.turns += 1;
    for (const call of calls) this.#calls.set(call.id, call);
    for (const agent of agents) this.#agents.set(agent.id, agent);
    for (const callback of callbacks) this.#callbacks.set(callback.id, callback);
    for (const attempt of attempts) this.#attempts.set(attempt.id, attempt);
    this.#wishes.push(...wishes);
    this.#events += events.length;
    for (const { at } of events) {
      this.#from = Math.min(this.#from, at);
      this.#to = Math.max(this.#to, at);
    }
  }

  changes(): Changes {
    const lost: LogEvent = {
      type: 'EventsLost',
      version: 1,
      at: this.#to,
      data: { events: this.#events, from: this.#from, to: this.#to, reason: 'database-away' },
    };
    return {
      calls: [...this.#calls.values()],
      agents: [...this.#agents.values()],
      callbacks: [...this.#callbacks.values()],
      attempts: [...this.#attempts.values()],
      wishes: this.#wishes,
      events: this.#events > 0 ? [lost] : [],
      stepsLeft: [],
    };
  }
}

/** The changes of several turns as those of one. */
export function merge(all: readonly Changes[]): Changes {
  if (all.length === 1) return all[0]!;
  return {
    calls: lastOfEach(all.flatMap((one) => one.calls)),
    agents: lastOfEach(all.flatMap((one) => one.agents)),
    callbacks: lastOfEach(all.flatMap((one) => one.callbacks)),
    // A spool of a version before this one has none of these.
    attempts: lastOfEach(all.flatMap((one) => one.attempts ?? [])),
    wishes: all.flatMap((one) => one.wishes ?? []),
    events: all.flatMap((one) => one.events),
    stepsLeft: all.flatMap((one) => one.stepsLeft),
  };
}

function lastOfEach<Kept extends { readonly id: string }>(all: readonly Kept[]): Kept[] {
  return [...new Map(all.map((one) => [one.id, one])).values()];
}

/** True for a turn that changed nothing. */
export function isEmpty({ calls, agents, callbacks, attempts, wishes, events, stepsLeft }: Changes): boolean {
  const all = [calls, agents, callbacks, attempts, wishes, events, stepsLeft];
  return all.every((changed) => changed.length === 0);
}

function weightOf({ events, stepsLeft }: Changes): number {
  return events.length + stepsLeft.length;
}
