import { expect, test } from 'vitest';
import { Patience } from '../../src/replay/patience.ts';

const gaveUp = (ms: number) => ({ ms, gaveUp: true });
const answered = (ms: number) => ({ ms, gaveUp: false });

test('the share that waits on counts those who were answered only as long as they waited', () => {
  const patience = new Patience([gaveUp(10), answered(20), gaveUp(30), answered(40)]);
  expect([0, 10, 29, 30, 99].map((ms) => patience.share(ms))).toEqual([1, 0.75, 0.75, 0.375, 0.375]);
  expect(patience.known).toBe(2);
});

test('of two who wait as long, the one who gave up was there until then, and so was the other', () => {
  const patience = new Patience([answered(10), gaveUp(10)]);
  expect(patience.share(10)).toBe(0.5);
});

test.each([
  ['somebody who has just come', 0, 0.1, 10],
  ['the same with more patience', 0, 0.5, 30],
  ['one who has waited longer than the first gave up', 15, 0.4, 30],
  ['one of those of whom nobody knows when they give up', 0, 0.9, Number.POSITIVE_INFINITY],
  ['one who has waited longer than anybody gave up', 50, 0, Number.POSITIVE_INFINITY],
])('patience of %s', (_who, waitedMs, chance, expected) => {
  const patience = new Patience([gaveUp(10), answered(20), gaveUp(30), answered(40)]);
  expect(patience.draw(waitedMs, chance)).toBe(expected);
});

test('nobody is less patient than he has been already, and many draws are spread as the estimate says', () => {
  const waits = Array.from({ length: 200 }, (_, index) =>
    index % 3 === 0 ? gaveUp(index) : answered(index),
  );
  const patience = new Patience(waits);
  const draws = Array.from({ length: 1000 }, (_, index) => patience.draw(40, index / 1000));
  expect(Math.min(...draws)).toBeGreaterThan(40);
  const left = draws.filter((ms) => ms > 120).length / 1000;
  expect(left).toBeCloseTo(patience.share(120) / patience.share(40), 1);
});

test('without anybody who gave up, nobody does', () => {
  expect(new Patience([answered(5)]).draw(0, 0.99)).toBe(Number.POSITIVE_INFINITY);
  expect(new Patience([]).share(10)).toBe(1);
});
