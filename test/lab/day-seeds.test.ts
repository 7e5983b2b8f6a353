import { expect, test } from 'vitest';
import { playSeeds } from '../../src/lab/day/play-seeds.ts';

/** Every one is told by its number alone: `npm run lab:seeds -- 1 --from 17` plays one again. By hand: 10,000. */
const SEEDS = 200;
const PER_TEST = 20;
const groups = Array.from({ length: SEEDS / PER_TEST }, (_, index) => [index * PER_TEST + 1]);

test.each(groups)(
  'given_twenty_seeds_from_%i_on_when_anything_goes_wrong_at_any_moment_then_every_invariant_holds',
  async (from) => {
    const texts: string[] = [];
    const played = await playSeeds(from, PER_TEST, (_seed, broken) => texts.push(...broken));
    expect(texts).toEqual([]);
    // A day on which nothing happens proves nothing.
    expect(played.calls).toBeGreaterThan(500);
    expect(played.faults).toBeGreaterThan(10);
  },
  60_000,
);
