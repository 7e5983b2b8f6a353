import { playShift } from './play-shift.ts';
import type { PolicyMaker } from './policy.ts';
import type { DialingSetup } from './setup.ts';
import { abandonmentOf, type ShiftTally, talkShareOf } from './tally.ts';

/** What a figure will be: its mean, and what one run stays within with a probability of 95 %. */
export interface Predicted {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface ShiftPrediction {
  /** Share of agents' time, 0 to 1. */
  readonly talkShare: Predicted;
  /** Share of live answers, 0 to 1. */
  readonly abandonment: Predicted;
  readonly dials: Predicted;
  readonly live: Predicted;
  readonly connects: Predicted;
  readonly abandoned: Predicted;
}

const OUTSIDE = 0.05;

/**
 * Predicts what a shift will come to, by playing it with many seeds. The interval is that of the runs themselves, not of their mean:
 * one shift in twenty is expected outside, if the set-up describes the world.
 * @param setup agents, length in ms, and all distributions; `referenceSetup` is one to start from
 * @param runs at least 40, or there is nothing to cut off; the interval's ends are good to about 1 in √runs
 */
export function predictShift(setup: DialingSetup, makePolicy: PolicyMaker, runs = 400): ShiftPrediction {
  const tallies = Array.from({ length: runs }, (_, seed) => playShift(setup, seed + 1, makePolicy));
  const predict = (of: (tally: ShiftTally) => number): Predicted => predicted(tallies.map(of));
  return {
    talkShare: predict(talkShareOf),
    abandonment: predict(abandonmentOf),
    dials: predict(({ dials }) => dials),
    live: predict(({ live }) => live),
    connects: predict(({ connects }) => connects),
    abandoned: predict(({ abandoned }) => abandoned),
  };
}

/** Mean and middle 95 % of values that were drawn independently. */
export function predicted(values: readonly number[]): Predicted {
  const sorted = Float64Array.from(values).sort();
  // By order statistics: the next value is outside of the k-th from either end with a probability of 2k / (n + 1).
  const cut = Math.max(0, Math.floor((OUTSIDE / 2) * (sorted.length + 1)) - 1);
  return {
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    low: sorted[cut]!,
    high: sorted[sorted.length - 1 - cut]!,
  };
}
