import { expect, test } from 'vitest';
import { CONTACT_RULES, type ContactWish } from '../../src/contact/contact.ts';
import type { ContactPolicy } from '../../src/contact/data.ts';
import { everyRefusal, judgeContact, judgeHours, nextPermitted } from '../../src/contact/judge.ts';
import type { AttemptOutcome } from '../../src/list/lead.ts';
import { contact, DAY, daily, HOUR, MINUTE, NOBODY, policyWith, request, shanghai } from './policies.ts';

const NOON = shanghai('2026-11-23 12:00');
const GONE = { allowed: true };

const wish = (changes: Partial<ContactWish> = {}): ContactWish => ({
  kind: 'do-not-call',
  campaign: '',
  source: 'list',
  at: NOON - DAY,
  ...changes,
});

test('who is not forbidden by anything may be called', () => {
  expect(judgeContact(policyWith(), request(), NOBODY, NOON)).toEqual(GONE);
});

// ── wishes ───────────────────────────────────────────────────────────────────────────────────────────────────────────

test.each<[string, Partial<ContactWish>, Partial<ContactPolicy>, object]>([
  ['for good', {}, {}, { rule: 'do-not-call', retryAt: undefined }],
  ['until a moment', { until: NOON + DAY }, {}, { rule: 'do-not-call', retryAt: NOON + DAY }],
  ['that has ended', { until: NOON }, {}, GONE],
  ['for his campaign', { campaign: 'cards' }, {}, { rule: 'do-not-call' }],
  ['for another campaign', { campaign: 'loans' }, {}, GONE],
  [
    'a refusal of this campaign',
    { kind: 'refused', campaign: 'cards' },
    {},
    { rule: 'refused', retryAt: undefined },
  ],
  [
    'a refusal that this campaign remembers for a week',
    { kind: 'refused', campaign: 'cards' },
    { refusals: { sameCampaignMs: 7 * DAY, otherCampaignsMs: 0 } },
    { rule: 'refused', retryAt: NOON + 6 * DAY },
  ],
  ['a refusal of another campaign', { kind: 'refused', campaign: 'loans' }, {}, GONE],
  [
    'a refusal of another campaign within 30 days',
    { kind: 'refused', campaign: 'loans' },
    { refusals: { otherCampaignsMs: 30 * DAY } },
    { rule: 'refused', retryAt: NOON + 29 * DAY },
  ],
  [
    'a refusal of another campaign more than a day ago',
    { kind: 'refused', campaign: 'loans' },
    { refusals: { otherCampaignsMs: DAY } },
    GONE,
  ],
  ['a refusal of everything', { kind: 'refused' }, {}, { rule: 'refused', retryAt: undefined }],
  ['a consent', { kind: 'consent' }, { consentNeeded: true }, GONE],
  [
    'a consent that has ended',
    { kind: 'consent', until: NOON },
    { consentNeeded: true },
    { rule: 'no-consent' },
  ],
  [
    'a consent to another campaign',
    { kind: 'consent', campaign: 'loans' },
    { consentNeeded: true },
    { rule: 'no-consent' },
  ],
])('a wish: %s', (_name, changes, rules, expected) => {
  const facts = { contacts: [], wishes: [wish(changes)] };
  const verdict = judgeContact(policyWith(rules), request(), facts, NOON);
  expect({ retryAt: undefined, ...verdict }).toMatchObject(expected);
});

test('without a consent nobody is called where it is needed', () => {
  expect(judgeContact(policyWith({ consentNeeded: true }), request(), NOBODY, NOON)).toMatchObject({
    rule: 'no-consent',
  });
});

test('a consent takes an earlier refusal back, and not a later one', () => {
  const judged = (consentAt: number) =>
    judgeContact(
      policyWith(),
      request(),
      { contacts: [], wishes: [wish({ kind: 'refused' }), wish({ kind: 'consent', at: consentAt })] },
      NOON,
    );
  expect(judged(NOON - HOUR)).toEqual(GONE);
  expect(judged(NOON - 2 * DAY)).toMatchObject({ rule: 'refused' });
});

// ── hours ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const EIGHT_TO_NINE = policyWith({ hours: daily(8 * 60, 21 * 60) });

