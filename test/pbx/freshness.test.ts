import { expect, test } from 'vitest';
import { Freshness } from '../../src/pbx/asterisk/freshness.ts';

const HOUR = 3_600_000;

test.each<[string, [sentAt: number, now: number, isOld: boolean][]]>([
  [
    'clocks that are an hour apart, events that come at once',
    [
      [HOUR, 10, false],
      [HOUR + 500, 520, false],
    ],
  ],
  [
    'an event that waited for six seconds',
    [
      [HOUR, 10, false],
      [HOUR + 20, 6_050, true],
    ],
  ],
  [
    'one that waited for four',
    [
      [HOUR, 10, false],
      [HOUR + 20, 4_050, false],
    ],
  ],
  [
    'the clock of Asterisk steps forward: what comes after it is fresh',
    [
      [0, 10, false],
      [HOUR + 100, 110, false],
      [HOUR + 200, 210, false],
    ],
  ],
  [
    'it steps back: that cannot be told from waiting',
    [
      [HOUR, 10, false],
      [100, 110, true],
    ],
  ],
])('%s', (_what, events) => {
  const freshness = new Freshness();
  for (const [sentAt, now, isOld] of events) expect(freshness.isOld(sentAt, now)).toBe(isOld);
});
