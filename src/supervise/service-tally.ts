import type { Call } from '../call/call.ts';
import type { Lane } from '../queue/queue.ts';

/** A business event, as far as the floor looks at it. */
export interface Told {
  readonly type: string;
  /** UTC ms. */
  readonly at: number;
  readonly call?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Types of events that are counted. */
export const COUNTED_TYPES: readonly string[] = [
  'CallArrived',
  'CallQueued',
  'CallRequeued',
  'CallConnected',
  'CallLeftQueue',
  'CallEnded',
];

/** What became of callers who waited. Whoever hung up, or left unserved, was missed. */
export interface Served {
  readonly answered: number;
  /** Within the target of their queue and tier. */
  readonly within: number;
  readonly missed: number;
  /** Of those missed, who hung up. */
  readonly abandoned: number;
  /** Of those answered, together, ms. */
  readonly waitedMs: number;
}

export const NOBODY_SERVED: Served = { answered: 0, within: 0, missed: 0, abandoned: 0, waitedMs: 0 };

/** Callers of one queue and tier. */
export interface LaneCount {
  readonly queue: string;
  readonly tier: string;
  readonly today: Served;
  /** Of the last 30 minutes. */
  readonly recent: Served;
}

type Mutable = { -readonly [Key in keyof Served]: number };

interface Count {
  readonly queue: string;
  readonly tier: string;
  today: Mutable;
  /** By the minute, the oldest first. */
  readonly minutes: { readonly minute: number; readonly served: Mutable }[];
}

const MINUTE_MS = 60_000;
const RECENT_MINUTES = 30;

/** Share of the callers who were answered within their target, 0 to 1; undefined where nobody came. */
export function serviceLevelOf({ answered, within, missed }: Served): number | undefined {
  return answered + missed === 0 ? undefined : within / (answered + missed);
}

export function sumOf(counts: readonly Served[]): Served {
  const sum = empty();
  for (const count of counts) for (const key of KEYS) sum[key] += count[key];
  return sum;
}

const KEYS = ['answered', 'within', 'missed', 'abandoned', 'waitedMs'] as const;

/**
 * The service level of today and of the last half hour, counted from the events of the log. Only those count who called: whomever we call
 * does not hold the line.
 */
export class ServiceTally {
  readonly #targetOf: (queue: string, tier: string) => Pick<Lane, 'targetMs'>;
  readonly #dayEnd: (at: number) => number;
  readonly #counts = new Map<string, Count>();
  /** Callers who have come in and are there. */
  readonly #callers = new Set<string>();
  /** Where each of them waits. */
  readonly #waits = new Map<string, { readonly queue: string; readonly tier: string }>();
  /** When the present day ends, UTC ms. */
  #today = Number.NEGATIVE_INFINITY;

  /** @param dayEnd the end of the day of an instant, both UTC ms */
  constructor(
    targetOf: (queue: string, tier: string) => Pick<Lane, 'targetMs'>,
    dayEnd: (at: number) => number,
  ) {
    this.#targetOf = targetOf;
    this.#dayEnd = dayEnd;
  }

  /** Takes up those who were there when this daemon began. */
  resume(calls: readonly Call[]): void {
    for (const { id, phase, facts, callback, outbound } of calls) {
      if (callback || outbound) continue;
      this.#callers.add(id);
      if (phase.at === 'queued' || phase.at === 'offered')
        this.#waits.set(id, { queue: phase.queue, tier: facts.tier ?? '' });
    }
  }

  /** Counts events in the order of the log. */
  take(events: readonly Told[]): void {
    for (const event of events) this.#take(event);
  }

  /** @param now UTC ms */
  lanes(now: number): readonly LaneCount[] {
    this.#passed(now);
    const since = Math.floor(now / MINUTE_MS) - RECENT_MINUTES;
    return [...this.#counts.values()].map(({ queue, tier, today, minutes }) => {
      while (minutes[0] && minutes[0].minute <= since) minutes.shift();
      return { queue, tier, today: { ...today }, recent: sumOf(minutes.map(({ served }) => served)) };
    });
  }

  #take({ type, at, call = '', data }: Told): void {
    switch (type) {
      case 'CallArrived':
        this.#callers.add(call);
        return;
      case 'CallQueued':
      case 'CallRequeued':
        if (this.#callers.has(call))
          this.#waits.set(call, { queue: String(data.queue), tier: String(data.tier ?? '') });
        return;
      case 'CallConnected':
        if (data.queue !== undefined) this.#answered(call, at, Number(data.queueWaitedMs ?? 0));
        return;
      case 'CallLeftQueue':
        // Of another queue he is still a caller.
        if (data.why === 'moved') this.#waits.delete(call);
        else this.#missed(call, at, false);
        return;
      case 'CallEnded':
        this.#missed(call, at, data.abandoned === true);
        this.#callers.delete(call);
    }
  }

  #answered(call: string, at: number, waitedMs: number): void {
    const wait = this.#waits.get(call);
    if (!wait) return;
    this.#waits.delete(call);
    const isWithin = waitedMs <= this.#targetOf(wait.queue, wait.tier).targetMs;
    this.#count(wait, at, { ...NOBODY_SERVED, answered: 1, within: isWithin ? 1 : 0, waitedMs });
  }

  #missed(call: string, at: number, abandoned: boolean): void {
    const wait = this.#waits.get(call);
    if (!wait) return;
    this.#waits.delete(call);
    this.#count(wait, at, { ...NOBODY_SERVED, missed: 1, abandoned: abandoned ? 1 : 0 });
  }

  #count({ queue, tier }: { readonly queue: string; readonly tier: string }, at: number, one: Served): void {
    this.#passed(at);
    const key = `${queue}\n${tier}`;
    const count = this.#counts.get(key) ?? { queue, tier, today: empty(), minutes: [] };
    this.#counts.set(key, count);
    const minute = Math.floor(at / MINUTE_MS);
    let last = count.minutes.at(-1);
    if (last?.minute !== minute) {
      last = { minute, served: empty() };
      count.minutes.push(last);
      if (count.minutes.length > RECENT_MINUTES + 1) count.minutes.shift();
    }
    for (const key of KEYS) {
      count.today[key] += one[key];
      last.served[key] += one[key];
    }
  }

  /** At midnight today begins anew; the last half hour goes on. */
  #passed(now: number): void {
    if (now < this.#today) return;
    this.#today = this.#dayEnd(now);
    for (const count of this.#counts.values()) count.today = empty();
  }
}

function empty(): Mutable {
  return { ...NOBODY_SERVED };
}
