import type { OverhearRequest } from '../pbx/pbx.ts';
import type { Call } from './call.ts';
import { bridgeOf, type Leg } from './leg.ts';
import { legOf } from './leg-rules.ts';
import { isTalk, type Room, roomOf } from './room.ts';

/** `listen`: nobody hears him. `whisper`: the agent alone does. `barge`: he is in the talk as one more. */
export const SUPERVISION_MODES = ['listen', 'whisper', 'barge'] as const;
export type SupervisionMode = (typeof SUPERVISION_MODES)[number];

/** Who directs others: a user of the centre. */
export interface Director {
  readonly id: string;
  readonly name: string;
}

/** A supervisor with an agent's talk. */
export interface Supervision {
  /** His own, which is none of the call's legs: neither caller nor flow know of it. */
  readonly leg: Leg;
  readonly by: Director;
  readonly mode: SupervisionMode;
  /** The phone is that of his own seat: it may be opened without anybody's doing. */
  readonly answersItself?: true;
  /** Whose talk it is; he stays with this agent. */
  readonly agent: string;
  /** Until then he is rung; undefined: he is there. */
  readonly ringUntil?: number;
  /** When he began to hear the talk in this mode, UTC ms; while he is first rung, when that began. */
  readonly since: number;
  /** Since when he is with the talk, by whatever leg, UTC ms; undefined: he never was. */
  readonly joinedAt?: number;
}

/** Where a supervisor is: at the agent's ear, or with others in a bridge. */
export type Presence =
  | ({ readonly in: 'overhearing' } & OverhearRequest)
  | ({ readonly in: 'room'; readonly aside: boolean } & Room);

/** The agent's leg, while he has the talk in hand. */
export function supervisedLeg(call: Call): string | undefined {
  const { phase, supervision } = call;
  if (!supervision || !isTalk(phase)) return undefined;
  return legOf(call, phase.leg)?.agent === supervision.agent ? phase.leg : undefined;
}

/**
 * Where the supervisor of a call has to be now. While the caller is on hold, whoever whispers or barges is alone with the agent, and
 * while the agent asks a colleague, at the agent's ear.
 */
export function presenceOf(call: Call): Presence | undefined {
  const { phase, supervision } = call;
  const target = supervisedLeg(call);
  if (!supervision || supervision.ringUntil !== undefined || target === undefined) return undefined;
  const { mode } = supervision;
  const leg = supervision.leg.id;
  if (phase.at === 'held' && mode !== 'listen')
    return { in: 'room', aside: true, bridge: bridgeOf(leg), channels: [target, leg], leg };
  const room = phase.at === 'connected' || phase.at === 'conference' ? roomOf(call) : undefined;
  if (mode === 'barge' && room)
    return { in: 'room', aside: false, bridge: room.bridge, channels: [...room.channels, leg], leg };
  return {
    in: 'overhearing',
    overhearing: overhearingOf(leg, target),
    leg,
    target,
    mode: mode === 'listen' ? 'listen' : 'whisper',
  };
}

/** Everybody of a call who hears somebody in a bridge: the talk, with a supervisor who is in it, and he and the agent aside. */
export function roomsOf(call: Call): readonly Room[] {
  const talk = roomOf(call);
  const presence = presenceOf(call);
  if (presence?.in !== 'room') return talk ? [talk] : [];
  const { bridge, channels, leg } = presence;
  const own = { bridge, channels, leg };
  return presence.aside && talk ? [talk, own] : [own];
}

/** Names the overhearing of a supervisor's leg at another one: one for both, so that what is left of an earlier target is told apart. */
const overhearingOf = (leg: string, target: string): string => `${leg}-${target}-o`;
