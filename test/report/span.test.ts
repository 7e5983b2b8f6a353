import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refused } from '../../src/base/errors.ts';
import { clockText, daysSpan, dayText, intervalsOf, momentIn } from '../../src/report/span.ts';

const HOUR_MS = 3_600_000;
const utc = (text: string): number => Date.parse(`${text}Z`);

test.each([
  ['a day', '2026-11-22', '2026-11-22', 'Asia/Shanghai', '2026-11-21T16:00', 24],
  ['three days', '2026-11-22', '2026-11-24', 'Asia/Shanghai', '2026-11-21T16:00', 72],
  ['a day on which clocks go forward', '2026-03-29', '2026-03-29', 'Europe/Berlin', '2026-03-28T23:00', 23],
  ['a day on which they go back', '2026-10-25', '2026-10-25', 'Europe/Berlin', '2026-10-24T22:00', 25],
  ['a day without a midnight', '2026-09-06', '2026-09-06', 'America/Santiago', '2026-09-06T04:00', 23],
])('%s has the hours that it has', (_what, first, last, zone, from, hours) => {
  const span = daysSpan(first, last, zone);
  expect(span).toEqual({ from: utc(from), to: utc(from) + hours * HOUR_MS });
});

test.each([
  ['the wrong way round', '2026-11-22', '2026-11-21'],
  ['too long', '2020-01-01', '2026-01-01'],
  ['a day that does not exist', '2026-02-30', '2026-03-01'],
  ['a month that does not exist', '2026-13-01', '2026-13-02'],
  ['no day', 'yesterday', 'today'],
  ['a year before time', '0001-01-01', '0001-01-01'],
])('days that are %s are refused', (_what, first, last) => {
  expect(() => daysSpan(first, last, 'Asia/Shanghai')).toThrow(expect.objectContaining({ id: 'bad-span' }));
});

test.each([
  ['2026-11-22', false, '2026-11-21T16:00'],
  ['2026-11-22', true, '2026-11-22T16:00'],
  ['2026-11-22T08:30', false, '2026-11-22T00:30'],
  ['2026-11-22 08:31', true, '2026-11-22T00:31'],
  [String(utc('2026-11-22T01:02')), false, '2026-11-22T01:02'],
])('the moment %s is found on the clocks of the centre', (text, end, expected) => {
  expect(new Date(momentIn(text, 'Asia/Shanghai', end)).toISOString()).toBe(`${expected}:00.000Z`);
});

test.each([
  ['one that the clocks leave out', '2026-03-29T02:30', '2026-03-29T01:00'],
  ['one that they show twice', '2026-10-25T02:30', '2026-10-25T00:30'],
  ['one before it', '2026-10-25T01:59', '2026-10-24T23:59'],
  ['one after it', '2026-10-25T03:00', '2026-10-25T02:00'],
])('a minute in a night in which clocks change: %s', (_what, text, expected) => {
  expect(new Date(momentIn(text, 'Europe/Berlin')).toISOString()).toBe(`${expected}:00.000Z`);
});

test.each(['2026-11-22T24:00', '2026-11-22T08:60', '', 'x', '2026-11-22T08', '-5', '1e9'])(
  '"%s" is no moment',
  (text) => {
    expect(() => momentIn(text, 'Asia/Shanghai')).toThrow(Refused);
  },
);

test.each([
  ['15', 96],
  ['30', 48],
  ['60', 24],
  ['day', 1],
  ['span', 1],
] as const)('a day has its intervals of %s', (interval, count) => {
  const span = daysSpan('2026-11-22', '2026-11-22', 'Asia/Shanghai');
  const starts = intervalsOf(span, interval, 'Asia/Shanghai');
  expect(starts).toHaveLength(count + 1);
  expect([starts[0], starts.at(-1)]).toEqual([span.from, span.to]);
});

test('hours begin when the clocks of the zone say so', () => {
  const zone = 'Asia/Kolkata';
  const starts = intervalsOf(daysSpan('2026-11-22', '2026-11-22', zone), '60', zone);
  expect(starts.slice(0, 2).map((at) => clockText(at, zone))).toEqual([
    '2026-11-22 00:00',
    '2026-11-22 01:00',
  ]);
  expect(new Date(starts[1]!).toISOString()).toBe('2026-11-21T19:30:00.000Z');
});

test('days are days, whatever the clocks do in between', () => {
  const zone = 'Europe/Berlin';
  const starts = intervalsOf(daysSpan('2026-10-24', '2026-10-26', zone), 'day', zone);
  expect(starts.map((at) => clockText(at, zone))).toEqual([
    '2026-10-24 00:00',
    '2026-10-25 00:00',
    '2026-10-26 00:00',
    '2026-10-27 00:00',
  ]);
  expect(intervalsOf(daysSpan('2026-10-25', '2026-10-25', zone), '60', zone)).toHaveLength(26);
});

test('a report has no more intervals than anybody reads', () => {
  const month = daysSpan('2026-10-01', '2026-10-31', 'Asia/Shanghai');
  expect(intervalsOf(month, '15', 'Asia/Shanghai')).toHaveLength(31 * 96 + 1);
  const longer = daysSpan('2026-10-01', '2026-11-02', 'Asia/Shanghai');
  expect(() => intervalsOf(longer, '15', 'Asia/Shanghai')).toThrow(
    expect.objectContaining({ id: 'bad-span' }),
  );
});

test('intervals make up the whole span, in order, in every zone', () => {
  const zones = fc.constantFrom(
    'Asia/Shanghai',
    'Europe/Berlin',
    'Asia/Kathmandu',
    'America/Santiago',
    'Australia/Lord_Howe',
  );
  const days = fc.integer({ min: 0, max: 360 });
  fc.assert(
    fc.property(zones, days, fc.constantFrom('15', '30', '60', 'day'), (zone, day, interval) => {
      const text = dayText(Date.UTC(2026, 0, 1, 12) + day * 24 * HOUR_MS, zone);
      const span = daysSpan(text, text, zone);
      const starts = intervalsOf(span, interval as '15', zone);
      expect([starts[0], starts.at(-1)]).toEqual([span.from, span.to]);
      for (let at = 1; at < starts.length; at += 1) expect(starts[at]).toBeGreaterThan(starts[at - 1]!);
    }),
    { numRuns: 200 },
  );
});
