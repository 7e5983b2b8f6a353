import fc from 'fast-check';
import { expect, test } from 'vitest';
import { steadyClock } from '../../src/base/steady-clock.ts';
import { localTime } from '../../src/base/zone.ts';
import type { ContactFacts, PastContact } from '../../src/contact/contact.ts';
import type { Cap, ContactPolicy } from '../../src/contact/data.ts';
import { PolicyGate } from '../../src/contact/gate.ts';
import { judgeContact } from '../../src/contact/judge.ts';
import { isOpenAt } from '../../src/contact/when.ts';
import type { Span } from '../../src/ivr/calendar.ts';
import { MemoryContacts } from '../../src/lab/memory-contacts.ts';
import { ATTEMPT_OUTCOMES } from '../../src/list/lead.ts';
import { DAY, daily, HOUR, MINUTE, NOBODY, policyWith, request } from './policies.ts';

/** Zones that change their clocks at different hours, by different steps, or never. */
const ZONES = [
  'Asia/Shanghai',
  'America/New_York',
  'America/Los_Angeles',
  'Europe/London',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'America/Santiago',
  'Asia/Kathmandu',
];

const zones = fc.uniqueArray(fc.constantFrom(...ZONES), { minLength: 1, maxLength: 2 });

/** Every minute of four years, half of them within a day of a change of clocks somewhere. */
const CHANGES = [
  '2026-03-08T07:00Z',
  '2026-11-01T06:00Z',
  '2026-03-29T01:00Z',
  '2026-10-25T01:00Z',
  '2026-04-04T15:00Z',
  '2026-10-03T15:30Z',
  '2026-04-23T22:00Z',
  '2026-10-29T21:00Z',
  '2026-09-06T04:00Z',
  '2026-04-05T03:00Z',
].map((text) => Date.parse(text));

const moment = fc
  .oneof(
    fc.integer({ min: Date.parse('2025-01-01') / MINUTE, max: Date.parse('2029-01-01') / MINUTE }),
    fc
      .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -1440, max: 1440 }))
      .map(([change, minutes]) => change / MINUTE + minutes),
  )
  .map((minutes) => minutes * MINUTE);

/** Hours that end on the day on which they begin, for each day of a week. */
const span = fc
  .tuple(fc.integer({ min: 0, max: 1380 }), fc.integer({ min: 15, max: 900 }))
  .map(([from, length]): Span => ({ from, to: Math.min(1440, from + length) }));
const week = fc.array(fc.array(span, { maxLength: 1 }), { minLength: 7, maxLength: 7 });

/** What anybody would reckon with a wall clock and a calendar. */
function plainlyOpen(spans: readonly (readonly Span[])[], zone: string, at: number): boolean {
  const { weekday, hour, minute } = localTime(at, zone);
  return spans[weekday - 1]!.some(({ from, to }) => from <= hour * 60 + minute && hour * 60 + minute < to);
}

test('nobody is called outside the hours of any of his zones, whatever clocks do', () => {
  fc.assert(
    fc.property(week, zones, moment, (hours, where, now) => {
      const policy = policyWith({ hours: daily(0, 0, { week: hours }) });
      const verdict = judgeContact(policy, request({ zones: where }), NOBODY, now);
      const open = where.every((zone) => plainlyOpen(hours, zone, now));
      expect(verdict.allowed).toBe(open);
      expect(isOpenAt(policy, where, now)).toBe(open);
    }),
    { numRuns: 300 },
  );
});

test('the moment to try again is the first minute at which all zones are open', () => {
  fc.assert(
    fc.property(week, zones, moment, (hours, where, now) => {
      const policy = policyWith({ hours: daily(0, 0, { week: hours }) });
      const verdict = judgeContact(policy, request({ zones: where }), NOBODY, now);
      fc.pre(!verdict.allowed);
      const { retryAt } = verdict as { retryAt?: number };
      const open = (at: number) => where.every((zone) => plainlyOpen(hours, zone, at));
      // A minute after the other for three days; beyond that, only that it opens there.
      let first = now;
      while (first < now + 3 * DAY && !open(first)) first += 15 * MINUTE;
      if (retryAt === undefined) expect(open(first)).toBe(false);
      else {
        expect(open(retryAt)).toBe(true);
        expect(open(retryAt - MINUTE)).toBe(false);
        expect(retryAt).toBeGreaterThan(now);
        expect(retryAt <= first || !open(first)).toBe(true);
        for (let at = now; at < Math.min(retryAt, now + 3 * DAY); at += 15 * MINUTE)
          expect(open(at)).toBe(false);
      }
    }),
    { numRuns: 150 },
  );
});

