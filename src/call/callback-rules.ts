import type { Endpoint, HangupCause } from '../pbx/pbx.ts';
import type { Call, CallInput, EndCause, Phase } from './call.ts';
import type { CallEffect } from './call-effect.ts';
import { type Leg, outcomeOf } from './leg.ts';
import { closeLeg, legOf, type Outcome, ringbackOf, unanswered, withLeg } from './leg-rules.ts';
import { connecting } from './room.ts';

type Rules = (call: Call, input: CallInput, now: number) => Outcome;
type Calling = Call & { readonly phase: Extract<Phase, { at: 'calling' }> };

/** The leg to the customer in a call that we make to him, once he was dialled. */
export function customerLeg(call: Pick<Call, 'channel' | 'legs'>): Leg | undefined {
  return call.legs.find(({ id }) => id === call.channel);
}

/** False for a callback whose customer has not been dialled yet: there is no channel of his. */
export function hasCaller(call: Call): boolean {
  return call.callback === undefined || customerLeg(call) !== undefined;
}

/** Since when the caller's channel has been there, UTC ms. */
export function callerSince(call: Call): number {
  return customerLeg(call)?.plannedAt ?? call.startedAt;
}

/**
 * The rules of a call that we make to somebody who waited for it: an agent is rung as for anybody who waits; when he has taken it, the
 * customer is dialled; from his answer on it is a call like any other. What comes to nothing before that ends it: the callback goes on.
 * @param rules of every other call
 */
export function reduceCallback(call: Call, input: CallInput, now: number, rules: Rules): Outcome {
  const { phase } = call;
  const reached = customerLeg(call)?.answeredAt !== undefined;
  // Told once more, perhaps by a snapshot: he is the caller now, and no leg that comes late.
  if (reached && input.type === 'LegAnswered' && input.leg === call.channel) return [call, []];
  if (phase.at === 'calling') return whileCalling({ ...call, phase }, input, now, rules);
  const [next, effects] = rules(call, input, now);
  if (!reached && next.phase.at === 'connected') return dial({ ...next, phase: next.phase }, effects, now);
  if (!reached && (next.phase.at === 'queued' || next.phase.at === 'flow')) {
    const kept = effects.filter((effect) => effect.do !== 'takeExit' && effect.do !== 'music');
    const [over, more] = rules(next, { type: 'HungUp' }, now);
    return [over, [...kept, ...more]];
  }
  return [next.phase.at === 'ended' ? withAnswer(next) : next, effects];
}

/** An agent has taken it. @param taken effects of being connected, of which only what he is told counts */
function dial(
  call: Call & { readonly phase: Extract<Phase, { at: 'connected' }> },
  taken: readonly CallEffect[],
  now: number,
): Outcome {
  const { ringMs = 0, phone } = call.callback ?? {};
  const to: Endpoint =
    phone === undefined ? { kind: 'outside', number: call.ani } : { kind: 'phone', extension: phone };
  const leg: Leg = { id: call.channel, to, plannedAt: now };
  const { place } = call.phase;
  const phase: Phase = {
    at: 'calling',
    leg: call.phase.leg,
    until: now + ringMs,
    ...(place && { place }),
  };
  const { connectedAt: _notYet, ...unconnected } = call;
  return [
    { ...unconnected, legs: [...call.legs, leg], phase },
    [
      ...taken.filter((effect) => effect.do === 'tell' || effect.do === 'quiet'),
      { do: 'ringback', leg: call.phase.leg, playback: ringbackOf(leg.id) },
      // The PBX lets it ring a little longer than we do, for the time when we are not there.
      { do: 'originate', leg, ringMs: ringMs + (call.outbound?.minRingMs ?? 0) },
    ],
  ];
}

function whileCalling(call: Calling, input: CallInput, now: number, rules: Rules): Outcome {
  const { phase, channel } = call;
  switch (input.type) {
    case 'LegRinging': {
      const [ringing, effects] = rules(call, input, now);
      // From the first ring on he has the time that the law gives him. Told once more, it has rung since then.
      if (ringing === call || input.leg !== channel) return [ringing, effects];
      const until = Math.max(phase.until, now + (call.outbound?.minRingMs ?? 0));
      return [{ ...ringing, phase: { ...phase, until } }, effects];
    }
    case 'LegAnswered':
      return input.leg === channel ? answered(call, now) : [call, []];
    case 'LegEnded':
    case 'LegRefused':
      if (input.leg === phase.leg) return agentLeft(call, now, rules);
      // The agent's page was loaded anew, and another leg took this one's place.
      if (input.leg !== channel) return [call, []];
      return customerGone(call, input.type === 'LegEnded' ? input.cause : 'failure', now, rules);
    case 'CallerEnded':
      return customerGone(call, isCause(input.cause) ? input.cause : 'failure', now, rules);
    case 'TimeUp': {
      const leg = customerLeg(call);
      if (!leg || now < phase.until) return [call, []];
      const [closed] = closeLeg(call, leg, { outcome: unanswered(leg) }, now);
      const [over, effects] = rules(closed, { type: 'HungUp' }, now);
      return [over, effects];
    }
    default:
      return rules(call, input, now);
  }
}

function answered(call: Calling, now: number): Outcome {
  const { leg, place, maxTalkMs } = call.phase;
  const talking: Call = {
    ...withLeg(call, call.channel, (one) => ({ ...one, answeredAt: one.answeredAt ?? now })),
    connectedAt: now,
    phase: {
      at: 'connected',
      leg,
      since: now,
      ...(place && { place }),
      ...(maxTalkMs !== undefined && { until: now + maxTalkMs }),
    },
  };
  return [talking, [{ do: 'quiet', playbacks: [ringbackOf(call.channel)] }, ...connecting(talking)]];
}

/** He is busy, does not answer, cannot be reached. */
function customerGone(
  call: Calling,
  cause: Parameters<typeof outcomeOf>[1],
  now: number,
  rules: Rules,
): Outcome {
  const leg = customerLeg(call);
  if (!leg || leg.endedAt !== undefined) return [call, []];
  const [closed] = closeLeg(call, leg, { outcome: outcomeOf(leg, cause), cause }, now);
  return rules(closed, { type: 'HungUp' }, now);
}

/** The agent does not wait for the answer. */
function agentLeft(call: Calling, now: number, rules: Rules): Outcome {
  const leg = legOf(call, call.phase.leg);
  if (!leg || leg.endedAt !== undefined) return [call, []];
  const [closed, one] = closeLeg(call, leg, { outcome: 'answered', cause: 'normal' }, now);
  const [over, effects] = rules(closed, { type: 'HungUp' }, now);
  return [over, [...effects, { do: 'release', leg: one, talked: true }]];
}

/** Whoever has talked with us has answered, also where his hanging up ended the call. */
export function withAnswer(call: Call): Call {
  const leg = customerLeg(call);
  if (leg?.answeredAt === undefined || leg.outcome !== 'cancelled') return call;
  return withLeg(call, leg.id, (one) => ({ ...one, outcome: 'answered', cause: 'normal' }));
}

/** True for a cause that the network told. */
export function isCause(cause: EndCause): cause is HangupCause {
  return cause !== 'lost' && cause !== 'system-failure';
}
