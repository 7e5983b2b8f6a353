import { unreachable } from '../base/errors.ts';
import type { HangupCause } from '../pbx/pbx.ts';
import type { Call, CallEffect, CallInput, EndCause, HandOver, Phase, Place } from './call.ts';
import { dialExit, type Leg, type LegOutcome, outcomeOf } from './leg.ts';
import { holdsMessage } from './voicemail.ts';

/** How long after its longest time a recording may take to say that it ended, ms. */
const RECORDING_GRACE_MS = 5000;

type Outcome = readonly [Call, readonly CallEffect[]];

/**
 * The rules of a call. Inputs that do not fit the phase change nothing: they are late, not wrong.
 * @param now UTC ms
 */
export function reduceCall(call: Call, input: CallInput, now: number): Outcome {
  if (call.phase.at === 'ended') return lateForEnded(call, input);
  switch (input.type) {
    case 'HandedOver':
      return call.phase.at === 'flow' ? begin(call, input.request, input.agent, now) : [call, []];
    case 'Offered':
      return offered(call, input, now);
    case 'LegRinging':
      return [withLeg(call, input.leg, (leg) => ({ ...leg, ringingAt: leg.ringingAt ?? now })), []];
    case 'LegAnswered':
      return answered(call, input.leg, now);
    case 'LegEnded':
      return legEnded(call, input.leg, (leg) => outcomeOf(leg, input.cause, input.sipCode), input, now);
    case 'LegRefused':
      return legEnded(call, input.leg, () => (input.unreachable ? 'unreachable' : 'failed'), {}, now);
    case 'ConnectFailed':
      return connectFailed(call, input.leg, now);
    case 'RecordingEnded':
      return recorded(call, input);
    case 'LeftQueue':
      return call.phase.at === 'queued' ? leaveQueue(call, input.exit, now) : [call, []];
    case 'CallerEnded':
      return ended(call, input.cause === 'system-failure' ? 'carillon' : 'caller', input.cause, now);
    case 'HungUp': {
      const [gone, effects] = ended(call, 'carillon', 'normal', now);
      return [gone, [...effects, { do: 'hangup', channel: call.channel, cause: 'normal' }]];
    }
    case 'TimeUp':
      return timeUp(call, now);
    default:
      return unreachable(input);
  }
}

function begin(call: Call, request: HandOver, agent: string | undefined, now: number): Outcome {
  if (request.kind === 'queue') {
    const { queue, maxWaitMs, music } = request;
    const phase: Phase = { at: 'queued', queue, since: now, until: now + maxWaitMs, music };
    return [{ ...call, phase, facts: { ...call.facts, queue } }, [{ do: 'music', class: music }]];
  }
  if (request.kind === 'record') {
    const { recording, maxMs } = request;
    const phase: Phase = { at: 'recording', recording, until: now + maxMs + RECORDING_GRACE_MS };
    return [{ ...call, phase }, [{ do: 'record', recording, maxMs }]];
  }
  const leg: Leg = { id: request.leg, to: request.to, agent, plannedAt: now };
  return [
    {
      ...call,
      legs: [...call.legs, leg],
      phase: {
        at: 'dialing',
        leg: leg.id,
        until: now + request.ringMs,
        music: request.music,
        ...(request.maxTalkMs !== undefined && { maxTalkMs: request.maxTalkMs }),
      },
    },
    [
      { do: 'music', class: request.music },
      { do: 'originate', leg, ringMs: request.ringMs },
    ],
  ];
}

function offered(call: Call, input: CallInput & { type: 'Offered' }, now: number): Outcome {
  if (call.phase.at !== 'queued') return [call, []];
  const place = placeOf(call.phase);
  const leg: Leg = {
    id: input.leg,
    to: { kind: 'phone', extension: input.extension },
    agent: input.agent,
    queue: place.queue,
    plannedAt: now,
  };
  const phase: Phase = { at: 'offered', ...place, leg: leg.id, ringUntil: now + input.ringMs };
  return [{ ...call, legs: [...call.legs, leg], phase }, [{ do: 'originate', leg, ringMs: input.ringMs }]];
}

