import { expect, test } from 'vitest';
import { isHung, type Pulse } from '../../src/setup/pulse.ts';

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
  ['one that got no processor', { heardAt: 5000, upSince: -60_000, starvedMs: 2000 }, 8200, 0, false],
  ['one that got some, and is silent', { heardAt: 5000, upSince: -60_000, starvedMs: 2000 }, 8400, 0, true],
  ['one that gets none for ever', { heardAt: 5000, upSince: -60_000, starvedMs: 20_000 }, 25_100, 0, true],
])('%s', (_what, pulse, now, awakeSince, hangs) => {
  expect(isHung(pulse, now, awakeSince)).toBe(hangs);
});
