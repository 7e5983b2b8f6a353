import { unreachable } from '../base/errors.ts';
import type { Call } from '../call/call.ts';
import { customerLeg } from '../call/callback-rules.ts';
import type { AttemptOutcome, LeadFate } from '../list/lead.ts';
import type { Attempt, Disposition } from './attempt.ts';
import type { DialResult } from './pacing.ts';

/** What an outcome means for those who learn from attempts. */
interface Meaning {
  /** How the dial ended as pacing sees it, where nobody waited for an agent. */
  readonly result: DialResult;
  /** Whether he answers at such an hour; undefined: it says nothing of him. */
  readonly teaches?: 'answers' | 'does-not';
}

/** What each outcome means. What answered without waiting for anybody needed no agent, as a machine does not. */
export const MEANING: Readonly<Record<AttemptOutcome, Meaning>> = {
  connected: { result: 'machine', teaches: 'answers' },
  abandoned: { result: 'machine', teaches: 'answers' },
  'hung-up': { result: 'machine', teaches: 'answers' },
  machine: { result: 'machine', teaches: 'does-not' },
  'no-answer': { result: 'no-answer', teaches: 'does-not' },
  busy: { result: 'busy', teaches: 'does-not' },
  rejected: { result: 'busy', teaches: 'does-not' },
  'invalid-number': { result: 'failed' },
  congestion: { result: 'failed' },
  failed: { result: 'failed' },
  unknown: { result: 'failed' },
  cancelled: { result: 'cancelled' },
  'not-dialled': { result: 'cancelled' },
};

/** What became of a live answer. */
export type Served = 'connected' | 'abandoned' | 'hung-up';

/** What became of a live answer; undefined while nobody knows, and of what is none. @param call of the attempt */
export function servedAs(
  { waitedAt, connectedAt, endedAt, outcome }: Attempt,
  call: Call,
): Served | undefined {
  if (waitedAt === undefined) return undefined;
  if (call.outbound?.abandonedAt !== undefined || outcome === 'abandoned') return 'abandoned';
  if (connectedAt !== undefined) return 'connected';
  return endedAt === undefined ? undefined : 'hung-up';
}

/** Since when he waits for an agent, or when we broke off before that, UTC ms; undefined where he does not, or where an agent waits for him. */
function waitsSince({ phase, callback, outbound }: Call): number | undefined {
  if (callback) return undefined;
  return phase.at === 'queued' || phase.at === 'offered' ? phase.since : outbound?.abandonedAt;
}

/** An attempt as its call shows it. The same object when nothing changed; without an end: see `closed`. */
export function followed(attempt: Attempt, call: Call): Attempt {
  const { ringingAt, answeredAt } = customerLeg(call) ?? {};
  const agent = call.facts.agentId;
  const detected = call.facts.heard?.verdict;
  const waitedAt = attempt.waitedAt ?? waitsSince(call);
  const same =
    attempt.waitedAt === waitedAt &&
    attempt.ringingAt === ringingAt &&
    attempt.answeredAt === answeredAt &&
    attempt.connectedAt === call.connectedAt &&
    attempt.agent === agent &&
    attempt.detected === detected;
  if (same) return attempt;
  // The PBX may have refused to connect him: then he was not.
  const { connectedAt: _before, ...rest } = attempt;
  return {
    ...rest,
    ...(ringingAt !== undefined && { ringingAt }),
    ...(answeredAt !== undefined && { answeredAt }),
    ...(waitedAt !== undefined && { waitedAt }),
    ...(call.connectedAt !== undefined && { connectedAt: call.connectedAt }),
    ...(agent !== undefined && { agent }),
    ...(detected !== undefined && { detected }),
  };
}

/** What became of the attempt whose call has ended. */
export function outcomeOf(call: Call): AttemptOutcome {
  const leg = customerLeg(call);
  if (call.outbound?.abandonedAt !== undefined) return 'abandoned';
  if (call.connectedAt !== undefined) return 'connected';
  // In a call that an agent makes, he was gone before anybody was dialled.
  if (!leg || call.outbound?.undialled) return 'not-dialled';
  if (leg.answeredAt !== undefined) return call.facts.heard?.verdict === 'machine' ? 'machine' : 'hung-up';
  if (call.endCause === 'lost' || call.endCause === 'system-failure') return 'unknown';
  if (leg.cause === 'unallocated-number') return 'invalid-number';
  switch (leg.outcome) {
    case 'busy':
    case 'no-answer':
    case 'rejected':
    case 'cancelled':
      return leg.outcome;
    case 'unreachable':
      return 'congestion';
    case 'failed':
      return leg.cause === 'congestion' ? 'congestion' : 'failed';
    case 'answered':
    case undefined:
      return 'unknown';
    default:
      return unreachable(leg.outcome);
  }
}

/** The attempt is over. @param now UTC ms */
export function closed(
  attempt: Attempt,
  call: Call,
  outcome: AttemptOutcome,
  fate: LeadFate,
  now: number,
): Attempt {
  const { sipCode, answeredAt = now } = customerLeg(call) ?? {};
  // Who was let down before he could wait for anybody is abandoned all the same.
  const waitedAt = attempt.waitedAt ?? (outcome === 'abandoned' ? answeredAt : undefined);
  const known = { ...(sipCode !== undefined && { sipCode }), ...(waitedAt !== undefined && { waitedAt }) };
  return { ...attempt, endedAt: now, outcome, fate, ...known };
}

/**
 * How it goes on with a lead when an agent has noted what was said; undefined: as the outcome's rule has it.
 * @param disposition `callback` names when
 */
export function fateBy({ result, callbackAt, callbackAgent }: Disposition): LeadFate | undefined {
  switch (result) {
    case 'callback':
      if (callbackAt === undefined) return undefined;
      return {
        next: 'again',
        dueAt: callbackAt,
        asked: true,
        ...(callbackAgent !== undefined && { agent: callbackAgent }),
      };
    case 'sale':
    case 'interested':
    case 'not-interested':
    case 'do-not-call':
    case 'wrong-number':
      return { next: 'done', reason: result };
    case 'machine':
    case 'other':
      return undefined;
    default:
      return unreachable(result);
  }
}
