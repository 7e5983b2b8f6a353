import { expect, test } from 'vitest';
import { goalText, missedBy } from '../../../src/lab/bench/faults/goals.ts';

const GOOD = { p95Ms: 40, zombies: 0, broken: 0, answeredShare: 1.01, offeredShare: 2 };

test.each<[string, object, string[]]>([
  ['all is well', GOOD, []],
  ['everybody is refused', { ...GOOD, answeredShare: 0.1 }, ['answeredShare']],
  ['everybody is taken', { ...GOOD, answeredShare: 2 }, ['answeredShare']],
  ['calls break', { ...GOOD, broken: 3 }, ['broken']],
  ['fewer callers came than should have', { ...GOOD, offeredShare: 1.2 }, ['offeredShare']],
  ['a figure is no number', { ...GOOD, p95Ms: Number.NaN }, ['p95Ms']],
  ['nothing was measured', {}, ['p95Ms', 'zombies', 'broken', 'answeredShare', 'offeredShare']],
])('when %s, overload misses what it should', (_when, figures, missed) => {
  expect(missedBy('asterisk', 'overload', figures)).toEqual(missed);
});

test('goals are told as limits', () => {
  expect([goalText([0, 0]), goalText([0, 500]), goalText([0.95, 1.1])]).toEqual([
    '0',
    'at most 500',
    '0.95 to 1.1',
  ]);
});
