import type { LogEvent } from '../../engine/changes.ts';
import { laneOf, type Queue } from '../../queue/queue.ts';

/** What became of callers of one queue and tier, or of all. Waits in ms. */
export interface Served {
  /** Callers who were queued. */
  offered: number;
  answered: number;
  /** Answered within the target. */
  inTarget: number;
  /** Hung up before an answer. */
  abandoned: number;
  /** Sent away: nobody in time, or nobody there. */
  sentAway: number;
  /** Of those who were answered. */
  waitMs: number;
  longestMs: number;
}

export interface Interval extends Served {
  /** UTC ms. */
  readonly at: number;
  /** Time of all agents together, ms: logged in, and of that ringing, talking and wrapping up. */
  loggedInMs: number;
  busyMs: number;
}

export interface LaneOfDay extends Served {
  readonly queue: string;
  readonly tier: string;
  readonly goal: number;
  readonly targetMs: number;
}

export interface DayFigures {
  readonly intervalMs: number;
  readonly intervals: readonly Interval[];
  readonly lanes: readonly LaneOfDay[];
  readonly total: Served & { readonly loggedInMs: number; readonly busyMs: number };
}

const NOBODY: Served = {
  offered: 0,
  answered: 0,
  inTarget: 0,
  abandoned: 0,
  sentAway: 0,
  waitMs: 0,
  longestMs: 0,
};

interface Visit {
  readonly at: number;
  readonly queue: string;
  readonly tier: string;
  answered: boolean;
}

/** Counts a day from its event log, interval by interval; a caller belongs to the interval in which he was queued. */
export class DayStatistics {
  readonly #startAt: number;
  readonly #intervalMs: number;
  readonly #queues: ReadonlyMap<string, Queue>;
  readonly #intervals: Interval[] = [];
  readonly #lanes = new Map<string, LaneOfDay>();
  readonly #visits = new Map<string, Visit>();
  readonly #agents = new Map<string, { state: string; since: number }>();

  constructor(startAt: number, intervalMs: number, queues: readonly Queue[]) {
    this.#startAt = startAt;
    this.#intervalMs = intervalMs;
    this.#queues = new Map(queues.map((queue) => [queue.name, queue]));
  }

  take(event: LogEvent): void {
    const { type, at, call = '', agent = '', data } = event;
    switch (type) {
      case 'AgentStateChanged':
        return this.#agent(agent, String(data.state), at);
      case 'CallQueued':
        return this.#queued(call, String(data.queue), String(data.tier), at);
      case 'CallConnected':
        return this.#connected(call, Number(data.queueWaitedMs));
      case 'CallLeftQueue':
        return this.#gone(call, 'sentAway', at);
      case 'CallEnded':
        return this.#gone(call, data.abandoned === true ? 'abandoned' : undefined, at);
    }
  }

  /** The day up to now. @param now UTC ms */
  figures(now: number): DayFigures {
    for (const [agent, { state }] of this.#agents) this.#agent(agent, state, now);
    const intervals = Array.from({ length: this.#intervals.length }, (_, index) =>
      this.#interval(index),
    ).filter(({ at, offered }) => at < now || offered > 0);
    const total = { ...NOBODY, loggedInMs: 0, busyMs: 0 };
    for (const interval of intervals) {
      add(total, interval);
      total.loggedInMs += interval.loggedInMs;
      total.busyMs += interval.busyMs;
    }
    const lanes = [...this.#lanes.values()].sort((a, b) =>
      `${a.queue} ${a.tier}` < `${b.queue} ${b.tier}` ? -1 : 1,
    );
    return { intervalMs: this.#intervalMs, intervals, lanes, total };
  }

  #queued(call: string, queue: string, tier: string, at: number): void {
    const visit = this.#visits.get(call);
    // Back in the queue, or in another one: still the same wait of the same caller.
    if (visit && !visit.answered) return;
    this.#visits.set(call, { at, queue, tier, answered: false });
    for (const served of this.#countsOf({ at, queue, tier })) served.offered += 1;
  }

  #connected(call: string, waitMs: number): void {
    const visit = this.#visits.get(call);
    if (!visit || visit.answered || Number.isNaN(waitMs)) return;
    visit.answered = true;
    const { targetMs } = this.#laneOf(visit);
    for (const served of this.#countsOf(visit)) {
      served.answered += 1;
      served.inTarget += waitMs <= targetMs ? 1 : 0;
      served.waitMs += waitMs;
      served.longestMs = Math.max(served.longestMs, waitMs);
    }
  }

  #gone(call: string, how: 'abandoned' | 'sentAway' | undefined, at: number): void {
    const visit = this.#visits.get(call);
    this.#visits.delete(call);
    if (!visit || visit.answered || how === undefined) return;
    for (const served of this.#countsOf(visit)) {
      served[how] += 1;
      served.longestMs = Math.max(served.longestMs, at - visit.at);
    }
  }

  #countsOf(visit: Pick<Visit, 'at' | 'queue' | 'tier'>): Served[] {
    return [this.#interval(this.#indexOf(visit.at)), this.#laneOf(visit)];
  }

  #laneOf({ queue, tier }: Pick<Visit, 'queue' | 'tier'>): LaneOfDay {
    const key = `${queue}\n${tier}`;
    const known = this.#lanes.get(key);
    if (known) return known;
    const rules = this.#queues.get(queue);
    const { goal, targetMs } = rules ? laneOf(rules, tier) : { goal: 0, targetMs: 0 };
    const lane = { ...NOBODY, queue, tier, goal, targetMs };
    this.#lanes.set(key, lane);
    return lane;
  }

  #agent(agent: string, state: string, at: number): void {
    const before = this.#agents.get(agent);
    this.#agents.set(agent, { state, since: at });
    if (!before || before.state === 'logged-out') return;
    const isBusy = before.state !== 'ready' && before.state !== 'not-ready';
    for (let from = before.since; from < at; ) {
      const index = this.#indexOf(from);
      const to = Math.min(at, this.#startAt + (index + 1) * this.#intervalMs);
      const interval = this.#interval(index);
      interval.loggedInMs += to - from;
      if (isBusy) interval.busyMs += to - from;
      from = to;
    }
  }

  #indexOf(at: number): number {
    return Math.max(0, Math.floor((at - this.#startAt) / this.#intervalMs));
  }

  #interval(index: number): Interval {
    const at = this.#startAt + index * this.#intervalMs;
    this.#intervals[index] ??= { ...NOBODY, at, loggedInMs: 0, busyMs: 0 };
    return this.#intervals[index];
  }
}

function add(total: Served, part: Served): void {
  total.offered += part.offered;
  total.answered += part.answered;
  total.inTarget += part.inTarget;
  total.abandoned += part.abandoned;
  total.sentAway += part.sentAway;
  total.waitMs += part.waitMs;
  total.longestMs = Math.max(total.longestMs, part.longestMs);
}

/** Share of those who were queued that were answered within their target, 0 to 1; undefined when nobody was. */
export function serviceLevel({ offered, inTarget }: Served): number | undefined {
  return offered === 0 ? undefined : inTarget / offered;
}

/** Average speed of answer, ms; undefined when nobody was answered. */
export function averageWaitMs({ answered, waitMs }: Served): number | undefined {
  return answered === 0 ? undefined : waitMs / answered;
}