// ── what was done ────────────────────────────────────────────────────────────────────────────────────────────────────

const NOW = Date.parse('2026-03-08T17:00Z');

const past = fc
  .record({
    campaign: fc.constantFrom('cards', 'loans'),
    person: fc.constantFrom('anna', 'ben'),
    number: fc.constantFrom('+1', '+2'),
    at: fc.integer({ min: -31 * 24, max: 2 }).map((hours) => NOW + hours * HOUR),
    outcome: fc.constantFrom(...ATTEMPT_OUTCOMES),
  })
  .map((one): PastContact => ({ ...one, attempt: 'x' }));

const cap: fc.Arbitrary<Cap> = fc.record({
  most: fc.integer({ min: 1, max: 4 }),
  within: fc.constantFrom('day' as const, 6 * HOUR, DAY, 7 * DAY, 30 * DAY),
  counts: fc.constantFrom('attempts' as const, 'connected' as const),
  of: fc.constantFrom('person' as const, 'number' as const, 'each' as const),
  across: fc.constantFrom('campaigns' as const, 'campaign' as const),
});

const lockOut = fc.record({
  forMs: fc.constantFrom(0, 24 * HOUR, 72 * HOUR),
  unlessAttended: fc.boolean(),
});

const policy: fc.Arbitrary<ContactPolicy> = fc
  .record({
    caps: fc.array(cap, { maxLength: 3 }),
    gaps: fc.record({
      numberMs: fc.constantFrom(0, HOUR, 5 * HOUR),
      personMs: fc.constantFrom(0, 2 * HOUR),
    }),
    lockOuts: fc.record({ abandoned: lockOut, machine: lockOut, conversation: lockOut }),
    hours: fc.constantFrom(daily(0, 1440), daily(8 * 60, 21 * 60), daily(9 * 60, 12 * 60)),
  })
  .map((changes) => policyWith(changes));

const asked = fc.record({ zones, attended: fc.boolean() }).map((one) => request({ ...one, number: '+1' }));

test('the moment to try again is after now, and the first at which that rule does not forbid', () => {
  fc.assert(
    fc.property(policy, asked, fc.array(past, { maxLength: 12 }), (rules, wanted, contacts) => {
      const facts: ContactFacts = { contacts, wishes: [] };
      const verdict = judgeContact(rules, wanted, facts, NOW);
      fc.pre(!verdict.allowed && verdict.retryAt !== undefined);
      const { rule, retryAt } = verdict as { rule: string; retryAt: number };
      expect(retryAt).toBeGreaterThan(NOW);
      const ruleAt = (at: number) => {
        const then = judgeContact(rules, wanted, facts, at);
        return then.allowed ? '' : then.rule;
      };
      expect(ruleAt(retryAt)).not.toBe(rule);
      // Another rule that is asked before may forbid it meanwhile, but not none at all.
      for (const at of [retryAt - 1, (NOW + retryAt) / 2].map(Math.floor))
        if (at > NOW) expect(ruleAt(at)).not.toBe('');
    }),
    { numRuns: 200 },
  );
});

