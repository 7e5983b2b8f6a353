import { unreachable } from '../base/errors.ts';
import type { Call } from '../call/call.ts';
import { customerLeg } from '../call/callback-rules.ts';
import type { AttemptOutcome, LeadFate } from '../campaign/lead.ts';
import type { Attempt, Disposition } from './attempt.ts';

/** An attempt as its call shows it. The same object when nothing changed; without an end: see `closed`. */
export function followed(attempt: Attempt, call: Call): Attempt {
  const { ringingAt, answeredAt } = customerLeg(call) ?? {};
  const agent = call.facts.agentId;
  const detected = call.facts.heard?.verdict;
  const same =
    attempt.ringingAt === ringingAt &&
    attempt.answeredAt === answeredAt &&
    attempt.connectedAt === call.connectedAt &&
    attempt.agent === agent &&
    attempt.detected === detected;
  if (same) return attempt;
  return {
    ...attempt,
    ...(ringingAt !== undefined && { ringingAt }),
    ...(answeredAt !== undefined && { answeredAt }),
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
  if (!leg) return 'cancelled';
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
  const { sipCode } = customerLeg(call) ?? {};
  return { ...attempt, endedAt: now, outcome, fate, ...(sipCode !== undefined && { sipCode }) };
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
