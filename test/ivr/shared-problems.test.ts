import fc from 'fast-check';
import { expect, test } from 'vitest';
import { problemText } from '../../src/ivr/report.ts';
import { readShared } from '../../src/ivr/shared.ts';

const problemsOf = (text: string): string[] => readShared(text, 'shared.yaml').problems.map(problemText);

const ZONE = 'zone: Asia/Shanghai\n';
const OPEN = (hours: string): string => `${ZONE}calendars:\n  desk:\n    open: { ${hours} }\n`;

test.each([
  ['nothing', '', '1:1 the file is empty: begin with "zone:", or take the file away'],
  ['comments only', '# zone: UTC\n', '1:1 the file is empty: begin with "zone:", or take the file away'],
  [
    'no zone',
    'calendars: {}',
    '1:1 "zone" is missing: a time zone is needed here, such as zone: Asia/Shanghai',
  ],
  [
    'an unknown zone',
    'zone: Asia/Beijing',
    '1:1 there is no such time zone: write one such as Asia/Shanghai',
  ],
  ['an offset as zone', 'zone: "+08:00"', '1:1 there is no such time zone: write one such as Asia/Shanghai'],
  ['an unknown field', `${ZONE}colour: red`, '2:1 there is no "colour" here'],
  ['a field twice', `${ZONE}zone: UTC`, '2:1 "zone" is there twice: take one of them out'],
  ['days that are no list', `${ZONE}holidays: { 2026: 01-01 }`, '2:13 a list of days, such as ["05-01"]'],
  ['a year of two digits', `${ZONE}holidays: { 26: [] }`, '2:13 a year such as 2026'],
  [
    'a full date',
    `${ZONE}holidays: { 2026: [01-01, 2026-05-01] }`,
    '2:27 a day such as "05-01" (month-day), or days such as "05-01..05-05"',
  ],
  [
    'a day without zeros',
    `${ZONE}workdays: { 2026: [1-4] }`,
    '2:20 a day such as "05-01" (month-day), or days such as "05-01..05-05"',
  ],
  [
    'a day that no year has',
    `${ZONE}holidays: { 2026: [02-30] }`,
    '2:20 there is no 2026-02-30: write month-day, such as 02-14',
  ],
  [
    'day and month exchanged',
    `${ZONE}holidays: { 2026: [31-12] }`,
    '2:20 there is no 2026-31-12: write month-day, such as 02-14',
  ],
  [
    'a leap day in a common year',
    `${ZONE}holidays: { 2026: [02-27..02-29] }`,
    '2:20 there is no 2026-02-29: write month-day, such as 02-14',
  ],
  [
    'days over New Year',
    `${ZONE}holidays: { 2026: [12-31..01-02] }`,
    '2:20 2026-01-02 is before 2026-12-31: list each year by itself',
  ],
  [
    'a holiday twice',
    `${ZONE}holidays: { 2026: [05-01..05-05, 04-30..05-02] }`,
    '2:34 2026-05-01 is there twice: list each day once, in one of the lists',
  ],
  [
    'a holiday that is worked',
    `${ZONE}holidays: { 2026: [05-01..05-05] }\nworkdays: { 2026: [05-05] }`,
    '3:20 2026-05-05 is there twice: list each day once, in one of the lists',
  ],
  [
    'a calendar’s own holiday twice',
    `${OPEN('mon: closed')}    holidays: { 2026: [05-01, 05-01] }`,
    '5:31 2026-05-01 is there twice: list each day once, in one of the lists',
  ],
  [
    'a special day twice',
    `${OPEN('mon: closed')}    special-days: { 2026: { 05-01..05-03: closed, 05-02: closed } }`,
    '5:51 2026-05-02 is there twice: list each day once, in one of the lists',
  ],
  [
    'a special day that does not exist',
    `${OPEN('mon: closed')}    special-days: { 2026: { 06-31: closed } }`,
    '5:29 there is no 2026-06-31: write month-day, such as 02-14',
  ],
  ['no hours at all', OPEN(''), '4:5 say when it is open, such as mon-fri: 09:00-17:00'],
  [
    'an unknown day',
    OPEN('monday: closed'),
    '4:13 a day such as mon, days such as mon-fri, holiday or workday',
  ],
  [
    'days against their order',
    OPEN('fri-mon: closed'),
    '4:13 a day such as mon, days such as mon-fri, holiday or workday',
  ],
  ['a day twice', OPEN('mon-fri: 09:00-17:00, fri: closed'), '4:35 fri is there twice: name each day once'],
  [
    'hours without minutes',
    OPEN('mon: 9-17'),
    '4:13 "9-17" cannot be read: write hours such as 09:00-17:00, a list of them, or closed',
  ],
  [
    'an hour that no clock has',
    OPEN('mon: 09:00-25:00'),
    '4:13 "09:00-25:00" cannot be read: write hours such as 09:00-17:00, a list of them, or closed',
  ],
  [
    'a begin at 24:00',
    OPEN('mon: 24:00-06:00'),
    '4:13 "24:00-06:00" cannot be read: write hours such as 09:00-17:00, a list of them, or closed',
  ],
  [
    'hours of no length',
    OPEN('mon: 09:00-09:00'),
    '4:13 "09:00-09:00" ends when it begins: write 00:00-24:00 for the whole day',
  ],
  [
    'midnight to midnight',
    OPEN('mon: 00:00-00:00'),
    '4:13 "00:00-00:00" ends when it begins: write 00:00-24:00 for the whole day',
  ],
  [
    'hours that overlap',
    OPEN('mon: [09:00-12:00, 11:59-13:00]'),
    '4:32 "11:59-13:00" begins before the hours in front of it end: put them in order, without overlap',
  ],
  [
    'hours after a night',
    OPEN('mon: [22:00-06:00, 09:00-12:00]'),
    '4:32 "09:00-12:00" begins before the hours in front of it end: put them in order, without overlap',
  ],
  ['an empty list of hours', OPEN('mon: []'), '4:13 write closed when there are no hours'],
  [
    'closed among hours',
    OPEN('mon: [closed]'),
    '4:19 "closed" cannot be read: write hours such as 09:00-17:00, a list of them, or closed',
  ],
  ['a number for hours', OPEN('mon: 9'), '4:13 hours such as 09:00-17:00, a list of them, or closed'],
  [
    'a zone of a calendar',
    `${OPEN('mon: closed')}    zone: Mars`,
    '5:5 there is no such time zone: write one such as Asia/Shanghai',
  ],
  [
    'recordings from elsewhere',
    `${ZONE}personas: { p: { prompts: ../../etc } }`,
    '2:18 a name of letters, digits, - and _',
  ],
  [
    'a voice that is an option',
    `${ZONE}personas: { p: { voices: { en: { voice: -w } } } }`,
    '2:34 a voice of plain letters, digits, +, _, . and -',
  ],
  ['an unknown language', `${ZONE}prompts: { hi: { fr: Salut } }`, '2:18 there is no "fr" here'],
  ['an unknown limit', `${ZONE}limits: { menu-kesy: 3 }`, '2:11 there is no "menu-kesy" here'],
])('refused, with line and column: %s', (_what, text, expected) => {
  expect(problemsOf(text)).toEqual([`shared.yaml:${expected}`]);
  expect(readShared(text, 'shared.yaml').shared).toBeUndefined();
});

test('all problems are named at once', () => {
  const text = `${ZONE}holidays: { 2026: [02-30, 05-05..05-01, 01-01, 01-01] }
calendars: { a: { open: { mon-tue: closed, tue: closed } } }`;
  expect(problemsOf(text).map((line) => line.split(' ')[0])).toEqual([
    'shared.yaml:2:20',
    'shared.yaml:2:27',
    'shared.yaml:2:48',
    'shared.yaml:3:44',
  ]);
});

test('whatever the text is, it becomes something shared or problems with a place', () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom(
      '[',
      '{a: ',
      '\t- a',
      '&a [*a]',
      '? {a: b}',
      '---\n---\n',
      '!!js/function x',
      '\u0000',
      '[1, 2]',
      'hello',
    ),
    fc
      .tuple(fc.constantFrom('calendars', 'holidays', 'personas', 'limits', 'prompts'), fc.json())
      .map(([field, json]) => `${ZONE}${field}: ${json}`),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      const { shared, problems } = readShared(text, 'shared.yaml');
      expect(shared === undefined).toBe(problems.length > 0);
      for (const { line, column } of problems) expect(Math.min(line, column)).toBeGreaterThan(0);
    }),
  );
});
