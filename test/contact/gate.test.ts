import { expect, test } from 'vitest';
import type { ContactPolicy } from '../../src/contact/data.ts';
import { type CampaignTerms, PolicyGate } from '../../src/contact/gate.ts';
import { MemoryContacts } from '../../src/lab/memory-contacts.ts';
import { contact, DAY, daily, HOUR, MINUTE, policyWith, request, shanghai } from './policies.ts';

const NOON = shanghai('2026-11-23 12:00');
const EIGHT_TO_NINE = policyWith({ hours: daily(8 * 60, 21 * 60) });

interface Place {
  readonly policy?: ContactPolicy | undefined;
  readonly terms?: Partial<CampaignTerms>;
  readonly aheadMs?: number;
}

function gateWith({ terms = {}, aheadMs = 0, ...place }: Place = {}) {
  const record = new MemoryContacts();
  const policy = 'policy' in place ? place.policy : EIGHT_TO_NINE;
  const gate = new PolicyGate({
    policies: { policy: (name) => (name === '' ? policy : undefined) },
    record,
    campaign: (id) =>
      id === 'cards' ? { policy: '', validFrom: 0, validUntil: Infinity, ...terms } : undefined,
    aheadMs: () => aheadMs,
  });
  return { gate, record };
}

test('of two attempts in one turn the second is not permitted', () => {
  const { gate } = gateWith();
  expect(gate.judge(request(), NOON)).toEqual({ allowed: true });
  gate.note(contact(NOON, { outcome: undefined }));
  expect(gate.judge(request(), NOON)).toMatchObject({ rule: 'under-way' });
});

test.each([
  ['a campaign that there is not', {}, 'loans'],
  ['a policy that there is not', { terms: { policy: 'other' } }, 'cards'],
  ['no policies at all', { policy: undefined }, 'cards'],
])('with %s nobody is called, and it is asked again', (_name, place, campaign) => {
  const { gate } = gateWith(place);
  const verdict = gate.judge(request({ campaign }), NOON);
  expect(verdict).toMatchObject({ rule: 'no-policy', retryAt: NOON + MINUTE });
  expect(gate.isOpen(campaign, ['Asia/Shanghai'], NOON)).toBe(false);
});

test('before and after its time a campaign calls nobody', () => {
  const { gate } = gateWith({ terms: { validFrom: NOON, validUntil: NOON + DAY } });
  expect(gate.judge(request(), NOON - 1)).toMatchObject({ rule: 'campaign-dates', retryAt: NOON });
  expect(gate.judge(request(), NOON)).toEqual({ allowed: true });
  const after = gate.judge(request(), NOON + DAY);
  expect(after).toMatchObject({ rule: 'campaign-dates' });
  expect(after).not.toHaveProperty('retryAt');
  expect(gate.isOpen('cards', ['Asia/Shanghai'], NOON + DAY)).toBe(false);
});

test('where what was done cannot be read, nobody is called', () => {
  const gate = new PolicyGate({
    policies: { policy: () => EIGHT_TO_NINE },
    record: {
      factsOf: () => {
        throw new Error('database is locked');
      },
      note: () => undefined,
      wished: () => undefined,
    },
    campaign: () => ({ policy: '', validFrom: 0, validUntil: Infinity }),
  });
  expect(gate.judge(request(), NOON)).toEqual({
    allowed: false,
    rule: 'facts-unknown',
    retryAt: NOON + MINUTE,
    detail: { reason: 'database is locked' },
  });
});

test('it opens and closes with the hours, for all zones of a number', () => {
  const { gate } = gateWith();
  const open = (at: string, zones = ['Asia/Shanghai']) => gate.isOpen('cards', zones, shanghai(at));
  expect(open('2026-11-23 07:59')).toBe(false);
  expect(open('2026-11-23 08:00')).toBe(true);
  expect(open('2026-11-23 08:00', ['Asia/Shanghai', 'Asia/Urumqi'])).toBe(false);
  expect(open('2026-11-23 10:00', ['Asia/Shanghai', 'Asia/Urumqi'])).toBe(true);
  expect(open('2026-11-23 21:00')).toBe(false);
});

test('rules that change count in the same minute', () => {
  let policy = EIGHT_TO_NINE;
  const gate = new PolicyGate({
    policies: { policy: () => policy },
    record: new MemoryContacts(),
    campaign: () => ({ policy: '', validFrom: 0, validUntil: Infinity }),
  });
  expect(gate.isOpen('cards', ['Asia/Shanghai'], NOON)).toBe(true);
  policy = policyWith({ hours: daily(13 * 60, 14 * 60) });
  expect(gate.isOpen('cards', ['Asia/Shanghai'], NOON)).toBe(false);
});

test('while the machine is set to another time, hours hold by both', () => {
  const ahead = gateWith({ aheadMs: HOUR }).gate;
  const behind = gateWith({ aheadMs: -HOUR }).gate;
  const judged = (gate: PolicyGate, at: string) => gate.judge(request(), shanghai(at));
  expect(judged(ahead, '2026-11-23 08:30')).toMatchObject({
    rule: 'calling-window',
    retryAt: shanghai('2026-11-23 09:00'),
  });
  expect(judged(behind, '2026-11-23 20:30')).toMatchObject({ rule: 'calling-window' });
  expect(judged(behind, '2026-11-23 08:30')).toEqual({ allowed: true });
  expect(ahead.isOpen('cards', ['Asia/Shanghai'], shanghai('2026-11-23 08:30'))).toBe(false);
  // Nobody wants to hear of seconds.
  expect(judged(gateWith({ aheadMs: 900 }).gate, '2026-11-23 08:00')).toEqual({ allowed: true });
});

test('it explains all that forbids, and when nothing will', () => {
  const { gate, record } = gateWith();
  record.wishes.push({
    kind: 'do-not-call',
    campaign: '',
    source: 'list',
    at: 0,
    until: NOON + HOUR,
    person: 'anna',
  });
  record.note(contact(NOON, { outcome: undefined }));
  expect(gate.explain(request(), NOON)).toMatchObject({
    policy: 'test',
    regulator: 'test',
    refusals: [{ rule: 'do-not-call' }, { rule: 'under-way' }],
    nextAt: NOON + HOUR,
  });
});