test.each([
  ['2026-11-23 07:59', 'calling-window', '2026-11-23 08:00'],
  ['2026-11-23 08:00', undefined, undefined],
  ['2026-11-23 20:59', undefined, undefined],
  ['2026-11-23 21:00', 'calling-window', '2026-11-24 08:00'],
])('at %s in Shanghai: %s until %s', (at, rule, retryAt) => {
  const verdict = judgeContact(EIGHT_TO_NINE, request(), NOBODY, shanghai(at));
  expect(verdict).toEqual(
    rule === undefined ? GONE : expect.objectContaining({ rule, retryAt: shanghai(retryAt!) }),
  );
});

test('a number that may be in two zones rings only while both are open', () => {
  const both = request({ zones: ['America/New_York', 'America/Los_Angeles'] });
  const at = (clock: string) => Date.parse(`2026-11-23T${clock}:00-05:00`);
  expect(judgeContact(EIGHT_TO_NINE, both, NOBODY, at('09:00'))).toMatchObject({
    rule: 'calling-window',
    retryAt: at('11:00'),
    detail: { zone: 'America/Los_Angeles', local: 'Mon 06:00' },
  });
  expect(judgeContact(EIGHT_TO_NINE, both, NOBODY, at('11:00'))).toEqual(GONE);
  expect(judgeContact(EIGHT_TO_NINE, both, NOBODY, at('21:00'))).toMatchObject({ rule: 'calling-window' });
});

test.each([
  ['no zone', []],
  ['a zone that there is not', ['Mars/Olympus']],
  ['a zone that there is not beside one that is closed', ['Asia/Shanghai', 'Mars/Olympus']],
])('%s is closed for good', (_name, zones) => {
  const verdict = judgeContact(EIGHT_TO_NINE, request({ zones }), NOBODY, shanghai('2026-11-23 22:00'));
  expect(verdict).toMatchObject({ rule: 'unknown-zone' });
  expect(verdict).not.toHaveProperty('retryAt');
});

const LISTED = policyWith({
  hours: daily(9 * 60, 18 * 60, {
    lists: { holidays: [{ first: '2026-10-01', last: '2026-10-07' }], workdays: [], years: [2026] },
  }),
});

test.each([
  ['2026-10-03 12:00', 'holiday', '2026-10-08 09:00'],
  ['2025-12-31 12:00', 'unknown-year', '2026-01-01 09:00'],
  // From then on it is the year that is unknown.
  ['2026-12-31 20:00', 'calling-window', '2027-01-01 00:00'],
])('on %s: %s, until %s', (at, rule, retryAt) => {
  expect(judgeContact(LISTED, request(), NOBODY, shanghai(at))).toMatchObject({
    rule,
    retryAt: shanghai(retryAt),
  });
});

test('a year whose holidays nobody listed is closed, and asked about again soon', () => {
  const now = shanghai('2027-06-01 12:00');
  expect(judgeContact(LISTED, request(), NOBODY, now)).toMatchObject({
    rule: 'unknown-year',
    retryAt: now + MINUTE,
  });
});

test('hours that never open are closed for good', () => {
  const verdict = judgeContact(policyWith({ hours: daily(0, 0, { week: [] }) }), request(), NOBODY, NOON);
  expect(verdict).toEqual(expect.not.objectContaining({ retryAt: expect.anything() }));
  expect(verdict).toMatchObject({ rule: 'calling-window' });
});

test('where clocks go forward over the beginning, it opens when they do', () => {
  // New York, 8 March 2026: 02:00 is 03:00.
  const early = policyWith({ hours: daily(2 * 60 + 30, 5 * 60) });
  const now = Date.parse('2026-03-08T01:00:00-05:00');
  expect(judgeContact(early, request({ zones: ['America/New_York'] }), NOBODY, now)).toMatchObject({
    retryAt: Date.parse('2026-03-08T03:00:00-04:00'),
  });
});

test('hours that a day has twice open twice', () => {
  // New York, 1 November 2026: 02:00 is 01:00 again.
  const twice = policyWith({ hours: daily(60 + 10, 60 + 40) });
  const at = (offset: string, clock: string) => Date.parse(`2026-11-01T${clock}:00${offset}`);
  const judged = (now: number) => judgeContact(twice, request({ zones: ['America/New_York'] }), NOBODY, now);
  expect(judged(at('-04:00', '00:30'))).toMatchObject({ retryAt: at('-04:00', '01:10') });
  expect(judged(at('-04:00', '01:50'))).toMatchObject({ retryAt: at('-05:00', '01:10') });
  expect(judged(at('-05:00', '01:20'))).toEqual(GONE);
});

