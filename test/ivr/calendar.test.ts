import { expect, test } from 'vitest';
import { missingYears, stateAt } from '../../src/ivr/calendar.ts';
import { problemText } from '../../src/ivr/report.ts';
import { readShared } from '../../src/ivr/shared.ts';

const CALENDARS = `zone: Asia/Shanghai
holidays:
  2026: [01-01..01-03, 02-15..02-23, 10-01..10-07]
  2027: [01-01]
workdays: { 2026: [01-04, 02-14, 02-28, 10-10] }
calendars:
  branch: { open: { mon-fri: [09:00-12:00, 13:30-17:00], sat: 09:00-12:00 } }
  service:
    open: { mon-sun: 08:00-20:00, holiday: 09:00-17:00, workday: 08:00-22:00 }
    special-days: { 2026: { 02-16: 09:00-15:00, 02-28: closed, 12-30..12-31: 08:00-12:00 } }
  night: { open: { mon-fri: 22:00-06:00, sun: 00:00-24:00, holiday: 23:00-01:00 } }
  always: { open: { mon-sun: [00:00-12:00, 12:00-24:00], holiday: 00:00-24:00 } }
  mondays: { open: { mon: 10:00-12:00 } }
  berlin: { zone: Europe/Berlin, holidays: { 2026: [12-25..12-26] }, open: { mon-sun: 01:30-03:30 } }
  new-york: { zone: America/New_York, holidays: {}, open: { mon-fri: 09:00-17:00 } }
`;

function read(text: string) {
  const { shared, problems } = readShared(text, 'shared.yaml');
  expect(problems.map(problemText)).toEqual([]);
  return shared!;
}

const { calendars } = read(CALENDARS);

test.each([
  ['branch', '2026-03-02T08:59:59', 'closed', 'a second before it opens'],
  ['branch', '2026-03-02T09:00:00', 'open', 'as it opens'],
  ['branch', '2026-03-02T11:59:59', 'open', 'a second before noon'],
  ['branch', '2026-03-02T12:00:00', 'closed', 'as the midday break begins'],
  ['branch', '2026-03-02T13:30:00', 'open', 'after the break'],
  ['branch', '2026-03-02T17:00:00', 'closed', 'as it closes'],
  ['branch', '2026-03-07T11:00:00', 'open', 'Saturday morning'],
  ['branch', '2026-03-07T14:00:00', 'closed', 'Saturday afternoon'],
  ['branch', '2026-03-08T11:00:00', 'closed', 'a Sunday'],
  ['branch', '2026-02-13T14:00:00', 'open', 'the last Friday before the Spring Festival'],
  ['branch', '2026-02-14T14:00:00', 'open', 'a Saturday that is worked as a Monday'],
  ['branch', '2026-02-14T12:30:00', 'closed', 'the midday break of that Saturday'],
  ['branch', '2026-02-15T00:00:00', 'holiday', 'the first minute of the Spring Festival'],
  ['branch', '2026-02-17T10:00:00', 'holiday', 'New Year’s day, a Tuesday'],
  ['branch', '2026-02-23T23:59:59', 'holiday', 'the last second of the Spring Festival'],
  ['branch', '2026-02-24T00:00:00', 'closed', 'the night after it'],
  ['branch', '2026-02-24T09:00:00', 'open', 'the first day after it'],
  ['branch', '2026-02-28T16:00:00', 'open', 'the second Saturday that is worked'],
  ['branch', '2026-10-10T16:00:00', 'open', 'the Saturday that is worked in October'],
  ['branch', '2026-01-04T10:00:00', 'open', 'a Sunday that is worked'],
  ['branch', '2027-01-01T10:00:00', 'holiday', 'New Year of the next year'],
  ['branch', '2028-01-01T10:00:00', 'open', 'a year without a list, a Saturday'],
  ['service', '2026-02-17T08:30:00', 'holiday', 'before the short hours of a holiday'],
  ['service', '2026-02-17T09:00:00', 'open', 'within them'],
  ['service', '2026-02-17T17:00:00', 'holiday', 'after them'],
  ['service', '2026-02-16T14:59:00', 'open', 'a holiday with hours of its own'],
  ['service', '2026-02-16T15:00:00', 'holiday', 'after these it is a holiday all the same'],
  ['service', '2026-02-14T21:59:00', 'open', 'the hours of days that are worked'],
  ['service', '2026-02-28T10:00:00', 'closed', 'hours of its own are stronger than those'],
  ['service', '2026-12-31T12:00:00', 'closed', 'hours of its own for several days'],
  ['service', '2026-12-29T12:00:00', 'open', 'the day before these'],
  ['night', '2026-03-03T23:00:00', 'open', 'before midnight'],
  ['night', '2026-03-04T05:59:00', 'open', 'after midnight'],
  ['night', '2026-03-04T06:00:00', 'closed', 'in the morning'],
  ['night', '2026-03-07T05:59:00', 'open', 'Friday’s night ends on Saturday'],
  ['night', '2026-03-07T22:30:00', 'closed', 'Saturday has none'],
  ['night', '2026-03-08T23:59:59', 'open', 'the last second of a whole day'],
  ['night', '2026-03-09T00:00:00', 'closed', 'a whole day does not last into the next'],
  ['night', '2026-01-01T05:00:00', 'open', 'a night that began before the holiday'],
  ['night', '2026-01-01T06:00:00', 'holiday', 'and is over'],
  ['night', '2026-01-04T00:30:00', 'open', 'a holiday’s night'],
  ['night', '2026-01-04T01:00:00', 'closed', 'and is over, on a day that is worked'],
  ['always', '2026-02-17T00:00:00', 'open', 'always, on a holiday'],
  ['always', '2026-03-07T23:59:00', 'open', 'always, on a Saturday'],
  ['always', '2026-03-07T12:00:00', 'open', 'hours that follow on hours'],
  ['mondays', '2026-02-14T11:00:00', 'open', 'a Saturday that is worked, where only Mondays are'],
])('%s at %s in Shanghai is %s: %s', (name, local, state) => {
  expect(stateAt(calendars[name]!, Date.parse(`${local}+08:00`))).toBe(state);
});

