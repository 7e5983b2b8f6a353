import { addQueueCounts, noQueueCounts, type QueueCounts } from './sums.ts';

/** By what rows are told apart, besides their interval. */
export const GROUPINGS = ['centre', 'queue', 'tier'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What was summed of the callers of one queue and tier within an interval. */
export interface LaneSums {
  /** Beginning of the interval, UTC ms. */
  readonly at: number;
  readonly queue: string;
  readonly tier: string;
  readonly counts: QueueCounts;
}

/** Time of all agents together within an interval, ms. */
export interface StaffTime {
  readonly at: number;
  readonly busyMs: number;
  readonly readyMs: number;
  readonly loggedInMs: number;
}

/** What became of callers. Times in ms; undefined where there is nothing to divide by. */
export interface Figures {
  readonly offered: number;
  readonly requeued: number;
  readonly answered: number;
  readonly inTarget: number;
  readonly abandoned: number;
  readonly shortAbandoned: number;
  readonly left: number;
  readonly serviceLevel: number | undefined;
  readonly serviceLevelWithoutShort: number | undefined;
  readonly goal: number | undefined;
  readonly targetMs: number | undefined;
  readonly abandonmentRate: number | undefined;
  readonly averageWaitMs: number | undefined;
  readonly averageAbandonMs: number | undefined;
  readonly longestWaitMs: number;
  readonly averageTalkMs: number | undefined;
  readonly averageHoldMs: number | undefined;
  readonly averageWrapUpMs: number | undefined;
  readonly averageHandleMs: number | undefined;
  readonly callbacks: number;
  readonly callbacksDone: number;
  /** Of all agents; only in rows of the whole centre. */
  readonly occupancy: number | undefined;
}

export interface IntervalRow extends Figures {
  readonly at: number;
  /** '' in rows of the whole centre, and of a tier over all queues. */
  readonly queue: string;
  readonly tier: string;
}

/**
 * Rows in order of time, then of names, and all of it together.
 * @param starts beginnings of the intervals; those in which nothing happened have a row in a report of the centre
 */
export function intervalReport(
  lanes: readonly LaneSums[],
  staff: readonly StaffTime[],
  starts: readonly number[],
  by: Grouping,
): { readonly rows: readonly IntervalRow[]; readonly total: Figures } {
  const groups = new Map<string, { at: number; queue: string; tier: string; counts: QueueCounts }>();
  const group = (at: number, queue: string, tier: string) => {
    const name = JSON.stringify([at, queue, tier]);
    const known = groups.get(name) ?? { at, queue, tier, counts: noQueueCounts() };
    groups.set(name, known);
    return known.counts;
  };
  if (by === 'centre') for (const at of starts) group(at, '', '');
  const total = noQueueCounts();
  for (const { at, queue, tier, counts } of lanes) {
    addQueueCounts(group(at, by === 'centre' ? '' : queue, by === 'tier' ? tier : ''), counts);
    addQueueCounts(total, counts);
  }
  const occupancy = new Map(staff.map((time) => [time.at, occupancyOf([time])]));
  const rows = [...groups.values()]
    .sort((a, b) => a.at - b.at || compare(a.queue, b.queue) || compare(a.tier, b.tier))
    .map(({ at, queue, tier, counts }) => ({
      at,
      queue,
      tier,
      ...figuresOf(counts, by === 'centre' ? occupancy.get(at) : undefined),
    }));
  return { rows, total: figuresOf(total, occupancyOf(staff)) };
}

/** The formulas; docs/reports.md explains them. */
export function figuresOf(counts: QueueCounts, occupancy?: number): Figures {
  const { offered, answered, inTarget, abandoned, shortAbandoned, handled } = counts;
  const { talkMs, holdMs, wrapUpMs } = counts;
  return {
    offered,
    requeued: counts.requeued,
    answered,
    inTarget,
    abandoned,
    shortAbandoned,
    left: counts.left,
    serviceLevel: ratio(inTarget, offered),
    serviceLevelWithoutShort: ratio(inTarget, offered - shortAbandoned),
    goal: ratio(counts.goal, offered),
    targetMs: ratio(counts.targetMs, offered),
    abandonmentRate: ratio(abandoned, offered),
    averageWaitMs: ratio(counts.waitMs, answered),
    averageAbandonMs: ratio(counts.abandonedWaitMs, abandoned),
    longestWaitMs: counts.longestMs,
    averageTalkMs: ratio(talkMs, handled),
    averageHoldMs: ratio(holdMs, handled),
    averageWrapUpMs: ratio(wrapUpMs, handled),
    averageHandleMs: ratio(talkMs + holdMs + wrapUpMs, handled),
    callbacks: counts.callbacks,
    callbacksDone: counts.callbacksDone,
    occupancy,
  };
}

/** Share of the time in which agents were to be had or busy that they were busy. */
function occupancyOf(staff: readonly StaffTime[]): number | undefined {
  const busyMs = staff.reduce((sum, time) => sum + time.busyMs, 0);
  const readyMs = staff.reduce((sum, time) => sum + time.readyMs, 0);
  return ratio(busyMs, busyMs + readyMs);
}

export function ratio(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
