import { expect, test } from 'vitest';
import { Climb } from '../../../src/lab/bench/climb.ts';

/** Climbs with a machine that bears `bears` calls a second and spoils the runs of these numbers, counted from 0. */
function climb(bears: number, spoilt: readonly number[] = [], mostRuns = Number.POSITIVE_INFINITY) {
  const search = new Climb({ from: 200, to: 1500, step: 25, tries: 3 });
  const tried: number[] = [];
  for (let rate = search.next(); rate !== undefined && tried.length < mostRuns; rate = search.next()) {
    search.tell(rate, rate <= bears && !spoilt.includes(tried.length));
    tried.push(rate);
  }
  return { highest: search.bracket.passed, tried, bracket: search.bracket };
}

test.each([
  { bears: 200, finds: 200 },
  { bears: 437, finds: 425 },
  { bears: 812, finds: 800 },
  { bears: 60, finds: 50 },
  { bears: 10, finds: 0 },
  { bears: 5000, finds: 1500 },
])('a machine that bears $bears calls a second is found to bear $finds', ({ bears, finds }) => {
  expect(climb(bears).highest).toBe(finds);
});

test('the rate above the highest one failed three times; what lies further above is tried once', () => {
  const { tried, bracket } = climb(437);
  expect(bracket).toEqual({ passed: 425, failed: 450, failures: 3 });
  const times = new Map(tried.map((rate) => [rate, tried.filter((one) => one === rate).length]));
  for (const [rate, count] of times) expect([rate, count]).toEqual([rate, rate === 450 ? 3 : 1]);
});

test.each([60, 437, 812, 1100, 1234])('a quiet machine that bears %i needs 12 runs at most', (bears) => {
  expect(climb(bears).tried.length).toBeLessThanOrEqual(12);
});

test.each([[[1]], [[1, 2]], [[0, 4]], [[3, 6]]])('spoilt runs %j change nothing', (spoilt) => {
  expect(climb(437, spoilt).highest).toBe(425);
  expect(climb(812, spoilt).highest).toBe(800);
});

test('a search that was cut short shows between which rates the highest lies', () => {
  expect(climb(437, [], 3).bracket).toEqual({ passed: 400, failed: 800, failures: 1 });
  expect(climb(437, [], 2).bracket).toEqual({ passed: 400, failed: undefined, failures: 0 });
});

test('all rates are whole steps', () => {
  expect(climb(1234).tried.filter((rate) => rate % 25 !== 0)).toEqual([]);
});
