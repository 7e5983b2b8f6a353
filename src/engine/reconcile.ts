import { callInHand } from '../agent/agent.ts';
import { unreachable } from '../base/errors.ts';
import type { Call } from '../call/call.ts';
import { callerSince, hasCaller } from '../call/callback-rules.ts';
import { bridgeOf } from '../call/leg.ts';
import { legOf, questionOf, ringbackOf } from '../call/leg-rules.ts';
import { isTalking, roomOf } from '../call/room.ts';
import { presenceOf, roomsOf } from '../call/supervision.ts';
import type { PbxSnapshot } from '../pbx/pbx.ts';
import { arrived } from './arrivals.ts';
import type { EngineInput } from './input.ts';
import type { Turn } from './turn.ts';
import { takeUpWaiting, waits } from './waiting-room.ts';

/** A leg or call that is younger than this when a snapshot is taken may not be in it yet, ms. */
const UNDER_WAY_MS = 10_000;

/** A recording whose end nobody heard of: taken for a message, so that nobody who left one is told otherwise. */
const UNHEARD = { outcome: 'done', durationMs: Number.MAX_SAFE_INTEGER } as const;

type Channels = ReadonlyMap<string, PbxSnapshot['channels'][number]>;

/**
 * Brings the store's intentions and the PBX's truth together: at the start, after a lost link, and now and then. What was
 * missed is fed to the same rules as if it came now; what nobody owns is taken in or ended; after a gap, whoever is in a flow
 * hears the present step again.
 */
export function reconcile(
  turn: Turn,
  { snapshot, asOf, afterGap, restarted }: EngineInput & { type: 'Reconciled' },
): void {
  const { state } = turn;
  const settled = afterGap ? asOf : asOf - UNDER_WAY_MS;
  const channels: Channels = new Map(snapshot.channels.map((channel) => [channel.channel, channel]));
  const bridges = new Map(snapshot.bridges.map((bridge) => [bridge.bridge, bridge.channels]));
  for (const id of [...state.calls.keys()]) {
    const call = state.calls.get(id);
    // What another one missed may have ended it.
    if (!call) continue;
    tellMissed(turn, call, channels, settled, restarted);
    tellMissedBySupervisor(turn, id, channels, settled);
    const now = state.calls.get(id);
    if (now && afterGap && now.startedAt < asOf && !begun(call, now)) {
      takeUpAgain(turn, now, bridges);
      takeUpSupervision(turn, now);
    }
  }
  for (const [channel, { since }] of [...state.open])
    if (!channels.has(channel) && since < settled) state.closeChannel(channel, turn.now);
  for (const channel of channels.values()) {
    const { channel: id } = channel;
    if (state.isWanted(id) || state.endedSince(id, asOf)) continue;
    // Ours, or of a call that has ended: its hang-up was lost.
    if (channel.ours || state.open.has(id)) turn.effect(id, { do: 'hangup', channel: id, cause: 'normal' });
    else arrived(turn, channel);
  }
  const wanted = new Set([...state.calls.values()].flatMap(wantedOf));
  for (const bridge of bridges.keys())
    if (!wanted.has(bridge)) turn.effect(bridge, { do: 'disconnect', bridge });
  for (const overhearing of snapshot.overhearings)
    if (!wanted.has(overhearing)) turn.effect(overhearing, { do: 'stopOverhearing', overhearing });
  releaseStrandedAgents(turn);
}

/** Feeds the call what it missed. Only what is older than `settled` (UTC ms) can be missed. */
function tellMissed(turn: Turn, call: Call, channels: Channels, settled: number, restarted: boolean): void {
  if (hasCaller(call) && !channels.has(call.channel) && call.phase.at !== 'left') {
    if (callerSince(call) >= settled) return;
    turn.tellCall(call, { type: 'CallerEnded', cause: restarted ? 'system-failure' : 'lost' });
  }
  for (const { id } of call.legs) {
    const now = turn.state.calls.get(call.id);
    const leg = now && legOf(now, id);
    if (!leg || leg.endedAt !== undefined || leg.plannedAt >= settled) continue;
    const seen = channels.get(id);
    // Whoever talked may have hung up as usual; nobody knows.
    const cause = isTalking(now.phase, leg.id) ? 'normal' : 'failure';
    if (!seen) turn.tellCall(now, { type: 'LegEnded', leg: leg.id, cause });
    else if (seen.state === 'up' && leg.answeredAt === undefined)
      turn.tellCall(now, { type: 'LegAnswered', leg: leg.id });
    else if (seen.state === 'ringing' && leg.ringingAt === undefined)
      turn.tellCall(now, { type: 'LegRinging', leg: leg.id });
  }
}

/** The names of the bridges and overhearings that a call needs. */
function wantedOf(call: Call): string[] {
  const presence = presenceOf(call);
  const heard = presence?.in === 'overhearing' ? [presence.overhearing] : [];
  return [...roomsOf(call).map(({ bridge }) => bridge), ...heard];
}

