import { drawCount } from './chance.ts';
import type { CallerGroup } from './scenario.ts';

/**
 * When the callers of a group come, ms from the beginning, in order. By chance within each part of the day: a Poisson process, or
 * one of which the total is known.
 * @param chance a source of [0,1)
 */
export function arrivalsOf(
  { calls, weights }: Pick<CallerGroup, 'calls' | 'weights'>,
  lastsMs: number,
  chance: () => number,
): number[] {
  const partMs = lastsMs / weights.length;
  const within = (part: number): number => Math.floor((part + chance()) * partMs);
  const times: number[] = [];
  if (calls === undefined)
    for (const [part, mean] of weights.entries())
      for (let count = drawCount(mean, chance); count > 0; count -= 1) times.push(within(part));
  else {
    const sums = sumsOf(weights);
    const total = sums.at(-1) ?? 0;
    for (let count = calls; count > 0 && total > 0; count -= 1)
      times.push(within(partAt(sums, chance() * total)));
  }
  return times.sort((a, b) => a - b);
}

function sumsOf(weights: readonly number[]): number[] {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum;
  });
}

/** The first part whose sum is beyond `at`. */
function partAt(sums: readonly number[], at: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
