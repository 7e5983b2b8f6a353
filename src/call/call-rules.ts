import { unreachable } from '../base/errors.ts';
import type { HangupCause } from '../pbx/pbx.ts';
import type { Call, CallInput, EndCause, HandOver, Phase } from './call.ts';
import type { CallEffect } from './call-effect.ts';
import { reduceCallback } from './callback-rules.ts';
import { reduceDirected } from './direct-rules.ts';
import { type Leg, type LegOutcome, outcomeOf } from './leg.ts';
import { closeLeg, isGone, legOf, type Outcome, withLeg } from './leg-rules.ts';
import { reduceOutbound } from './outbound-rules.ts';
import { reducePagePhone } from './page-phone-rules.ts';
import { leaveQueue, waitOf } from './queue-rules.ts';
import {
  answered,
  beginDialling,
  cancelRinging,
  leaveRinging,
  offered,
  pressed,
  rungLegEnded,
} from './ring-rules.ts';
import { isTalk, isTalking, roomOf } from './room.ts';
import { release, talkedUntil } from './talk-effects.ts';
import { callerLeft, connectFailed, leavesTwo, overdue, talkLegEnded } from './talk-ends.ts';
import { reduceTalk } from './talk-rules.ts';
import { holdsMessage } from './voicemail.ts';

/** How long after its longest time a recording may take to say that it ended, ms. */
const RECORDING_GRACE_MS = 5000;

/**
 * The rules of a call. What is told and does not fit the phase changes nothing: it is late, not wrong. What an agent asks for and does
 * not fit is refused.
 * @param now UTC ms
 * @throws Refused see `reduceTalk`
 */
export function reduceCall(call: Call, input: CallInput, now: number): Outcome {
  if (call.phase.at === 'ended') return lateForEnded(call, input);
  return reducePagePhone(call, input, now, reduceByKind);
}

function reduceByKind(call: Call, input: CallInput, now: number): Outcome {
  if (call.callback) return reduceCallback(call, input, now, reduceOrdinary);
  return call.outbound ? reduceOutbound(call, input, now, reduceOrdinary) : reduceOrdinary(call, input, now);
}

function reduceOrdinary(call: Call, input: CallInput, now: number): Outcome {
  switch (input.type) {
    case 'HandedOver':
      return call.phase.at === 'flow' ? begin(call, input.request, input.agent, now) : [call, []];
    case 'Offered':
      return offered(call, input, now);
    case 'LegRinging':
      return rings(call, input.leg, now);
    case 'LegAnswered':
      return answered(call, input.leg, now);
    case 'LegPressed':
      return pressed(call, input.leg, input.digit, now);
    case 'LegEnded':
      return legEnded(call, input.leg, (leg) => outcomeOf(leg, input.cause, input.sipCode), input, now);
    case 'LegRefused':
      return legEnded(call, input.leg, () => (input.unreachable ? 'unreachable' : 'failed'), {}, now);
    case 'ConnectFailed':
      return connectFailed(call, input.leg, now);
    case 'RecordingEnded':
      return recorded(call, input);
    case 'PhoneLeft':
    case 'PhoneCame':
    case 'Rejoin':
      return [call, []];
    case 'MovedToQueue':
    case 'KeptFor':
    case 'PutFirst':
      return reduceDirected(call, input, now);
    case 'LeftQueue':
      return call.phase.at === 'offered'
        ? leaveRinging(call, input.exit, now)
        : leaveQueue(call, input.exit, now);
    case 'CallerEnded':
      return callerEnded(call, input.cause, now);
    case 'HungUp': {
      const [gone, effects] = ended(call, 'carillon', 'normal', now);
      return [gone, [...effects, { do: 'hangup', channel: call.channel, cause: 'normal' }]];
    }
    case 'NotDialled': {
      const { outbound } = call;
      const undialled = outbound ? { ...call, outbound: { ...outbound, undialled: true as const } } : call;
      return reduceOrdinary(undialled, { type: 'HungUp' }, now);
    }
    case 'TimeUp':
      return timeUp(call, now);
    case 'LetGo':
      return [call, []];
    case 'Hold':
    case 'Resume':
    case 'Transfer':
    case 'TransferToQueue':
    case 'Consult':
    case 'Complete':
    case 'Cancel':
    case 'Confer':
      return reduceTalk(call, input, now);
    default:
      return unreachable(input);
  }
}

