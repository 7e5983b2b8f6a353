import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgeContact } from '../../src/contact/judge.ts';
import { type NamedText, readPolicies } from '../../src/contact/policy-file.ts';
import { problemText } from '../../src/ivr/report.ts';
import { contact, DAY, HOUR, NOBODY, request, shanghai } from './policies.ts';

const folder = join(import.meta.dirname, '../../dialer');
const shipped = (name: string): NamedText => ({
  file: `dialer/${name}`,
  text: readFileSync(join(folder, name), 'utf8'),
});
const regulators = readdirSync(join(folder, 'regulators')).map((name) => shipped(`regulators/${name}`));

const read = (text: string, more: readonly NamedText[] = regulators, now?: number) => {
  const { policies, problems } = readPolicies({ policies: { file: 'p.yaml', text }, regulators: more }, now);
  return { policies, problems: problems.map(problemText) };
};

const one = (rules: string) => `usual: a\npolicies:\n  a:\n${rules.replace(/^/gm, '    ')}\n`;

test('the shipped policies have no mistake', () => {
  const { policies, problems } = readPolicies(
    { policies: shipped('contact-policy.yaml'), regulators },
    Date.parse('2026-11-23'),
  );
  expect([...(policies?.byName.keys() ?? [])]).toEqual(['customers', 'marketing', 'collection']);
  expect(policies?.usual).toBe('customers');
  expect(problems).toEqual([]);
});

test('a policy has what its regulator says, but for what it changes', () => {
  const { policies, problems } = read(
    one(
      'regulator: uk\nminimum-gap: { number: 30m, person: 2h }\ncalling-hours: { open: { mon-fri: 10:00-12:00 } }',
    ),
  );
  expect(problems).toEqual([]);
  const policy = policies!.byName.get('a')!;
  expect(policy).toMatchObject({
    name: 'a',
    regulator: 'uk',
    consentNeeded: false,
    gaps: { numberMs: 30 * 60_000, personMs: 2 * HOUR },
    lockOuts: { abandoned: { forMs: 72 * HOUR, unlessAttended: true }, conversation: { forMs: 0 } },
    conduct: {
      maxAbandonment: 0.03,
      abandonmentWindows: ['day'],
      connectWithinMs: 2000,
      minRingMs: 15_000,
      messageNeeded: true,
    },
  });
  expect(policy.hours.week.map((spans) => spans.length)).toEqual([1, 1, 1, 1, 1, 0, 0]);
});

test('other hours leave the holidays of the regulator as they are', () => {
  const { policies } = read(
    one('regulator: cn\nconsent: not-needed\ncalling-hours: { open: { mon-sun: 09:00-18:00 } }'),
  );
  const judged = (at: string) => judgeContact(policies!.byName.get('a')!, request(), NOBODY, shanghai(at));
  expect(judged('2026-10-05 10:00')).toMatchObject({
    rule: 'holiday',
    retryAt: shanghai('2026-10-08 09:00'),
  });
  expect(judged('2026-10-08 10:00')).toEqual({ allowed: true });
});

test('dates and hours of a campaign are its own', () => {
  const { policies } = read(
    one(
      'regulator: cn\nconsent: not-needed\ndates: ["2026-11-23..2026-11-24", "2026-12-01"]\nhours: { open: { mon-fri: 14:00-16:00 }, zone: Asia/Shanghai }',
    ),
  );
  const judged = (at: string) => judgeContact(policies!.byName.get('a')!, request(), NOBODY, shanghai(at));
  expect(judged('2026-11-23 10:00')).toMatchObject({
    rule: 'campaign-hours',
    retryAt: shanghai('2026-11-23 14:00'),
  });
  expect(judged('2026-11-25 15:00')).toMatchObject({
    rule: 'campaign-dates',
    retryAt: shanghai('2026-12-01 00:00'),
  });
  expect(judged('2026-12-01 15:00')).toEqual({ allowed: true });
});

test.each([
  ['a fourth connected call of a day', 'cn', 3, HOUR / 2, 'connected', 'day-cap'],
  ['a call within three days of an abandoned one', 'uk', 1, 60 * HOUR, 'abandoned', 'abandoned-lock-out'],
  ['a call within a day of a machine', 'uk', 1, 20 * HOUR, 'machine', 'machine-lock-out'],
] as const)('%s is forbidden by the preset %s', (_name, regulator, count, agoMs, outcome, rule) => {
  const { policies } = read(
    one(`regulator: ${regulator}\nconsent: not-needed\nminimum-gap: { number: 0m, person: 0m }`),
  );
  const now = shanghai('2026-11-23 15:00');
  const contacts = Array.from({ length: count }, () => contact(now - agoMs, { outcome }));
  expect(judgeContact(policies!.byName.get('a')!, request(), { contacts, wishes: [] }, now)).toMatchObject({
    rule,
  });
});