function answered(call: Call, legId: string, now: number): Outcome {
  const { phase } = call;
  const awaited = (phase.at === 'dialing' || phase.at === 'offered') && phase.leg === legId;
  const updated = withLeg(call, legId, (leg) => ({ ...leg, answeredAt: leg.answeredAt ?? now }));
  if (!awaited) {
    const late = phase.at === 'connected' && phase.leg === legId;
    return [updated, late ? [] : [{ do: 'hangup', channel: legId, cause: 'cancelled' }]];
  }
  const agentId = updated.legs.find((leg) => leg.id === legId)?.agent;
  return [
    {
      ...updated,
      phase: {
        at: 'connected',
        leg: legId,
        since: now,
        ...(phase.at === 'offered' ? { place: placeOf(phase) } : {}),
        ...(phase.at === 'dialing' && phase.maxTalkMs !== undefined ? { until: now + phase.maxTalkMs } : {}),
      },
      connectedAt: call.connectedAt ?? now,
      waitedMs: call.waitedMs + (phase.at === 'offered' ? now - phase.since : 0),
      facts: agentId === undefined ? call.facts : { ...call.facts, agentId },
    },
    [{ do: 'stopMusic' }, { do: 'connect', leg: legId }],
  ];
}

/** The caller goes back to where he was, as if that leg had never answered. */
function connectFailed(call: Call, legId: string, now: number): Outcome {
  const { phase } = call;
  if (phase.at !== 'connected' || phase.leg !== legId) return [call, []];
  const updated = withLeg(call, legId, (leg) => ({ ...leg, endedAt: now, outcome: 'failed' }));
  const closed = updated.legs.find((leg) => leg.id === legId) as Leg;
  const effects: CallEffect[] = [
    { do: 'disconnect', leg: legId },
    { do: 'hangup', channel: legId, cause: 'failure' },
    { do: 'release', leg: closed, talked: false },
  ];
  const connectedAt = call.connectedAt === phase.since ? undefined : call.connectedAt;
  if (!phase.place)
    return [
      { ...updated, connectedAt, phase: { at: 'flow' } },
      [...effects, { do: 'takeExit', exit: 'failed' }],
    ];
  const waitedMs = call.waitedMs - (phase.since - phase.place.since);
  return [{ ...updated, connectedAt, waitedMs, phase: { at: 'queued', ...phase.place } }, effects];
}

function placeOf({ queue, since, until, music }: Place): Place {
  return { queue, since, until, music };
}

function recorded(call: Call, input: CallInput & { type: 'RecordingEnded' }): Outcome {
  if (call.phase.at !== 'recording' || call.phase.recording !== input.recording) return [call, []];
  const exit = input.outcome === 'failed' ? 'failed' : holdsMessage(input) ? 'kept' : 'empty';
  return [{ ...call, phase: { at: 'flow' } }, [{ do: 'takeExit', exit }]];
}

function legEnded(
  call: Call,
  legId: string,
  reason: (leg: Leg) => LegOutcome,
  how: { readonly cause?: HangupCause; readonly sipCode?: number },
  now: number,
): Outcome {
  const leg = call.legs.find((one) => one.id === legId);
  if (!leg || leg.endedAt !== undefined) return [call, []];
  const talked = call.phase.at === 'connected' && call.phase.leg === legId;
  // A leg that we cancelled at its time limit ends as 'cancelled' in the PBX, and as what we noted in our records.
  const outcome: LegOutcome = talked ? 'answered' : (leg.outcome ?? reason(leg));
  const closed: Leg = { ...leg, endedAt: now, cause: how.cause, sipCode: how.sipCode, outcome };
  const updated = withLeg(call, legId, () => closed);
  const release: CallEffect = { do: 'release', leg: closed, talked };
  switch (call.phase.at) {
    case 'connected': {
      if (!talked) return [updated, [release]];
      const talkedMs = call.talkedMs + (now - call.phase.since);
      return [
        { ...updated, talkedMs, phase: { at: 'flow' } },
        [{ do: 'disconnect', leg: legId }, release, { do: 'takeExit', exit: 'done' }],
      ];
    }
    case 'dialing':
      if (call.phase.leg !== legId) return [updated, [release]];
      return [
        { ...updated, phase: { at: 'flow' } },
        [{ do: 'stopMusic' }, release, { do: 'takeExit', exit: dialExit(outcome) }],
      ];
    case 'offered': {
      if (call.phase.leg !== legId) return [updated, [release]];
      return [{ ...updated, phase: { at: 'queued', ...placeOf(call.phase) } }, [release]];
    }
    default:
      return [updated, [release]];
  }
}

