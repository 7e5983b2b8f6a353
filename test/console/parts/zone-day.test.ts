import { afterEach, describe, expect, test, vi } from 'vitest';
import { clockIn, dayIn, endOfDayIn, momentIn, startOfDayIn } from '../../../src/console/parts/zone-day.ts';

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

describe('a time that is picked', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  describe.each(['Asia/Shanghai', 'America/New_York', 'Europe/Berlin'])('in a browser in %s', (browser) => {
    test.each([
      ['2026-11-22 14:05', 'Asia/Shanghai', '2026-11-22T06:05:00Z'],
      ['2026-11-22 00:30', 'Asia/Shanghai', '2026-11-21T16:30:00Z'],
      ['2026-07-01 09:00', 'Europe/Berlin', '2026-07-01T07:00:00Z'],
      // It comes twice: the earlier one.
      ['2026-10-25 02:30', 'Europe/Berlin', '2026-10-25T00:30:00Z'],
      ['2026-03-29 03:30', 'Europe/Berlin', '2026-03-29T01:30:00Z'],
    ])('%s in %s is %s, and is shown so', (clock, zone, at) => {
      vi.stubEnv('TZ', browser);
      expect(momentIn(clock, zone)).toBe(utc(at));
      expect(clockIn(utc(at), zone)).toBe(clock);
    });

    test('an hour that clocks leap over is the hour after', () => {
      vi.stubEnv('TZ', browser);
      const at = momentIn('2026-03-29 02:30', 'Europe/Berlin');
      expect(at).toBe(utc('2026-03-29T01:30:00Z'));
      expect(clockIn(at ?? 0, 'Europe/Berlin')).toBe('2026-03-29 03:30');
    });
  });

  test.each(['', '2026-11-22', '2026-13-01 10:00', '2026-11-22 25:00', 'now'])('%j is none', (text) => {
    expect(momentIn(text, 'UTC')).toBeUndefined();
  });
});