test.each([
  ['berlin', '2026-01-01T01:00:00Z', 'open', 'holidays of Shanghai are none there'],
  ['berlin', '2026-12-25T11:00:00Z', 'holiday', 'it has its own'],
  ['berlin', '2026-03-29T00:29:00Z', 'closed', '01:29 on the night without two o’clock'],
  ['berlin', '2026-03-29T00:30:00Z', 'open', '01:30'],
  ['berlin', '2026-03-29T01:29:00Z', 'open', '03:29, an hour earlier than on other days'],
  ['berlin', '2026-03-29T01:30:00Z', 'closed', '03:30'],
  ['berlin', '2026-10-25T00:59:00Z', 'open', '02:59 on the night with two o’clock twice'],
  ['berlin', '2026-10-25T02:29:00Z', 'open', '03:29'],
  ['berlin', '2026-10-25T02:30:00Z', 'closed', '03:30'],
  ['new-york', '2026-03-06T13:59:00Z', 'closed', '08:59 in winter'],
  ['new-york', '2026-03-06T14:00:00Z', 'open', '09:00 in winter'],
  ['new-york', '2026-03-09T13:00:00Z', 'open', '09:00 in summer'],
  ['new-york', '2026-03-09T21:00:00Z', 'closed', '17:00 in summer'],
  ['new-york', '2026-03-07T01:00:00Z', 'closed', 'a Friday evening, Saturday in Shanghai'],
])('%s at %s is %s: %s', (name, instant, state) => {
  expect(stateAt(calendars[name]!, Date.parse(instant))).toBe(state);
});

test.each([
  ['branch', '2026-11-30T15:59:59Z', []],
  ['branch', '2027-11-30T15:59:59Z', []],
  ['branch', '2027-11-30T16:00:00Z', [2028]],
  ['branch', '2028-01-01T00:00:00Z', [2028]],
  ['branch', '2028-12-01T00:00:00Z', [2028, 2029]],
  ['berlin', '2026-11-30T22:59:59Z', []],
  ['berlin', '2026-11-30T23:00:00Z', [2027]],
  ['new-york', '2026-12-24T00:00:00Z', []],
])('the holidays that %s misses at %s: %j', (name, instant, years) => {
  expect(missingYears(calendars[name]!, Date.parse(instant))).toEqual(years);
});

test('a calendar with working days of its own has none of the holidays of the others', () => {
  const { calendars } = read(`zone: UTC
holidays: { 2026: [01-01] }
calendars: { a: { workdays: { 2026: [01-04] }, open: { mon-fri: 09:00-17:00 } } }
`);
  expect(stateAt(calendars.a!, Date.parse('2026-01-01T10:00:00Z'))).toBe('open');
  expect(stateAt(calendars.a!, Date.parse('2026-01-04T10:00:00Z'))).toBe('open');
});
