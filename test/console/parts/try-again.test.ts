import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { backOff, TryAgain } from '../../../src/console/try-again.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([
  [0, 0.5, 1_000],
  [1, 0.5, 4_000],
  [9, 0.5, 4_000],
  [0, 0, 750],
  [0, 1, 1_250],
])('after %i tries and by the chance of %f it waits %i ms', (tries, chance, ms) => {
  expect(backOff([1_000, 4_000], tries, chance)).toBe(ms);
});

test('a wait that works is the first again, and one that is put off is one', async () => {
  const tried: number[] = [];
  const began = Date.now();
  const tries = new TryAgain([1_000, 100_000], () => tried.push(Date.now() - began));
  tries.later();
  tries.worked();
  tries.later();
  tries.worked();
  await vi.advanceTimersByTimeAsync(200_000);
  expect(tried).toEqual([]);
  tries.later();
  await vi.advanceTimersByTimeAsync(1_300);
  expect(tried).toHaveLength(1);
  tries.later();
  tries.later();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(tried).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(100_000);
  expect(tried).toHaveLength(2);
});
