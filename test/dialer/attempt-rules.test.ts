import { expect, test } from 'vitest';
import type { Call } from '../../src/call/call.ts';
import type { Leg } from '../../src/call/leg.ts';
import type { Attempt } from '../../src/dialer/attempt.ts';
import { fateBy, followed, outcomeOf } from '../../src/dialer/attempt-rules.ts';

const leg = (more: Partial<Leg>): Leg => ({
  id: 'leg',
  to: { kind: 'outside', number: '+8613900000001' },
  plannedAt: 0,
  endedAt: 9,
  ...more,
});

const call = (customer: Leg | undefined, more: Partial<Call> = {}): Call => ({
  id: 'call-a',
  channel: 'leg',
  source: { kind: 'outside' },
  outbound: {
    attempt: 'a',
    campaign: 'o',
    person: 'p',
    flow: 'f',
    queue: 'q',
    minRingMs: 15_000,
    connectWithinMs: 2000,
  },
  ani: '+8613900000001',
  aniName: '',
  dnis: '95533',
  startedAt: 0,
  facts: { language: '', persona: '', variables: {} },
  stack: [],
  phase: { at: 'ended' },
  legs: customer ? [customer] : [],
  waitedMs: 0,
  talkedMs: 0,
  ...more,
});

const heard = (verdict: 'human' | 'machine') => ({
  language: '',
  persona: '',
  variables: {},
  heard: { verdict, at: 1 },
});

test.each<[string, Call]>([
  ['connected', call(leg({ answeredAt: 1, outcome: 'answered' }), { connectedAt: 2 })],
  ['abandoned', call(leg({ answeredAt: 1 }), { outbound: { ...call(undefined).outbound!, abandonedAt: 3 } })],
  // An agent who came too late does not make it good.
  [
    'abandoned',
    call(leg({ answeredAt: 1 }), {
      connectedAt: 5,
      outbound: { ...call(undefined).outbound!, abandonedAt: 3 },
    }),
  ],
  ['hung-up', call(leg({ answeredAt: 1 }))],
  ['machine', call(leg({ answeredAt: 1 }), { facts: heard('machine') })],
  ['hung-up', call(leg({ answeredAt: 1 }), { facts: heard('human') })],
  ['not-dialled', call(undefined)],
  [
    'not-dialled',
    call(leg({ outcome: 'cancelled' }), { outbound: { ...call(undefined).outbound!, undialled: true } }),
  ],
  ['unknown', call(leg({ outcome: 'failed' }), { endCause: 'lost' })],
  ['unknown', call(leg({ outcome: 'failed' }), { endCause: 'system-failure' })],
  ['invalid-number', call(leg({ outcome: 'failed', cause: 'unallocated-number' }))],
  ['busy', call(leg({ outcome: 'busy' }))],
  ['rejected', call(leg({ outcome: 'rejected' }))],
  ['no-answer', call(leg({ outcome: 'no-answer' }))],
  ['congestion', call(leg({ outcome: 'unreachable' }))],
  ['congestion', call(leg({ outcome: 'failed', cause: 'congestion' }))],
  ['failed', call(leg({ outcome: 'failed', cause: 'failure' }))],
])('a call that shows so ended as %s', (outcome, ended) => {
  expect(outcomeOf(ended)).toBe(outcome);
});

test('an attempt follows its call, and is the same object while nothing changes', () => {
  const attempt: Attempt = {
    id: 'a',
    campaign: 'o',
    list: 'l',
    lead: 'x',
    person: 'p',
    number: '+8613900000001',
    mode: 'predictive',
    earlier: 0,
    numbers: 1,
    at: 0,
  };
  expect(followed(attempt, call(leg({})))).toBe(attempt);
  const rung = followed(attempt, call(leg({ ringingAt: 1, answeredAt: 2 })));
  expect(rung).toMatchObject({ ringingAt: 1, answeredAt: 2 });
  expect(followed(rung, call(leg({ ringingAt: 1, answeredAt: 2 })))).toBe(rung);
});

const NOTED = { note: '', by: '1001', at: 1 };

test.each([
  [
    { result: 'callback', callbackAt: 99, callbackAgent: '1001', ...NOTED },
    { next: 'again', dueAt: 99, asked: true, agent: '1001' },
  ],
  [
    { result: 'callback', callbackAt: 99, ...NOTED },
    { next: 'again', dueAt: 99, asked: true },
  ],
  [{ result: 'callback', ...NOTED }, undefined],
  [
    { result: 'not-interested', ...NOTED },
    { next: 'done', reason: 'not-interested' },
  ],
  [
    { result: 'do-not-call', ...NOTED },
    { next: 'done', reason: 'do-not-call' },
  ],
  [{ result: 'machine', ...NOTED }, undefined],
] as const)('what was noted as %o makes of the lead %o', (noted, fate) => {
  expect(fateBy(noted)).toEqual(fate);
});

test('whom the PBX did not connect in the end was not connected', () => {
  const attempt: Attempt = {
    id: 'a',
    campaign: 'o',
    list: 'l',
    lead: 'x',
    person: 'p',
    number: '+8613900000001',
    mode: 'predictive',
    earlier: 0,
    numbers: 1,
    at: 0,
  };
  const talking = followed(attempt, call(leg({ answeredAt: 1 }), { connectedAt: 2 }));
  expect(talking.connectedAt).toBe(2);
  const back = followed(talking, call(leg({ answeredAt: 1 })));
  expect(back.connectedAt).toBeUndefined();
  expect(followed(back, call(leg({ answeredAt: 1 })))).toBe(back);
});
