import type { Agent } from '../agent/agent.ts';
import type { Call, Phase } from '../call/call.ts';
import type { Leg } from '../call/leg.ts';
import { isTalk } from '../call/room.ts';

/** Why a call is on an agent's desk: it is offered to him, it is his, he was asked into it, or it was his last one. */
export type Part = 'offered' | 'own' | 'asked' | 'over';

/** Somebody else in a call whom the agent brought into it. */
export interface ThirdParty {
  readonly agent: string;
  /** An extension or a number. */
  readonly address: string;
  readonly isOurs: boolean;
  /** `ringing`: he has not answered yet. */
  readonly is: 'ringing' | 'talking';
}

/** The call that an agent has in hand, or wraps up; undefined when he has none. */
export function callAtHand({ state }: Agent): string | undefined {
  return 'call' in state ? state.call : undefined;
}

/** What an agent has to do with a call. */
export function partOf({ id, phase }: Call, { state }: Agent): Part {
  if (!('leg' in state) || state.call !== id) return 'over';
  if (phase.at === 'consulting' && phase.consult.leg === state.leg) return 'asked';
  if (phase.at === 'conference' && phase.other.leg === state.leg) return 'asked';
  return state.at === 'reserved' || state.at === 'ringing' ? 'offered' : 'own';
}

/** The one whom he asked, or who is in the conference. */
export function thirdPartyOf({ phase, legs }: Call, { state }: Agent): ThirdParty | undefined {
  if (!isTalk(phase) || !('leg' in state)) return undefined;
  const other = otherLeg(phase, state.leg);
  const leg = legs.find(({ id }) => id === other);
  if (!leg) return undefined;
  const rings = phase.at === 'consulting' && phase.consult.ringUntil !== undefined;
  return { agent: leg.agent ?? '', ...addressOf(leg), is: rings ? 'ringing' : 'talking' };
}

/** The beginning of the present wait, UTC ms; undefined for whoever does not wait. */
export function waitsSince({ phase }: Call): number | undefined {
  return phase.at === 'queued' || phase.at === 'offered' ? (phase.from ?? phase.since) : undefined;
}

function otherLeg(phase: Phase, own: string): string | undefined {
  if (phase.at === 'consulting') return phase.leg === own ? phase.consult.leg : phase.leg;
  if (phase.at === 'conference') return phase.leg === own ? phase.other.leg : phase.leg;
  return undefined;
}

function addressOf({ to }: Leg): { readonly address: string; readonly isOurs: boolean } {
  return to.kind === 'phone'
    ? { address: to.extension, isOurs: true }
    : { address: to.number, isOurs: false };
}
