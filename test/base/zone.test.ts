import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isZone, localTime } from '../../src/base/zone.ts';

/** `2026-03-29 03:00 Sunday is 7` as text, so that a table can be read. */
function shown(instant: string, zone: string): string {
  const { year, month, day, weekday, hour, minute } = localTime(Date.parse(instant), zone);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)} ${weekday}`;
}

test.each([
  ['a day earlier in the west', '2026-01-01T02:30:00Z', 'America/New_York', '2025-12-31 21:30 3'],
  ['a day later in the east', '2025-12-31T16:00:00Z', 'Asia/Shanghai', '2026-01-01 00:00 4'],
  ['midnight is 00:00 of the new day', '2026-02-16T16:00:59Z', 'Asia/Shanghai', '2026-02-17 00:00 2'],
  ['the minute before midnight', '2026-02-16T15:59:59.999Z', 'Asia/Shanghai', '2026-02-16 23:59 1'],
  ['Sunday is 7', '2026-02-15T04:00:00Z', 'Asia/Shanghai', '2026-02-15 12:00 7'],
  ['before the clock goes forward in Berlin', '2026-03-29T00:59:00Z', 'Europe/Berlin', '2026-03-29 01:59 7'],
  ['two o’clock does not happen that night', '2026-03-29T01:00:00Z', 'Europe/Berlin', '2026-03-29 03:00 7'],
  ['half past two, for the first time', '2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25 02:30 7'],
  ['half past two, for the second time', '2026-10-25T01:30:00Z', 'Europe/Berlin', '2026-10-25 02:30 7'],
  [
    'before the clock goes forward in New York',
    '2026-03-08T06:59:00Z',
    'America/New_York',
    '2026-03-08 01:59 7',
  ],
  ['after it', '2026-03-08T07:00:00Z', 'America/New_York', '2026-03-08 03:00 7'],
  ['one o’clock for the second time', '2026-11-01T06:00:00Z', 'America/New_York', '2026-11-01 01:00 7'],
  ['China had summer time in 1988', '1988-07-01T00:00:00Z', 'Asia/Shanghai', '1988-07-01 09:00 5'],
  ['quarters of an hour', '2026-01-01T00:00:00Z', 'Asia/Kathmandu', '2026-01-01 05:45 4'],
  ['a leap day', '2028-02-29T12:00:00Z', 'UTC', '2028-02-29 12:00 2'],
  ['a far year', '9999-12-31T23:59:00Z', 'UTC', '9999-12-31 23:59 5'],
  ['the last instant that there is', '+275760-09-13T00:00:00Z', 'UTC', '275760-09-13 00:00 6'],
  ['long ago', '0001-01-01T00:00:00Z', 'UTC', '1-01-01 00:00 1'],
])('local time: %s', (_what, instant, zone, expected) => {
  expect(shown(instant, zone)).toBe(expected);
});

test('in UTC it says what the date says, whenever that is', () => {
  const instant = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(instant, (date) => {
      expect(localTime(date.getTime(), 'UTC')).toEqual({
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        weekday: date.getUTCDay() === 0 ? 7 : date.getUTCDay(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
      });
    }),
  );
});

test.each([
  ['Asia/Shanghai', true],
  ['UTC', true],
  ['America/Argentina/Buenos_Aires', true],
  ['Europe/Bern', false],
  ['+08:00', false],
  ['', false],
  ['../../etc/passwd', false],
  ['__proto__', false],
  ['Asia/Shanghai ', false],
])('%j is a zone: %s', (name, expected) => {
  expect(isZone(name)).toBe(expected);
});

test('a zone that does not exist and a time that is none are refused', () => {
  expect(() => localTime(0, 'Moon/Sea')).toThrow(RangeError);
  expect(() => localTime(Number.NaN, 'UTC')).toThrow(RangeError);
});
