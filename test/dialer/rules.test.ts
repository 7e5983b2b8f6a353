import { expect, test } from 'vitest';
import type { OutboundDial } from '../../src/call/call.ts';
import type { Conduct } from '../../src/contact/data.ts';
import { leavesMessage } from '../../src/dialer/message.ts';
import type { OutboundCampaign } from '../../src/dialer/outbound.ts';
import { issuesOf, strictest } from '../../src/dialer/rules.ts';
import { connectBy } from '../../src/dialer/steps.ts';
import { policyWith } from '../contact/policies.ts';
import { dialerLab } from '../engine/dialer-lab.ts';
import { aCall } from '../store/examples.ts';
import { aCampaign } from './examples.ts';

const { conduct: CONDUCT } = policyWith();
const { pacing: PACING } = aCampaign();

const issues = (conduct: Partial<Conduct>, campaign: Partial<OutboundCampaign> = {}, leavesMessage = true) =>
  issuesOf(aCampaign(campaign), {
    hasQueue: () => true,
    hasFlow: () => true,
    leavesMessage: () => leavesMessage,
    conduct: () => ({ ...CONDUCT, ...conduct }),
  }).map(({ at }) => at);

const HOUR = 3_600_000;

test.each<[string, string[], Partial<Conduct>, boolean]>([
  ['the day and 30 days are watched', [], { abandonmentWindows: ['day', 720 * HOUR] }, false],
  ['the rolling hour is watched', [], { abandonmentWindows: ['day', HOUR] }, true],
  ['the rolling hour is not', ['pacing.rollingWindow'], { abandonmentWindows: ['day', HOUR] }, false],
  ['a window that nobody watches', ['policy'], { abandonmentWindows: [168 * HOUR] }, true],
])('what a policy limits abandonment in has to be watched: %s', (_name, wrong, conduct, rollingWindow) => {
  expect(issues(conduct, { pacing: { ...PACING, rollingWindow } })).toEqual(wrong);
});

test('where the policy wants a message, a flow without one is not dialled for', () => {
  expect(issues({ messageNeeded: true }, {}, false)).toEqual(['flow']);
  expect(issues({ messageNeeded: true })).toEqual([]);
  expect(issues({ messageNeeded: false }, {}, false)).toEqual([]);
});

test('of what campaign and policy want the stricter holds', () => {
  const lax = {
    ...PACING,
    minRingMs: 15_000,
    maxAbandonment: 0.05,
    connectWithinMs: 3000,
    rollingWindow: false,
  };
  const strict: Conduct = { ...CONDUCT, minRingMs: 20_000, maxAbandonment: 0.03, connectWithinMs: 2000 };
  const wanted = { minRingMs: 20_000, maxAbandonment: 0.03, connectWithinMs: 2000 };
  expect(strictest(lax, strict)).toEqual({ ...lax, ...wanted });
  expect(strictest({ ...lax, ...wanted, mode: 'ratio' }, CONDUCT)).toEqual({
    ...lax,
    ...wanted,
    mode: 'ratio',
  });
  expect(strictest(lax, { ...CONDUCT, abandonmentWindows: [HOUR] }).rollingWindow).toBe(true);
  expect(strictest(lax, undefined)).toBe(lax);
});

// ── the message ──────────────────────────────────────────────────────────────────────────────────────────────────────

const flowOf = (steps: string): string => `flow: outbound
languages: [en]
start: agent
steps:
${steps}
  end: { hangup: {} }
`;
const GOODBYE = `flow: goodbye
languages: [en]
start: say
steps:
  say: { say: { en: "Sorry" }, then: end }
  end: { hangup: {} }
`;

test.each<[string, boolean, string]>([
  [
    'at once',
    true,
    '  agent: { campaign-agent: {}, then: { done: end, timeout: sorry } }\n  sorry: { say: { en: "Sorry" }, then: end }',
  ],
  [
    'after a step that says nothing',
    true,
    '  agent: { campaign-agent: {}, then: { done: end, timeout: wait } }\n  wait: { pause: 1s, then: sorry }\n  sorry: { say: { en: "Sorry" }, then: end }',
  ],
  [
    'in another flow',
    true,
    '  agent: { campaign-agent: {}, then: { done: end, timeout: other } }\n  other: { go: { flow: goodbye } }',
  ],
  ['nowhere', false, '  agent: { campaign-agent: {}, otherwise: end }'],
  [
    'only where an agent was found',
    false,
    '  agent: { campaign-agent: {}, then: { done: bye, timeout: end } }\n  bye: { say: { en: "Bye" }, then: end }',
  ],
])('the message for whoever finds no agent is found %s', (_name, found, steps) => {
  const lab = dialerLab({ flows: [flowOf(steps), GOODBYE] });
  expect(leavesMessage('outbound', (name) => lab.flow(name))).toBe(found);
});

// ── the clock ────────────────────────────────────────────────────────────────────────────────────────────────────────

const ANSWERED_AT = 4000;
const HEARD_AT = 6500;

test.each<[string, OutboundDial['clockStarts'], boolean, number]>([
  ['his answer', 'answer', true, ANSWERED_AT],
  ['the end of his greeting', 'greeting-end', true, HEARD_AT],
  ['his answer, where nobody listened', 'greeting-end', false, ANSWERED_AT],
  ['his answer, where no policy says it', undefined, true, ANSWERED_AT],
])('the two seconds begin with %s', (_name, clockStarts, listens, from) => {
  const outbound: OutboundDial = {
    attempt: 'a',
    campaign: 'o1',
    person: 'p',
    flow: 'outbound',
    queue: 'sales',
    minRingMs: 15_000,
    connectWithinMs: 2000,
    ...(clockStarts && { clockStarts }),
  };
  const call = aCall({ outbound, startedAt: 0 });
  const to = { kind: 'outside', number: '+8613900000001' } as const;
  const heard = listens ? { heard: { verdict: 'human' as const, at: HEARD_AT } } : {};
  const legs = [{ id: call.channel, to, plannedAt: 0, answeredAt: ANSWERED_AT }];
  // So much earlier that what is said instead begins in time.
  expect(connectBy({ ...call, legs, facts: { ...call.facts, ...heard } })).toBe(from + 2000 - 150);
});
