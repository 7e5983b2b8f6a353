import type { HangupCause } from '../pbx/pbx.ts';
import type { Call } from './call.ts';
import type { CallEffect } from './call-effect.ts';
import type { Leg, LegOutcome } from './leg.ts';

/** A call after an input, and what is to be done. */
export type Outcome = readonly [Call, readonly CallEffect[]];

/** How a leg ended. */
export interface LegEnd {
  readonly outcome: LegOutcome;
  readonly cause?: HangupCause | undefined;
  readonly sipCode?: number | undefined;
}

/** A leg of the call, live or not. */
export function legOf(call: Call, id: string): Leg | undefined {
  return call.legs.find((leg) => leg.id === id);
}

export function withLeg(call: Call, id: string, change: (leg: Leg) => Leg): Call {
  return { ...call, legs: call.legs.map((leg) => (leg.id === id ? change(leg) : leg)) };
}

/** The call with the leg ended, and that leg. */
export function closeLeg(call: Call, leg: Leg, end: LegEnd, now: number): readonly [Call, Leg] {
  const closed: Leg = { ...leg, ...end, endedAt: now };
  return [withLeg(call, leg.id, () => closed), closed];
}

/** A phone that never even rang is no fault of whoever sits there. */
export function unanswered(leg: Leg): LegOutcome {
  return leg.ringingAt === undefined ? 'failed' : 'no-answer';
}

/** An agent elsewhere: what answers may be his mailbox. */
export function needsConfirming({ to, agent }: Leg): boolean {
  return to.kind === 'outside' && agent !== undefined;
}

/**
 * True when a talk ended by nobody's wish: RTP or the transport of the phone is lost (Asterisk: cause 44), or it does not answer any
 * more. How a talk with somebody outside ends is the business of his network.
 */
export function isGone({ to, agent }: Leg, cause: HangupCause | undefined): boolean {
  if (to.kind === 'outside' && agent === undefined) return false;
  switch (cause) {
    case 'failure':
    case 'unreachable':
    case 'congestion':
    case 'no-answer':
      return true;
    default:
      return false;
  }
}

/** What the agent hears while the one whom he asks is rung. */
export const ringbackOf = (leg: string): string => `${leg}-ringback`;
/** The question whether he takes the call. */
export const questionOf = (leg: string): string => `${leg}-question`;