/** Ends the wait for a leg at its time limit: noted first, so that the record says why, then cancelled in the PBX. */
function timeUp(call: Call, now: number): Outcome {
  const { phase } = call;
  switch (phase.at) {
    case 'queued':
      return now >= phase.until ? leaveQueue(call, 'timeout', now) : [call, []];
    case 'dialing':
      return now >= phase.until ? cancelLeg(call, phase.leg, now) : [call, []];
    case 'offered':
      if (now >= phase.until) return giveUpOffer(call, phase, now);
      return now >= phase.ringUntil ? cancelLeg(call, phase.leg, now) : [call, []];
    case 'connected':
      return now >= (phase.until ?? Number.POSITIVE_INFINITY) ? endTalk(call, phase.leg, now) : [call, []];
    case 'recording':
      if (now < phase.until) return [call, []];
      return [
        { ...call, phase: { at: 'flow' } },
        [
          { do: 'stopRecording', recording: phase.recording },
          { do: 'takeExit', exit: 'failed' },
        ],
      ];
    default:
      return [call, []];
  }
}

/** A talk has lasted as long as it may. */
function endTalk(call: Call, legId: string, now: number): Outcome {
  const [closed, effects] = legEnded(call, legId, unanswered, { cause: 'normal' }, now);
  return [closed, [{ do: 'hangup', channel: legId, cause: 'normal' }, ...effects]];
}

function cancelLeg(call: Call, legId: string, now: number): Outcome {
  const [closed, effects] = legEnded(call, legId, unanswered, {}, now);
  return [closed, [{ do: 'hangup', channel: legId, cause: 'cancelled' }, ...effects]];
}

/** A phone that never even rang is no fault of whoever sits there. */
function unanswered(leg: Leg): LegOutcome {
  return leg.ringingAt === undefined ? 'failed' : 'no-answer';
}

/** The caller's time is up while a phone rings: no fault of the agent's. */
function giveUpOffer(call: Call, phase: Phase & { at: 'offered' }, now: number): Outcome {
  const [back, effects] = legEnded(call, phase.leg, () => 'cancelled', {}, now);
  const [left, more] = leaveQueue(back, 'timeout', now);
  return [left, [{ do: 'hangup', channel: phase.leg, cause: 'cancelled' }, ...effects, ...more]];
}

function leaveQueue(call: Call, exit: string, now: number): Outcome {
  const waitedMs = call.phase.at === 'queued' ? call.waitedMs + (now - call.phase.since) : call.waitedMs;
  return [{ ...call, waitedMs, phase: { at: 'flow' } }, [{ do: 'stopMusic' }, { do: 'takeExit', exit }]];
}

function ended(call: Call, endedBy: 'caller' | 'carillon', endCause: EndCause, now: number): Outcome {
  const { phase } = call;
  const effects: CallEffect[] = [{ do: 'stopFlow' }];
  if (phase.at === 'connected') effects.push({ do: 'disconnect', leg: phase.leg });
  const legs = call.legs.map((leg) => {
    if (leg.endedAt !== undefined) return leg;
    const talked = phase.at === 'connected' && phase.leg === leg.id;
    const closed: Leg = {
      ...leg,
      endedAt: now,
      outcome: talked ? 'answered' : 'cancelled',
      cause: talked ? 'normal' : 'cancelled',
    };
    effects.push(
      { do: 'hangup', channel: leg.id, cause: talked ? 'normal' : 'cancelled' },
      { do: 'release', leg: closed, talked },
    );
    return closed;
  });
  const waiting = phase.at === 'queued' || phase.at === 'offered';
  return [
    {
      ...call,
      legs,
      phase: { at: 'ended' },
      waitedMs: call.waitedMs + (waiting ? now - phase.since : 0),
      talkedMs: call.talkedMs + (phase.at === 'connected' ? now - phase.since : 0),
      endedAt: now,
      endedBy,
      endCause,
    },
    effects,
  ];
}

/** A leg that answers after everything is over must not stay up alone. */
function lateForEnded(call: Call, input: CallInput): Outcome {
  return input.type === 'LegAnswered'
    ? [call, [{ do: 'hangup', channel: input.leg, cause: 'cancelled' }]]
    : [call, []];
}

function withLeg(call: Call, id: string, change: (leg: Leg) => Leg): Call {
  return { ...call, legs: call.legs.map((leg) => (leg.id === id ? change(leg) : leg)) };
}
