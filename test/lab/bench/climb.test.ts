import { expect, test } from 'vitest';
import { Climb } from '../../../src/lab/bench/climb.ts';

/** Climbs with a machine that bears `bears` calls a second and spoils the runs of these numbers, counted from 0. */
function climb(bears: number, spoilt: readonly number[] = []) {
  const search = new Climb({ from: 200, to: 1500, step: 25, tries: 3 });
  const tried: number[] = [];
  for (let rate = search.next(); rate !== undefined; rate = search.next()) {
    search.tell(rate, rate <= bears && !spoilt.includes(tried.length));
    tried.push(rate);
  }
  return { highest: search.highest, tried };
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

test('a rate fails when it failed three times, and is never tried again', () => {
  const { tried } = climb(437);
  const times = new Map(tried.map((rate) => [rate, tried.filter((one) => one === rate).length]));
  for (const [rate, count] of times) expect([rate, count]).toEqual([rate, rate <= 437 ? 1 : 3]);
});

test('two spoilt runs at one rate change nothing', () => {
  expect(climb(437, [0, 1, 5, 6]).highest).toBe(425);
});

test('all rates are whole steps', () => {
  expect(climb(1234).tried.filter((rate) => rate % 25 !== 0)).toEqual([]);
});
