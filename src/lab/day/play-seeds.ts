import { playDay } from './day.ts';
import { type Broken, INVARIANTS } from './invariants.ts';
import { randomScenario } from './random-scenario.ts';

export interface SeedsResult {
  readonly from: number;
  readonly seeds: number;
  readonly calls: number;
  readonly faults: number;
  readonly broken: number;
  /** Those in which something broke. */
  readonly brokenSeeds: readonly number[];
}

/** Plays `count` seeds from `from` on. @param played told after each one what broke in it, a text each */
export async function playSeeds(
  from: number,
  count: number,
  played: (seed: number, broken: readonly string[]) => void = () => undefined,
): Promise<SeedsResult> {
  const sum = { calls: 0, faults: 0, broken: 0 };
  const brokenSeeds: number[] = [];
  for (let seed = from; seed < from + count; seed += 1) {
    const { calls, faults, broken } = await playDay(randomScenario(seed));
    sum.calls += calls;
    sum.faults += faults;
    sum.broken += broken.length;
    if (broken.length > 0) brokenSeeds.push(seed);
    played(
      seed,
      broken.map((one) => brokenText(one, seed)),
    );
  }
  return { from, seeds: count, ...sum, brokenSeeds };
}

/** What broke, when, and how to see it again. */
export function brokenText({ invariant, at, events, what }: Broken, seed: number): string {
  const when = new Date(at).toISOString();
  const told = events.length > 0 ? ` (${[...new Set(events)].join(', ')})` : '';
  return `seed ${seed}, ${when}: ${INVARIANTS[invariant]} [${invariant}]: ${what}${told}
  see it again: npx carillon lab seeds 1 --from ${seed}`;
}
