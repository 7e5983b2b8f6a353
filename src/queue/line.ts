import { Deadlines } from '../base/deadlines.ts';
import type { FitTable } from './profile-fit.ts';
import { type LadderStep, laneOf, type Order, type Waiting } from './queue.ts';
import { urgencyOf as delayRatio, type LaneWeight, ownTargetMs } from './service-level.ts';

/** Callers who are alike in everything that matching looks at but their place in line. */
export interface Line {
  readonly key: string;
  /** The one for whom it was made; those after him are like him. */
  readonly like: Waiting;
  readonly tier: string;
  readonly table: FitTable;
  readonly weight: LaneWeight;
  /** Their own target, ms: tighter than the lane's when they are known to have less patience. */
  readonly ownTargetMs: number;
  /** Before the ladder begins, only those are asked who know them, for so long, ms. */
  readonly shiftMs: number;
  /** Calls by their place in line, UTC ms. */
  readonly calls: Deadlines;
  /** Place of the first of them; of no meaning while nobody waits. */
  since: number;
  /** Wait from which each step of the ladder counts, ms; Infinity for those that nobody who is there could meet. */
  begins: number[];
  /** The table's count of changes for which that was reckoned. */
  reckonedAt: number;
  /** Place among the lines where somebody waits; -1 when nobody does. */
  at: number;
}

/** How long the first of the line has waited; a place in line may lie ahead when the clock was set back. */
export function waitOf(line: Line, now: number): number {
  return Math.max(0, now - line.since);
}

/** A line for callers like this one. @param shiftMs see `Line` */
export function lineFor(
  key: string,
  like: Waiting,
  table: FitTable,
  weight: LaneWeight,
  shiftMs: number,
): Line {
  return {
    key,
    like,
    tier: like.caller.tier,
    table,
    weight,
    ownTargetMs: ownTargetMs(weight.lane, grainOf(like.patienceMs)),
    shiftMs,
    calls: new Deadlines(),
    since: 0,
    begins: [],
    reckonedAt: -1,
    at: -1,
  };
}

/** Patience counts in steps of this, so that callers of about the same patience share a line, ms. */
const PATIENCE_GRAIN_MS = 5000;

/** A known patience as matching counts it, ms. */
export const grainOf = (patienceMs: number | undefined): number | undefined =>
  patienceMs === undefined
    ? undefined
    : Math.max(1, Math.round(patienceMs / PATIENCE_GRAIN_MS)) * PATIENCE_GRAIN_MS;

/** Names the line in which a caller waits. @param table key of his requirement */
export function lineKey(waiting: Waiting, table: string, shiftMs: number): string {
  const { queue, caller, patienceMs, isFirst } = waiting;
  const own = ownTargetMs(laneOf(queue, caller.tier), grainOf(patienceMs));
  return `${table}\n${caller.tier}\n${own}\n${shiftMs}${isFirst ? '\nfirst' : ''}`;
}

/**
 * From which wait each step of a ladder counts, ms: a step that nobody who is there could meet takes no time, and never begins. Only
 * the queue's own steps take time; where nobody of its own is there, those who help are its ladder.
 * @param met by step, whether somebody who is there fits it first @param shiftMs see `Line`
 */
export function beginsOf(ladder: readonly LadderStep[], met: readonly boolean[], shiftMs: number): number[] {
  const hasOwn = ladder.some(({ helps }, step) => !helps && met[step]);
  let begin = shiftMs;
  let takesTime = false;
  return ladder.map(({ forMs, helps }, step) => {
    const from = begin;
    if (!hasOwn || !helps) takesTime = met[step] ?? false;
    if (takesTime) begin += forMs;
    return met[step] ? from : Number.POSITIVE_INFINITY;
  });
}

/** The step of the ladder that has begun last after this wait; -1 for none. */
export function stepAfter(line: Line, waitMs: number): number {
  const { begins } = line;
  let step = -1;
  for (let index = 0; index < begins.length; index += 1) if (waitMs >= begins[index]!) step = index;
  return step;
}

/** When the next step begins after this wait, ms; undefined when there is none. */
export function nextStepMs(line: Line, waitMs: number): number | undefined {
  return line.begins.find((begin) => begin > waitMs && begin !== Number.POSITIVE_INFINITY);
}

/** Strict order: no wait outweighs a priority. */
const PRIORITY_MS = 1e12;
/** And no order outweighs the word of a supervisor. */
const FIRST_MS = 1e15;

/** How urgent a caller of the line is who has waited so long; higher is served first. */
export function urgencyOf(order: Order, line: Line, waitMs: number): number {
  if (line.like.isFirst) return FIRST_MS + waitMs;
  switch (order) {
    case 'service-level':
      return delayRatio(line.weight, waitMs, line.ownTargetMs);
    case 'strict':
      return line.weight.lane.priority * PRIORITY_MS + waitMs;
    case 'score':
      return waitMs + line.weight.lane.bonusMs;
    case 'fifo':
      return waitMs;
  }
}
