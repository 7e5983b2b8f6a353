import { unreachable } from '../base/errors.ts';
import type { Call, Phase } from './call.ts';
import type { CallEffect } from './call-effect.ts';
import { bridgeOf } from './leg.ts';
import { ringbackOf } from './leg-rules.ts';
import type { Talk } from './talk.ts';

/** Who hear each other, and where. */
export interface Room {
  readonly bridge: string;
  readonly channels: readonly string[];
  /** The leg whose fault it is when they cannot be connected. */
  readonly leg: string;
}

/** Phases in which the caller has somebody to talk with, whether or not he hears him just now. */
export type TalkPhase = Phase & { at: 'connected' | 'held' | 'consulting' | 'conference' };

/** A call in one of them. */
export type In<At extends TalkPhase['at']> = Call & { readonly phase: Extract<Phase, { at: At }> };
export type TalkCall = In<TalkPhase['at']>;

export function isTalk(phase: Phase): phase is TalkPhase {
  return (
    phase.at === 'connected' || phase.at === 'held' || phase.at === 'consulting' || phase.at === 'conference'
  );
}

/** The talk of a phase, without what makes it that phase. */
export function talkOf({ leg, since, place, until, bridgeOf, again }: Talk): Talk {
  return {
    leg,
    since,
    ...(place !== undefined && { place }),
    ...(until !== undefined && { until }),
    ...(bridgeOf !== undefined && { bridgeOf }),
    ...(again !== undefined && { again }),
  };
}

/** Those of a call who hear each other now; undefined when nobody does. */
export function roomOf({ channel, phase }: Pick<Call, 'channel' | 'phase'>): Room | undefined {
  switch (phase.at) {
    case 'connected':
      return {
        bridge: bridgeOf(phase.bridgeOf ?? phase.leg),
        channels: [channel, phase.leg],
        leg: phase.leg,
      };
    case 'consulting': {
      const { leg, ringUntil, bridgeOf: whose = leg } = phase.consult;
      if (ringUntil !== undefined) return undefined;
      return { bridge: bridgeOf(whose), channels: [phase.leg, leg], leg };
    }
    case 'conference': {
      const { leg, bridgeOf: whose = leg } = phase.other;
      return { bridge: bridgeOf(whose), channels: [channel, phase.leg, leg], leg };
    }
    case 'left':
      return {
        bridge: bridgeOf(phase.bridgeOf ?? phase.other),
        channels: [phase.leg, phase.other],
        leg: phase.other,
      };
    default:
      return undefined;
  }
}

/** True for a leg that has been answered and talks, or is held. */
export function isTalking(phase: Phase, leg: string): boolean {
  switch (phase.at) {
    case 'connected':
    case 'held':
      return phase.leg === leg;
    case 'consulting':
      return phase.leg === leg || (phase.consult.leg === leg && phase.consult.ringUntil === undefined);
    case 'conference':
      return phase.leg === leg || phase.other.leg === leg;
    case 'left':
      return phase.leg === leg || phase.other === leg;
    default:
      return false;
  }
}

/** Makes those of a call hear each other who should. */
export function connecting(call: Pick<Call, 'channel' | 'phase'>): CallEffect[] {
  const room = roomOf(call);
  return room ? [{ do: 'connect', ...room }] : [];
}

/** Ends what those in a talk hear. */
export function lettingGo(call: TalkCall): CallEffect[] {
  const { phase } = call;
  const room = roomOf(call);
  const apart: CallEffect[] = room ? [{ do: 'disconnect', bridge: room.bridge }] : [];
  switch (phase.at) {
    case 'connected':
    case 'conference':
      return apart;
    case 'held':
      return [{ do: 'stopMusic' }];
    case 'consulting':
      return [{ do: 'stopMusic' }, ...endingConsult(call.phase), ...apart];
    default:
      return unreachable(phase);
  }
}

function endingConsult(phase: Phase): CallEffect[] {
  if (phase.at !== 'consulting' || phase.consult.ringUntil === undefined) return [];
  return [{ do: 'quiet', playbacks: [ringbackOf(phase.consult.leg)] }];
}
