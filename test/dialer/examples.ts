import type { Attempt } from '../../src/dialer/attempt.ts';
import type { OutboundCampaign } from '../../src/dialer/outbound.ts';
import { START } from '../store/examples.ts';

export function aCampaign(changes: Partial<OutboundCampaign> = {}): OutboundCampaign {
  return {
    id: 'o1',
    name: 'Winter',
    status: 'stopped',
    queue: 'sales',
    flow: 'outbound',
    callerNumber: '02112345678',
    policy: 'cn',
    validFrom: START - 86_400_000,
    validUntil: START + 86_400_000,
    pacing: {
      mode: 'predictive',
      ratio: 1.5,
      minAgents: 8,
      maxAbandonment: 0.03,
      rollingWindow: true,
      connectWithinMs: 2000,
      cancels: false,
      minRingMs: 15_000,
    },
    ringMs: 25_000,
    retry: { busy: { afterMs: 600_000, tries: 3, nextNumber: true } },
    weight: 1,
    script: '您好，这里是…',
    ...changes,
  };
}

export function anAttempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    id: 'a1',
    campaign: 'o1',
    list: 'l1',
    lead: 'p1',
    person: 'C-1',
    number: '+8613900000001',
    mode: 'predictive',
    earlier: 0,
    numbers: 1,
    at: START,
    ...changes,
  };
}

/** Somebody who rang for 8 s and talked with an agent for 40 s. */
export function anEndedAttempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    ...anAttempt(),
    ringingAt: START + 2000,
    answeredAt: START + 10_000,
    waitedAt: START + 10_000,
    connectedAt: START + 11_000,
    endedAt: START + 51_000,
    outcome: 'connected',
    fate: { next: 'done', reason: 'connected' },
    ...changes,
  };
}
