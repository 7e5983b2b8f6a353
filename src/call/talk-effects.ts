import type { Call } from './call.ts';
import type { CallEffect } from './call-effect.ts';
import type { Leg } from './leg.ts';
import { type LegEnd, legOf } from './leg-rules.ts';
import { type TalkCall, talkOf } from './room.ts';
import type { NewLeg, Talk } from './talk.ts';

/** A leg that talked, and that we let go. */
export const LET_GO: LegEnd = { outcome: 'answered', cause: 'normal' };
/** A leg that rang, and that we let go. */
export const GIVEN_UP: LegEnd = { outcome: 'cancelled', cause: 'cancelled' };

/** The leg that the caller talks with. */
export function talkLeg(call: TalkCall): Leg {
  return legOf(call, call.phase.leg) as Leg;
}

export function planned({ leg, to, agent, writtenBy }: NewLeg, now: number): Leg {
  return {
    id: leg,
    to,
    plannedAt: now,
    ...(agent !== undefined && { agent }),
    ...(writtenBy !== undefined && { writtenBy }),
  };
}

/** The caller and his agent as before, connected again. */
export function reconnected(call: TalkCall): Call {
  return { ...call, phase: { at: 'connected', ...talkOf(call.phase), again: true } };
}

export function talkedUntil({ phase, talkedMs }: Call & { readonly phase: Talk }, now: number): number {
  return talkedMs + (now - phase.since);
}

export function tell(call: TalkCall, what: 'Hold' | 'Resume'): CallEffect[] {
  return [{ do: 'tell', leg: talkLeg(call), what }];
}

export function release(leg: Leg, talked: boolean, gone: boolean): CallEffect {
  return { do: 'release', leg, talked, ...(gone && { gone }) };
}