test('a campaign dials on its own dates and in its own hours only', () => {
  const own = policyWith({
    ownDates: [{ first: '2026-11-25', last: '2026-11-26' }],
    ownHours: { ...daily(10 * 60, 12 * 60), zone: 'Asia/Shanghai' },
  });
  const judged = (at: string) => judgeContact(own, request(), NOBODY, shanghai(at));
  expect(judged('2026-11-23 11:00')).toMatchObject({
    rule: 'campaign-dates',
    retryAt: shanghai('2026-11-25 00:00'),
  });
  expect(judged('2026-11-25 09:00')).toMatchObject({
    rule: 'campaign-hours',
    retryAt: shanghai('2026-11-25 10:00'),
  });
  expect(judged('2026-11-25 11:00')).toEqual(GONE);
  expect(judged('2026-11-27 11:00')).toEqual(expect.not.objectContaining({ retryAt: expect.anything() }));
  expect(judgeHours(own, ['Asia/Shanghai'], shanghai('2026-11-25 11:00'))).toEqual(GONE);
  expect(judgeHours(own, ['Asia/Shanghai'], shanghai('2026-11-27 11:00'))).toMatchObject({
    rule: 'campaign-dates',
  });
});

// ── what was done ────────────────────────────────────────────────────────────────────────────────────────────────────

const judgedAfter = (
  rules: Partial<ContactPolicy>,
  contacts: readonly ReturnType<typeof contact>[],
  changes: Parameters<typeof request>[0] = {},
) => judgeContact(policyWith(rules), request(changes), { contacts, wishes: [] }, NOON);

test('nobody is called twice at once: neither a person nor a number', () => {
  const open = { outcome: undefined };
  expect(judgedAfter({}, [contact(NOON - HOUR, open)])).toMatchObject({ rule: 'under-way' });
  expect(judgedAfter({}, [contact(NOON, { ...open, person: 'ben' })])).toMatchObject({ rule: 'under-way' });
  expect(judgedAfter({}, [contact(NOON, { ...open, number: '+861' })])).toMatchObject({ rule: 'under-way' });
  expect(judgedAfter({}, [contact(NOON, { ...open, number: '+861', person: 'ben' })])).toEqual(GONE);
});

test('between two attempts lies the gap, of the number or of the person, whichever ends later', () => {
  const gaps = { gaps: { numberMs: HOUR, personMs: 2 * HOUR } };
  const from = NOON - 30 * MINUTE;
  expect(judgedAfter(gaps, [contact(from, { person: 'ben' })])).toMatchObject({
    rule: 'minimum-gap',
    retryAt: from + HOUR,
  });
  expect(judgedAfter(gaps, [contact(from, { number: '+861' })])).toMatchObject({ retryAt: from + 2 * HOUR });
  expect(judgedAfter(gaps, [contact(NOON - 2 * HOUR)])).toEqual(GONE);
});

test.each<[AttemptOutcome, boolean]>([
  ['no-answer', true],
  ['busy', true],
  ['cancelled', true],
  ['unknown', true],
  ['congestion', false],
  ['failed', false],
  ['invalid-number', false],
])('an attempt that ended with %s counts as a contact: %s', (outcome, counts) => {
  const verdict = judgedAfter({ gaps: { numberMs: HOUR, personMs: 0 } }, [contact(NOON - 1, { outcome })]);
  expect(verdict.allowed).toBe(!counts);
});

test('after an abandoned call he is left alone, unless an agent waits for him', () => {
  const none = { forMs: 0, unlessAttended: false };
  const lockOuts = {
    abandoned: { forMs: 72 * HOUR, unlessAttended: true },
    machine: { forMs: DAY, unlessAttended: true },
    conversation: none,
  };
  const abandoned = contact(NOON - 71 * HOUR, { outcome: 'abandoned', campaign: 'loans' });
  expect(judgedAfter({ lockOuts }, [abandoned])).toMatchObject({
    rule: 'abandoned-lock-out',
    retryAt: NOON + HOUR,
  });
  expect(judgedAfter({ lockOuts }, [abandoned], { attended: true })).toEqual(GONE);
  const machine = contact(NOON - HOUR, { outcome: 'machine' });
  expect(judgedAfter({ lockOuts }, [machine])).toMatchObject({
    rule: 'machine-lock-out',
    retryAt: NOON + 23 * HOUR,
  });
  const after = { ...lockOuts, conversation: { forMs: 7 * DAY, unlessAttended: false } };
  const talked = contact(NOON - 6 * DAY, { outcome: 'connected' });
  expect(judgedAfter({ lockOuts: after }, [talked], { attended: true })).toMatchObject({
    rule: 'conversation-lock-out',
    retryAt: NOON + DAY,
  });
});

