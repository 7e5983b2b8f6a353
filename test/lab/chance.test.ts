import { expect, test } from 'vitest';
import { arrivalsOf } from '../../src/lab/day/arrivals.ts';
import { chanceFor, drawCount, drawMs, type Spread } from '../../src/lab/day/chance.ts';
import { SHAPES, weightsOf } from '../../src/lab/day/shape.ts';

const DRAWS = 20_000;

function momentsOf(draw: () => number): { mean: number; cv: number } {
  const values = Array.from({ length: DRAWS }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS;
  return { mean, cv: Math.sqrt(variance) / mean };
}

test.each<[Spread, number]>([
  [{ meanMs: 60_000, law: 'exponential', cv: 1 }, 1],
  [{ meanMs: 240_000, law: 'lognormal', cv: 0.5 }, 0.5],
  [{ meanMs: 240_000, law: 'lognormal', cv: 1 }, 1],
  [{ meanMs: 5000, law: 'fixed', cv: 0 }, 0],
])('given_%o_when_many_are_drawn_then_mean_and_spread_are_those', (spread, cv) => {
  const chance = chanceFor(1, 'draws');
  const moments = momentsOf(() => drawMs(spread, chance));
  expect(Math.abs(moments.mean / spread.meanMs - 1)).toBeLessThan(0.03);
  expect(Math.abs(moments.cv - cv)).toBeLessThan(0.05);
});

test.each([0.5, 12, 900])(
  'given_%d_expected_when_many_are_counted_then_mean_and_variance_are_that',
  (mean) => {
    const chance = chanceFor(1, 'counts');
    const { mean: counted, cv } = momentsOf(() => drawCount(mean, chance));
    expect(Math.abs(counted / mean - 1)).toBeLessThan(0.03);
    expect(Math.abs(cv - 1 / Math.sqrt(mean))).toBeLessThan(0.05);
  },
);

test('given_two_purposes_then_drawing_more_for_one_leaves_the_other_as_it_was', () => {
  const alone = chanceFor(1, 'patience');
  const expected = [alone(), alone(), alone()];
  const [patience, talk] = [chanceFor(1, 'patience'), chanceFor(1, 'talk')];
  const first = patience();
  talk();
  talk();
  expect([first, patience(), patience()]).toEqual(expected);
});

test('given_neighbouring_purposes_then_their_first_draws_have_nothing_to_do_with_each_other', () => {
  const { mean, cv } = momentsOf(
    (() => {
      let index = 0;
      return () => chanceFor(1, 'caller', ++index)();
    })(),
  );
  // Even in [0,1): mean 1/2, standard deviation 1/√12.
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
  expect(Math.abs(cv - 2 / Math.sqrt(12))).toBeLessThan(0.01);
});

test('given_a_total_and_weights_then_exactly_so_many_come_in_order_where_the_weights_are', () => {
  const times = arrivalsOf({ calls: 4000, weights: [1, 0, 3] }, 3000, chanceFor(1, 'arrivals'));
  const inPart = (part: number) => times.filter((at) => Math.floor(at / 1000) === part).length;
  expect(times).toHaveLength(4000);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(inPart(1)).toBe(0);
  expect(Math.abs(inPart(2) - 3000)).toBeLessThan(4 * Math.sqrt(4000 * 0.25 * 0.75));
});

test('given_what_is_expected_in_each_part_then_about_so_many_come_in_it', () => {
  const times = arrivalsOf({ weights: [900, 100] }, 2000, chanceFor(1, 'arrivals'));
  const first = times.filter((at) => at < 1000).length;
  expect(Math.abs(first - 900)).toBeLessThan(4 * Math.sqrt(900));
  expect(Math.abs(times.length - first - 100)).toBeLessThan(4 * Math.sqrt(100));
});

test('given_nobody_or_no_weights_then_nobody_comes', () => {
  expect(arrivalsOf({ calls: 0, weights: [1] }, 1000, Math.random)).toEqual([]);
  expect(arrivalsOf({ calls: 10, weights: [0, 0] }, 1000, Math.random)).toEqual([]);
});

test.each(SHAPES)('given_the_shape_%s_then_every_part_of_the_day_has_a_weight', (shape) => {
  const weights = weightsOf(shape);
  expect(weights.length).toBeGreaterThan(20);
  expect(Math.min(...weights)).toBeGreaterThan(0);
});

test.each([
  ['noon-peak', 0.5],
  ['morning', 0.15],
  ['evening', 0.85],
  ['two-peaks', 0.22],
] as const)('given_the_shape_%s_then_most_come_at_%d_of_the_day', (shape, at) => {
  const weights = weightsOf(shape);
  const highest = weights.indexOf(Math.max(...weights));
  expect(Math.abs(highest / weights.length - at)).toBeLessThan(0.03);
});
