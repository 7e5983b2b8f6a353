import { expect, test } from 'vitest';
import { seededRandom } from '../../../src/base/random.ts';
import { exponential, quantile, sampleOf } from '../../../src/lab/bench/routing/sample.ts';

test('a mean and its standard error', () => {
  const { mean, error } = sampleOf([2, 4, 4, 4, 5, 5, 7, 9]);
  expect(mean).toBe(5);
  expect(error).toBeCloseTo(Math.sqrt(32 / 7 / 8), 12);
});

test.each([
  [0, 1],
  [0.5, 6],
  [0.99, 10],
  [1, 10],
])('quantile %d of one to ten is %d', (share, value) => {
  expect(quantile([3, 1, 2, 10, 9, 8, 7, 6, 5, 4], share)).toBe(value);
});

test('exponential times have their mean, and none is endless', () => {
  const random = seededRandom(1);
  const times = Array.from({ length: 20_000 }, () => exponential(random, 240));
  expect(sampleOf(times).mean).toBeGreaterThan(230);
  expect(sampleOf(times).mean).toBeLessThan(250);
  expect(exponential(() => 0, 240)).toBeCloseTo(0);
  expect(exponential(() => 1 - 2 ** -32, 240)).toBeLessThan(240 * 23);
});
