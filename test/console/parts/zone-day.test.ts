import { describe, expect, test } from 'vitest';
import { dayIn, endOfDayIn, startOfDayIn } from '../../../src/console/parts/zone-day.ts';

const utc = (text: string): number => Date.parse(text);

describe('a day in a zone', () => {
  test.each([
    ['2026-11-22', 'Asia/Shanghai', '2026-11-21T16:00:00Z', '2026-11-22T16:00:00Z'],
    ['2026-11-22', 'UTC', '2026-11-22T00:00:00Z', '2026-11-23T00:00:00Z'],
    // Clocks go back, and the day has 25 hours; and forward, and it has 23.
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['2026-01-31', 'America/New_York', '2026-01-31T05:00:00Z', '2026-02-01T05:00:00Z'],
  ])('%s in %s begins at %s and ends at %s', (day, zone, from, to) => {
    expect(startOfDayIn(day, zone)).toBe(utc(from));
    expect(endOfDayIn(day, zone)).toBe(utc(to));
    expect([dayIn(utc(from), zone), dayIn(utc(to) - 1, zone)]).toEqual([day, day]);
  });

  test.each(['', '2026-13-01', '22.11.2026', '2026-11-22T10:00'])('%j is none', (day) => {
    expect([startOfDayIn(day, 'UTC'), endOfDayIn(day, 'UTC')]).toEqual([undefined, undefined]);
  });
});