test('debt collection under Regulation F is four lines', () => {
  const { policies, problems } = read(
    one(
      'regulator: us\ncaps: [{ most: 7, within: 7d, across: campaign }]\nlock-outs: { abandoned: none, machine: none, conversation: 7d }',
    ),
  );
  expect(problems).toEqual([]);
  const policy = policies!.byName.get('a')!;
  const now = Date.parse('2026-11-23T12:00:00-05:00');
  const asked = request({ zones: ['America/New_York'] });
  const seven = Array.from({ length: 7 }, (_, index) => contact(now - index * HOUR));
  const judged = (contacts: typeof seven) => judgeContact(policy, asked, { contacts, wishes: [] }, now);
  expect(judged(seven)).toMatchObject({ rule: 'week-cap', retryAt: now - 6 * HOUR + 7 * DAY });
  expect(judged(seven.map((past) => ({ ...past, campaign: 'other' })))).toEqual({ allowed: true });
  expect(judged([contact(now - 6 * DAY, { outcome: 'connected' })])).toMatchObject({
    rule: 'conversation-lock-out',
    retryAt: now + DAY,
  });
});

test.each<[string, string, string]>([
  [
    'usual that is not there',
    one('regulator: us').replace('usual: a', 'usual: aa'),
    'p.yaml:1:1 there is no policy "aa": did you mean "a"?',
  ],
  [
    'a regulator that is not there',
    one('regulator: usa'),
    'p.yaml:4:5 there is no regulator "usa": did you mean "us"?',
  ],
  [
    'a key that is not there',
    one('regulator: us\nminimum-gaps: 3h'),
    'p.yaml:5:5 there is no "minimum-gaps" here: did you mean "minimum-gap"?',
  ],
  [
    'a cap of too many days',
    one('regulator: us\ncaps: [{ most: 3, within: 31d }]'),
    'p.yaml:5:23 at most 30d',
  ],
  [
    'a time without a unit',
    one('regulator: us\nminimum-gap: { number: 3, person: 0m }'),
    'p.yaml:5:20 a length of time such as 90s, 30m, 72h or 7d',
  ],
  [
    'a weekday twice',
    one('regulator: us\ncalling-hours: { open: { mon-fri: 09:00-10:00, mon: 09:00-10:00 } }'),
    'p.yaml:5:52 mon is there twice: name each day once',
  ],
  [
    'a date that is none',
    one('regulator: us\ndates: ["2026-02-30"]'),
    'p.yaml:5:13 there is no 2026-02-30: write year-month-day, such as 2026-11-23',
  ],
  ['no YAML', 'usual: [', 'p.yaml:1:9 a bracket is not closed: look for the { or [ without its } or ]'],
])('a file with %s gives no policies, and says where', (_name, text, problem) => {
  const { policies, problems } = read(text);
  expect(policies).toBeUndefined();
  expect(problems).toEqual([problem]);
});

test('a regulator with a mistake is told by its own file, and its policies are not there', () => {
  const broken = {
    file: 'regulators/us.yaml',
    text: regulators.find(({ file }) => file.endsWith('us.yaml'))!.text.replace('caps: []', 'caps: 3'),
  };
  const { policies, problems } = read(one('regulator: us'), [broken]);
  expect(policies).toBeUndefined();
  expect(problems[0]).toMatch(/^regulators\/us\.yaml:\d+:\d+ a list of caps, \[\] for none/);
});

test('from December on the holidays of the next year should be listed', () => {
  const text = one('regulator: cn');
  expect(read(text, regulators, shanghai('2026-11-30 12:00')).problems).toEqual([]);
  const december = read(text, regulators, shanghai('2026-12-02 12:00'));
  expect(december.problems).toEqual([
    'p.yaml:3:3 warning: the holidays of 2027 are not listed, so nobody is called then: add them under holidays',
  ]);
  expect(december.policies).toBeDefined();
});

test.each([
  ['longer hours', 'calling-hours: { open: { mon-sun: 07:00-21:00 } }'],
  [
    'a shorter time after abandoned',
    'lock-outs: { abandoned: 24h, machine: { for: 24h, unless-attended: true }, conversation: none }',
  ],
  [
    'freer dialling',
    'conduct: { max-abandonment: 5%, abandonment-windows: [day], connect-within: 2s, clock-starts: answer, minimum-ring: 15s, message: needed }',
  ],
  ['refusals are forgotten sooner', 'refusals: { same-campaign: 7d, other-campaigns: 0d }'],
])('%s than the regulator has is a warning', (words, rules) => {
  const { policies, problems } = read(one(`regulator: uk\n${rules}`));
  expect(policies).toBeDefined();
  expect(read(one(`regulator: uk\nagreed: counsel, 2026-11-20\n${rules}`)).problems).toEqual([]);
  expect(problems).toEqual([expect.stringContaining(`warning: ${words} than the rules of uk permit`)]);
});
