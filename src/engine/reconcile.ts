import type { Call } from '../call/call.ts';
import { bridgeOf } from '../call/leg.ts';
import type { PbxSnapshot } from '../pbx/pbx.ts';
import type { EngineInput } from './input.ts';
import type { Turn } from './turn.ts';

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
  for (const call of [...state.calls.values()]) {
    const whole = afterMiss(turn, call, channels, settled, restarted);
    if (whole && afterGap && call.startedAt < asOf) takeUpAgain(turn, call, bridges);
  }
  for (const [channel, { since }] of [...state.open])
    if (!channels.has(channel) && since < settled) state.closeChannel(channel, turn.now);
  for (const channel of channels.values()) {
    const { channel: id } = channel;
    if (state.isWanted(id) || state.endedSince(id, asOf)) continue;
    // Ours, or of a call that has ended: its hang-up was lost.
    if (channel.ours || state.open.has(id)) turn.effect(id, { do: 'hangup', channel: id, cause: 'normal' });
    else turn.arrived(channel);
  }
  const wanted = new Set(
    [...state.calls.values()].flatMap(({ phase }) => (phase.at === 'connected' ? [bridgeOf(phase.leg)] : [])),
  );
  for (const bridge of bridges.keys())
    if (!wanted.has(bridge)) turn.effect(bridge, { do: 'disconnect', bridge });
  releaseStrandedAgents(turn);
}

/** Feeds the call what it missed. True when it missed nothing. Only what is older than `settled` (UTC ms) can be missed. */
function afterMiss(turn: Turn, call: Call, channels: Channels, settled: number, restarted: boolean): boolean {
  if (!channels.has(call.channel)) {
    if (call.startedAt >= settled) return true;
    turn.tellCall(call, { type: 'CallerEnded', cause: restarted ? 'system-failure' : 'lost' });
    return false;
  }
  for (const leg of call.legs) {
    if (leg.endedAt !== undefined || leg.plannedAt >= settled) continue;
    const now = turn.state.calls.get(call.id) ?? call;
    const seen = channels.get(leg.id);
    if (!seen) turn.tellCall(now, { type: 'LegEnded', leg: leg.id, cause: 'failure' });
    else if (seen.state === 'up' && leg.answeredAt === undefined)
      turn.tellCall(now, { type: 'LegAnswered', leg: leg.id });
  }
  return turn.state.calls.get(call.id) === call;
}

/** After a gap the PBX may have lost what we had asked for: ask again. */
function takeUpAgain(turn: Turn, call: Call, bridges: ReadonlyMap<string, readonly string[]>): void {
  switch (call.phase.at) {
    case 'flow':
      return turn.walk.repeat(call);
    case 'queued':
    case 'offered':
    case 'dialing':
      return turn.effect(call.id, { do: 'music', channel: call.channel, class: call.phase.music });
    case 'recording': {
      const { recording } = call.phase;
      turn.effect(call.id, { do: 'stopRecording', recording });
      // Its end may have been missed; what was said until now is kept all the same.
      return turn.tellCall(call, { type: 'RecordingEnded', recording, ...UNHEARD });
    }
    case 'connected': {
      const { leg } = call.phase;
      const bridge = bridgeOf(leg);
      const members = bridges.get(bridge) ?? [];
      const both = [call.channel, leg];
      if (!both.every((member) => members.includes(member)))
        turn.effect(call.id, { do: 'connect', bridge, leg, channels: both });
      return;
    }
    default:
      return;
  }
}

/** An agent whose call is over, though nobody told him, is set free. */
function releaseStrandedAgents(turn: Turn): void {
  for (const agent of turn.state.agents.values()) {
    const { state } = agent;
    if (state.at !== 'offered' && state.at !== 'talking') continue;
    const leg = turn.state.calls.get(state.call)?.legs.find((one) => one.id === state.leg);
    if (leg && leg.endedAt === undefined) continue;
    if (state.at === 'offered')
      turn.tellAgent(agent, { type: 'OfferEnded', leg: state.leg, by: 'caller', reason: 'lost' });
    else turn.tellAgent(agent, { type: 'TalkEnded', leg: state.leg, wrapUpMs: 0 });
  }
}