const cap = {
  most: 3,
  within: 'day',
  counts: 'attempts',
  of: 'each',
  across: 'campaigns',
} as const;

test('a cap by the day ends with the day of the zone', () => {
  const three = [1, 2, 3].map((hours) => contact(NOON - hours * HOUR, { campaign: 'loans' }));
  expect(judgedAfter({ caps: [cap] }, three)).toMatchObject({
    rule: 'day-cap',
    retryAt: shanghai('2026-11-24 00:00'),
    detail: { most: 3, within: 'day' },
  });
  const oneYesterday = [...three.slice(1), contact(shanghai('2026-11-22 23:59'))];
  expect(judgedAfter({ caps: [cap] }, oneYesterday)).toEqual(GONE);
  expect(judgedAfter({ caps: [{ ...cap, across: 'campaign' }] }, three)).toEqual(GONE);
});

test('a cap by the day counts from its first moment on', () => {
  const caps = [{ ...cap, most: 1 }];
  expect(judgedAfter({ caps }, [contact(shanghai('2026-11-23 00:00'))])).toMatchObject({ rule: 'day-cap' });
  expect(judgedAfter({ caps }, [contact(shanghai('2026-11-23 00:00') - 1)])).toEqual(GONE);
});

test('for a number of two zones the day ends where it ends later', () => {
  const zones = ['Asia/Shanghai', 'Asia/Urumqi', 'Europe/London'];
  expect(judgedAfter({ caps: [{ ...cap, most: 1 }] }, [contact(NOON - 1)], { zones })).toMatchObject({
    retryAt: Date.parse('2026-11-24T00:00:00Z'),
  });
});

test('a rolling cap ends when its oldest contact leaves it', () => {
  const seven = Array.from({ length: 7 }, (_, day) => contact(NOON - day * DAY - HOUR));
  const caps = [{ ...cap, most: 7, within: 7 * DAY }];
  expect(judgedAfter({ caps }, seven)).toMatchObject({ rule: 'week-cap', retryAt: NOON + DAY - HOUR });
  expect(judgedAfter({ caps }, seven.slice(1))).toEqual(GONE);
  expect(judgedAfter({ caps: [{ ...cap, most: 7, within: 30 * DAY }] }, seven)).toMatchObject({
    rule: 'month-cap',
    retryAt: NOON + 24 * DAY - HOUR,
  });
});

test('a cap of connected calls leaves out what nobody answered', () => {
  const caps = [{ ...cap, counts: 'connected' as const }];
  const outcomes: AttemptOutcome[] = ['connected', 'abandoned', 'unknown'];
  const three = outcomes.map((outcome) => contact(NOON - HOUR, { outcome }));
  expect(judgedAfter({ caps }, three)).toMatchObject({ rule: 'day-cap', detail: { counts: 'connected' } });
  expect(judgedAfter({ caps }, [...three.slice(1), contact(NOON - HOUR)])).toEqual(GONE);
});

test('a cap holds for a person over his numbers, and for a number over its persons', () => {
  const person = [1, 2, 3].map((n) => contact(NOON - HOUR, { number: `+86${n}` }));
  const number = [1, 2, 3].map((n) => contact(NOON - HOUR, { person: `p${n}` }));
  const judged = (of: 'person' | 'number' | 'each') =>
    [person, number].map((contacts) => judgedAfter({ caps: [{ ...cap, of }] }, contacts).allowed);
  expect(judged('person')).toEqual([false, true]);
  expect(judged('number')).toEqual([true, false]);
  expect(judged('each')).toEqual([false, false]);
});