/** Goes on for a while: time passes, somebody wants to call, and does so where the gate permits it. */
function dial(rules: ContactPolicy, steps: readonly Step[]) {
  const record = new MemoryContacts();
  const gate = new PolicyGate({
    policies: { policy: () => rules },
    record,
    campaign: () => ({ policy: '', validFrom: 0, validUntil: Infinity }),
  });
  let now = NOW;
  for (const [index, { afterMs, campaign, person, number, outcome }] of steps.entries()) {
    now += afterMs;
    const wanted = request({ campaign, person, number, zones: ['America/New_York'] });
    if (!gate.judge(wanted, now).allowed) continue;
    const attempt = { attempt: `${index}`, campaign, person, number, at: now };
    gate.note(attempt);
    gate.note({ ...attempt, outcome });
  }
  return [...record.contacts.values()];
}

interface Step extends Pick<Required<PastContact>, 'campaign' | 'person' | 'number' | 'outcome'> {
  readonly afterMs: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 8 * 60 }).map((minutes) => minutes * MINUTE),
    campaign: fc.constantFrom('cards', 'loans'),
    person: fc.constantFrom('anna', 'ben'),
    number: fc.constantFrom('+1', '+2'),
    outcome: fc.constantFrom(...ATTEMPT_OUTCOMES),
  }),
  { maxLength: 60 },
);

const REACHED = (one: PastContact) =>
  !['invalid-number', 'congestion', 'failed', 'not-dialled'].includes(one.outcome!);
const ANSWERED = (one: PastContact) =>
  ['connected', 'abandoned', 'hung-up', 'unknown'].includes(one.outcome!);

test('no cap is ever exceeded, whoever dials whom, on days of 23, 24 and 25 hours', () => {
  fc.assert(
    fc.property(cap, steps, (one, wanted) => {
      const made = dial(policyWith({ caps: [one] }), wanted).filter(REACHED);
      const kinds = one.of === 'each' ? (['person', 'number'] as const) : [one.of];
      const dayOf = (at: number) => {
        const { year, month, day } = localTime(at, 'America/New_York');
        return `${year}-${month}-${day}`;
      };
      for (const last of made)
        for (const kind of kinds) {
          const inWindow = made.filter(
            (other) =>
              other[kind] === last[kind] &&
              other.at <= last.at &&
              (one.within === 'day' ? dayOf(other.at) === dayOf(last.at) : other.at > last.at - one.within) &&
              (one.across === 'campaigns' || other.campaign === last.campaign) &&
              (one.counts === 'attempts' || ANSWERED(other)),
          );
          expect(inWindow.length).toBeLessThanOrEqual(one.most);
        }
    }),
    { numRuns: 150 },
  );
});

test('between two attempts to a number there is the gap, though the machine is set an hour on or back at any time', () => {
  const gapMs = 30 * MINUTE;
  const passing = fc.array(
    fc.record({
      afterMs: fc.integer({ min: 0, max: 25 }).map((minutes) => minutes * MINUTE),
      setByMs: fc.constantFrom(0, 0, 0, HOUR, -HOUR),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(passing, (happenings) => {
      let passed = 0;
      let offMs = 0;
      const clock = steadyClock({
        wall: { now: () => NOW + passed + offMs, at: () => () => undefined },
        passed: () => passed,
      });
      const record = new MemoryContacts();
      const gate = new PolicyGate({
        policies: { policy: () => policyWith({ gaps: { numberMs: gapMs, personMs: 0 } }) },
        record,
        campaign: () => ({ policy: '', validFrom: 0, validUntil: Infinity }),
        aheadMs: () => clock.aheadMs(),
      });
      const madeAt: number[] = [];
      for (const { afterMs, setByMs } of happenings) {
        passed += afterMs;
        offMs += setByMs;
        const now = clock.now();
        const { zones: _zones, ...who } = request();
        if (!gate.judge({ ...who, zones: ['Asia/Shanghai'] }, now).allowed) continue;
        madeAt.push(passed);
        gate.note({
          attempt: `${passed}`,
          campaign: 'cards',
          person: who.person,
          number: who.number,
          at: now,
          outcome: 'no-answer',
        });
      }
      // The centre's time follows the machine's by a tenth of what passes.
      for (const [index, at] of madeAt.entries())
        if (index > 0) expect(at - madeAt[index - 1]!).toBeGreaterThanOrEqual(gapMs / 1.1 - 1);
    }),
    { numRuns: 200 },
  );
});