function begin(call: Call, request: HandOver, agent: string | undefined, now: number): Outcome {
  switch (request.kind) {
    case 'queue': {
      const { queue, maxWaitMs, music, wishes, expectedMs, overflow = [] } = request;
      const place = {
        queue,
        since: now,
        until: now + maxWaitMs,
        music,
        ...(wishes && { wishes }),
        ...(expectedMs !== undefined && { expectedMs }),
        ...(overflow.length > 0 && {
          overflow: overflow.map((one) => ({ at: now + one.afterMs, queue: one.queue })),
        }),
      };
      return [
        { ...call, phase: { at: 'queued', ...place }, facts: { ...call.facts, queue } },
        [{ do: 'music', class: music }],
      ];
    }
    case 'record': {
      const { recording, maxMs } = request;
      const phase: Phase = { at: 'recording', recording, until: now + maxMs + RECORDING_GRACE_MS };
      return [{ ...call, phase }, [{ do: 'record', recording, maxMs }]];
    }
    case 'dial':
      return beginDialling(call, request, agent, now);
    default:
      return unreachable(request);
  }
}

/** From now on others help him too. */
function helped(call: Call, phase: Phase & { at: 'queued' }, now: number): Call {
  const { overflow = [] } = phase;
  const left = overflow.filter(({ at }) => at > now);
  return left.length === overflow.length ? call : { ...call, phase: { ...phase, overflow: left } };
}

function rings(call: Call, legId: string, now: number): Outcome {
  const leg = legOf(call, legId);
  if (!leg || leg.ringingAt !== undefined) return [call, []];
  const ringing = withLeg(call, legId, () => ({ ...leg, ringingAt: now }));
  return [ringing, leg.endedAt === undefined ? [{ do: 'tell', leg, what: 'Ring' }] : []];
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
  const { phase } = call;
  const leg = legOf(call, legId);
  if (!leg || leg.endedAt !== undefined) return [call, []];
  if (!isTalking(phase, legId)) return rungLegEnded(call, leg, reason, how, now);
  if (isTalk(phase)) return talkLegEnded({ ...call, phase }, leg, how, now);
  return phase.at === 'left' ? lastEnded(call, phase, leg, how, now) : [call, []];
}

/** Of the two whom the caller left, one goes: the call is over, and ended as the caller ended it. */
function lastEnded(
  call: Call,
  phase: Phase & { at: 'left' },
  leg: Leg,
  { cause, sipCode }: { readonly cause?: HangupCause; readonly sipCode?: number },
  now: number,
): Outcome {
  const [closed, one] = closeLeg(call, leg, { outcome: 'answered', cause, sipCode }, now);
  const [over, effects] = ended(closed, 'caller', phase.cause, now);
  return [over, [...effects, release(one, true, isGone(leg, cause))]];
}

/** Ends what has lasted as long as it may. */
function timeUp(call: Call, now: number): Outcome {
  const { phase } = call;
  if (isTalk(phase)) {
    const leg = legOf(call, overdue(phase, now) ?? '');
    if (!leg) return [call, []];
    return isTalking(phase, leg.id)
      ? cut(talkLegEnded({ ...call, phase }, leg, { cause: 'normal' }, now), leg.id)
      : cancelRinging(call, leg.id, now);
  }
  switch (phase.at) {
    case 'queued':
      return now >= phase.until ? leaveQueue(call, 'timeout', now) : [helped(call, phase, now), []];
    case 'dialing':
    case 'offered':
      return cancelRinging(call, phase.leg, now);
    case 'left':
      return now >= (phase.until ?? Number.POSITIVE_INFINITY)
        ? ended(call, 'caller', phase.cause, now)
        : [call, []];
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
function cut([over, effects]: Outcome, leg: string): Outcome {
  return [over, [{ do: 'hangup', channel: leg, cause: 'normal' }, ...effects]];
}

function callerEnded(call: Call, cause: EndCause, now: number): Outcome {
  const { phase } = call;
  // It ended before theirs.
  if (phase.at === 'left') return [call, []];
  if (cause === 'system-failure') return ended(call, 'carillon', cause, now);
  return leavesTwo(phase) ? callerLeft({ ...call, phase }, cause, now) : ended(call, 'caller', cause, now);
}

function ended(call: Call, endedBy: 'caller' | 'carillon', endCause: EndCause, now: number): Outcome {
  const { phase } = call;
  const room = roomOf(call);
  const effects: CallEffect[] = [{ do: 'stopFlow' }];
  if (room) effects.push({ do: 'disconnect', bridge: room.bridge });
  const legs = call.legs.map((leg) => {
    if (leg.endedAt !== undefined) return leg;
    const talked = isTalking(phase, leg.id);
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
  const waits = phase.at === 'queued' || phase.at === 'offered';
  return [
    {
      ...call,
      legs,
      phase: { at: 'ended' },
      waitedMs: call.waitedMs + (waits ? waitOf(phase, now) : 0),
      talkedMs: isTalk(phase) ? talkedUntil({ ...call, phase }, now) : call.talkedMs,
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