test('a cap of none is for good', () => {
  const verdict = judgedAfter({ caps: [{ ...cap, most: 0 }] }, []);
  expect(verdict).toMatchObject({ rule: 'day-cap' });
  expect(verdict).not.toHaveProperty('retryAt');
});

test('who asked to be called is not held back by caps, gaps and missing consent, but by hours and lists', () => {
  const rules = policyWith({
    consentNeeded: true,
    gaps: { numberMs: DAY, personMs: DAY },
    caps: [{ ...cap, most: 0 }],
    hours: daily(8 * 60, 21 * 60),
  });
  const facts = { contacts: [contact(NOON - 1)], wishes: [wish({ kind: 'refused' })] };
  const judged = (changes: object, now = NOON) =>
    judgeContact(rules, request({ asked: true }), { ...facts, ...changes }, now);
  expect(judged({})).toEqual(GONE);
  expect(judged({}, shanghai('2026-11-23 22:00'))).toMatchObject({ rule: 'calling-window' });
  expect(judged({ wishes: [wish()] })).toMatchObject({ rule: 'do-not-call' });
  expect(judged({ contacts: [contact(NOON - 1, { outcome: undefined })] })).toMatchObject({
    rule: 'under-way',
  });
});

test('who asked to be called meets silence no second time, unless an agent waits for him', () => {
  const none = { forMs: 0, unlessAttended: false };
  const lockOuts = { abandoned: { forMs: DAY, unlessAttended: false }, machine: none, conversation: none };
  const facts = { contacts: [contact(NOON - HOUR, { outcome: 'abandoned' })], wishes: [] };
  const judged = (changes: object) =>
    judgeContact(policyWith({ lockOuts }), request({ asked: true, ...changes }), facts, NOON);
  expect(judged({})).toMatchObject({ rule: 'abandoned-lock-out' });
  expect(judged({ attended: true })).toEqual(GONE);
});

test('an attempt that is judged once more does not stand in its own way', () => {
  const rules = policyWith({ gaps: { numberMs: DAY, personMs: DAY }, caps: [{ ...cap, most: 1 }] });
  const facts = { contacts: [contact(NOON - 1, { attempt: 'a', outcome: undefined })], wishes: [] };
  expect(judgeContact(rules, request(), facts, NOON)).toMatchObject({ rule: 'under-way' });
  expect(judgeContact(rules, request({ attempt: 'a' }), facts, NOON)).toEqual(GONE);
});

test('whom nobody dialled after all was not contacted', () => {
  const rules = policyWith({ gaps: { numberMs: DAY, personMs: DAY } });
  const after = (outcome: 'not-dialled' | 'cancelled') =>
    judgeContact(rules, request(), { contacts: [contact(NOON - 1, { outcome })], wishes: [] }, NOON);
  expect(after('not-dialled')).toEqual(GONE);
  expect(after('cancelled')).toMatchObject({ rule: 'minimum-gap' });
});

test('what a clock that was set back left in the future counts as just now', () => {
  const later = [contact(NOON + HOUR)];
  expect(judgedAfter({ gaps: { numberMs: HOUR, personMs: 0 } }, later)).toMatchObject({
    rule: 'minimum-gap',
    retryAt: NOON + 2 * HOUR,
  });
  expect(judgedAfter({ caps: [{ ...cap, most: 1 }] }, later)).toMatchObject({ rule: 'day-cap' });
});

// ── all rules ────────────────────────────────────────────────────────────────────────────────────────────────────────

test('every rule that forbids is told, in the order of the rules, and when none will', () => {
  const rules = policyWith({
    hours: daily(8 * 60, 11 * 60),
    gaps: { numberMs: 3 * HOUR, personMs: 0 },
    caps: [{ ...cap, most: 1 }],
  });
  const facts = { contacts: [contact(NOON - HOUR)], wishes: [wish({ until: NOON + 2 * DAY })] };
  const told = everyRefusal(rules, request(), facts, NOON).map(({ rule }) => rule);
  expect(told).toEqual(['do-not-call', 'calling-window', 'minimum-gap', 'day-cap']);
  expect(told).toEqual(CONTACT_RULES.filter((rule) => told.includes(rule)));
  expect(nextPermitted(rules, request(), facts, NOON)).toBe(shanghai('2026-11-26 08:00'));
  expect(nextPermitted(rules, request(), { ...facts, wishes: [wish()] }, NOON)).toBeUndefined();
});