/** What a supervisor's leg missed. */
function tellMissedBySupervisor(turn: Turn, id: string, channels: Channels, settled: number): void {
  const call = turn.state.calls.get(id);
  const { leg, ringUntil } = call?.supervision ?? {};
  if (!call || !leg || leg.plannedAt >= settled) return;
  const seen = channels.get(leg.id);
  if (!seen) return turn.tellCall(call, { type: 'LegEnded', leg: leg.id, cause: 'normal' });
  if (seen.state === 'up' && ringUntil !== undefined)
    turn.tellCall(call, { type: 'LegAnswered', leg: leg.id });
}

/** Wherever a supervisor is, he may have been lost there. */
function takeUpSupervision(turn: Turn, call: Call): void {
  const presence = presenceOf(call);
  if (presence?.in === 'overhearing') {
    const { in: _where, ...request } = presence;
    turn.effect(call.id, { do: 'overhear', ...request });
  }
  if (presence?.in === 'room') {
    const { bridge, channels, leg } = presence;
    turn.effect(call.id, { do: 'connect', bridge, channels, leg });
  }
}

/** True when what was missed has just begun a step or a wait: whoever is there has been given all that belongs to it. */
function begun(before: Call, { cursor, phase }: Call): boolean {
  return phase.at === 'flow' ? cursor !== before.cursor : waits(phase) && !waits(before.phase);
}

/** After a gap the PBX may have lost what we had asked for: ask again. */
function takeUpAgain(turn: Turn, call: Call, bridges: ReadonlyMap<string, readonly string[]>): void {
  const { phase, id, channel } = call;
  const music = (name: string): void => turn.effect(id, { do: 'music', channel, class: name });
  switch (phase.at) {
    case 'flow':
      return turn.walk.repeat(call);
    case 'queued':
      return takeUpWaiting(turn, call);
    case 'offered':
    case 'dialing': {
      if (phase.at === 'offered') takeUpWaiting(turn, call);
      else music(phase.music);
      if (phase.confirmUntil === undefined) return;
      const { language } = call.facts;
      return turn.effect(id, { do: 'ask', leg: phase.leg, playback: questionOf(phase.leg), language });
    }
    case 'recording': {
      const { recording } = phase;
      turn.effect(id, { do: 'stopRecording', recording });
      // Its end may have been missed; what was said until now is kept all the same.
      return turn.tellCall(call, { type: 'RecordingEnded', recording, ...UNHEARD });
    }
    case 'held':
    case 'consulting': {
      // They may still hear each other: the hold was committed and not carried out.
      const apart = bridgeOf(phase.bridgeOf ?? phase.leg);
      if (bridges.has(apart)) turn.effect(id, { do: 'disconnect', bridge: apart });
      music(phase.music);
      if (phase.at === 'held') return;
      const { leg, ringUntil } = phase.consult;
      if (ringUntil === undefined) return joinAgain(turn, call, bridges);
      return turn.effect(id, { do: 'ringback', leg: phase.leg, playback: ringbackOf(leg) });
    }
    case 'calling':
      return turn.effect(id, { do: 'ringback', leg: phase.leg, playback: ringbackOf(channel) });
    case 'reaching':
      return;
    case 'connected':
    case 'conference':
    case 'left':
      return joinAgain(turn, call, bridges);
    case 'ended':
      return;
    default:
      return unreachable(phase);
  }
}

/** Those who should hear each other are connected, unless they are. */
function joinAgain(turn: Turn, call: Call, bridges: ReadonlyMap<string, readonly string[]>): void {
  const room = roomOf(call);
  if (!room) return;
  const members = bridges.get(room.bridge) ?? [];
  if (room.channels.every((channel) => members.includes(channel))) return;
  // What was to be stopped before it may go on.
  if (room.channels.includes(call.channel)) turn.effect(call.id, { do: 'stopMusic', channel: call.channel });
  turn.effect(call.id, { do: 'quiet', playbacks: playedTo(call) });
  turn.effect(call.id, { do: 'connect', ...room });
}

/** Whatever the legs of a call may have been played. */
function playedTo({ legs }: Call): string[] {
  return legs.flatMap(({ id, endedAt }) => (endedAt === undefined ? [ringbackOf(id), questionOf(id)] : []));
}

/** An agent whose call is over, though nobody told him, is set free. */
function releaseStrandedAgents(turn: Turn): void {
  for (const agent of turn.state.agents.values()) {
    const inHand = callInHand(agent);
    if (!inHand) continue;
    const leg = turn.state.calls.get(inHand.call)?.legs.find((one) => one.id === inHand.leg);
    if (leg && leg.endedAt === undefined) continue;
    const { at } = agent.state;
    if (at === 'reserved' || at === 'ringing')
      turn.tellAgent(agent, { type: 'OfferEnded', leg: inHand.leg, by: 'caller', reason: 'lost' });
    else turn.tellAgent(agent, { type: 'TalkEnded', leg: inHand.leg, wrapUpMs: 0 });
  }
}
