import { expect, test } from 'vitest';
import { isHung, isYoung, type Pulse } from '../../src/setup/pulse.ts';

test.each<[string, Pulse, now: number, awakeSince: number, boolean]>([
  ['one that was heard a moment ago', { heardAt: 5000, upSince: -60_000 }, 5200, 0, false],
  ['one that missed a few beats', { heardAt: 5000, upSince: -60_000 }, 6200, 0, false],
  ['one that is silent', { heardAt: 5000, upSince: -60_000 }, 6400, 0, true],
  [
    'one that is silent since we woke up a moment ago',
    { heardAt: 5000, upSince: -60_000 },
    60_000,
    59_500,
    false,
  ],
  ['one that is silent long after we woke up', { heardAt: 5000, upSince: -60_000 }, 61_000, 59_500, true],
  ['a young one that is silent for a while', { heardAt: 5000, upSince: 1000 }, 7200, 0, false],
  ['a young one that is silent', { heardAt: 5000, upSince: 1000 }, 7400, 0, true],
  ['one that starts and is busy', { heardAt: 0 }, 19_000, 0, false],
  ['one that does not come up', { heardAt: 0 }, 20_500, 0, true],
])('%s', (_what, pulse, now, awakeSince, hangs) => {
  expect(isHung(pulse, now, awakeSince)).toBe(hangs);
});

test.each([
  [0, 2_300],
  [1, 4_600],
  [3, 18_400],
  [9, 20_000],
])('a young one after %i that were killed young may be silent for %i ms', (killedYoung, ms) => {
  const young = { heardAt: 5_000, upSince: 1_000 };
  expect(isHung(young, 5_000 + ms, 0, killedYoung)).toBe(false);
  expect(isHung(young, 5_001 + ms, 0, killedYoung)).toBe(true);
});

test('one that has grown up gets no more time, whoever was killed before it', () => {
  expect(isHung({ heardAt: 5_000, upSince: -60_000 }, 6_400, 0, 9)).toBe(true);
});

test.each<[Pulse, boolean]>([
  [{ heardAt: 0 }, true],
  [{ heardAt: 20_999, upSince: 1_000 }, true],
  [{ heardAt: 21_000, upSince: 1_000 }, false],
])('%o is young: %s', (pulse, young) => {
  expect(isYoung(pulse)).toBe(young);
});
