import type { HangupCause } from '../pbx/pbx.ts';
import type { Call, CallInput, HandOver, Phase } from './call.ts';
import { consultAnswered, consultOver } from './consult-rules.ts';
import { dialExit, type Leg, type LegOutcome } from './leg.ts';
import {
  closeLeg,
  legOf,
  needsConfirming,
  type Outcome,
  questionOf,
  unanswered,
  withLeg,
} from './leg-rules.ts';
import { backToFront, leaveQueue, placeOf, waitOf } from './queue-rules.ts';
import { connecting, isTalking } from './room.ts';

/** Whoever answers elsewhere has so long to press the key, ms. */
const CONFIRM_MS = 10_000;
/** The key that takes a call. */
const TAKES = '1';

type Rung = Call & { readonly phase: Extract<Phase, { at: 'dialing' | 'offered' }> };

export function beginDialling(
  call: Call,
  { leg: id, to, ringMs, music, maxTalkMs }: HandOver & { kind: 'dial' },
  agent: string | undefined,
  now: number,
): Outcome {
  const leg: Leg = { id, to, plannedAt: now, ...(agent !== undefined && { agent }) };
  const phase: Phase = {
    at: 'dialing',
    leg: id,
    until: now + ringMs,
    music,
    ...(maxTalkMs !== undefined && { maxTalkMs }),
  };
  return [
    { ...call, legs: [...call.legs, leg], phase },
    [
      { do: 'music', class: music },
      { do: 'originate', leg, ringMs },
    ],
  ];
}

export function offered(call: Call, input: CallInput & { type: 'Offered' }, now: number): Outcome {
  if (call.phase.at !== 'queued') return [call, []];
  const place = placeOf(call.phase);
  const { leg: id, to, agent, ringMs, maxTalkMs } = input;
  const leg: Leg = { id, to, agent, queue: place.queue, plannedAt: now };
  const phase: Phase = {
    at: 'offered',
    ...place,
    leg: id,
    ringUntil: now + ringMs,
    ...(maxTalkMs !== undefined && { maxTalkMs }),
  };
  return [{ ...call, legs: [...call.legs, leg], phase }, [{ do: 'originate', leg, ringMs }]];
}

/** A leg was answered: by whom it was rung for, by a mailbox perhaps, or too late. */
export function answered(call: Call, legId: string, now: number): Outcome {
  const updated = withLeg(call, legId, (leg) => ({ ...leg, answeredAt: leg.answeredAt ?? now }));
  const leg = legOf(updated, legId);
  const { phase } = updated;
  if (leg && phase.at === 'consulting' && phase.consult.leg === legId && phase.consult.ringUntil)
    return consultAnswered({ ...updated, phase }, leg, now);
  const awaited = (phase.at === 'dialing' || phase.at === 'offered') && phase.leg === legId;
  if (!leg || !awaited) {
    const late = isTalking(phase, legId);
    return [updated, late ? [] : [{ do: 'hangup', channel: legId, cause: 'cancelled' }]];
  }
  if (!needsConfirming(leg)) return taken({ ...updated, phase }, leg, now);
  if (phase.confirmUntil !== undefined) return [updated, []];
  const { language } = call.facts;
  return [
    { ...updated, phase: { ...phase, confirmUntil: now + CONFIRM_MS } },
    [{ do: 'ask', leg: legId, playback: questionOf(legId), language }],
  ];
}

/** Only the right key takes a call: whatever else a mailbox may send means nothing. */
export function pressed(call: Call, legId: string, digit: string, now: number): Outcome {
  const { phase } = call;
  const leg = legOf(call, legId);
  if (!leg || digit !== TAKES) return [call, []];
  if ((phase.at !== 'dialing' && phase.at !== 'offered') || phase.leg !== legId) return [call, []];
  if (phase.confirmUntil === undefined || now >= phase.confirmUntil) return [call, []];
  const [connected, effects] = taken({ ...call, phase }, leg, now);
  return [connected, [{ do: 'quiet', playbacks: [questionOf(legId)] }, ...effects]];
}

function taken(call: Rung, leg: Leg, now: number): Outcome {
  const { phase } = call;
  const place = phase.at === 'offered' ? placeOf(phase) : phase.place;
  const connected: Call = {
    ...call,
    phase: {
      at: 'connected',
      leg: leg.id,
      since: now,
      ...(place && { place }),
      ...(phase.maxTalkMs !== undefined && { until: (leg.answeredAt ?? now) + phase.maxTalkMs }),
    },
    connectedAt: call.connectedAt ?? now,
    waitedMs: call.waitedMs + (phase.at === 'offered' ? waitOf(phase, now) : 0),
    facts: leg.agent === undefined ? call.facts : { ...call.facts, agentId: leg.agent },
  };
  return [connected, [{ do: 'tell', leg, what: 'Answer' }, { do: 'stopMusic' }, ...connecting(connected)]];
}

/** A leg ended that nobody talked on. */
export function rungLegEnded(
  call: Call,
  leg: Leg,
  reason: (leg: Leg) => LegOutcome,
  { cause, sipCode }: { readonly cause?: HangupCause | undefined; readonly sipCode?: number | undefined },
  now: number,
): Outcome {
  // A leg that we cancelled at its time limit ends as 'cancelled' in the PBX, and as what we noted in our records.
  const outcome = leg.outcome ?? reason(leg);
  const [updated, closed] = closeLeg(call, leg, { outcome, cause, sipCode }, now);
  const release = { do: 'release', leg: closed, talked: false } as const;
  const { phase } = updated;
  if (phase.at === 'consulting' && phase.consult.leg === leg.id) {
    const [held, effects] = consultOver({ ...updated, phase });
    return [held, [...effects, release]];
  }
  if ((phase.at !== 'dialing' && phase.at !== 'offered') || phase.leg !== leg.id) return [updated, [release]];
  if (phase.at === 'offered') return [{ ...updated, phase: { at: 'queued', ...placeOf(phase) } }, [release]];
  if (phase.place) {
    const [back, effects] = backToFront(updated, phase.place, now);
    return [back, [release, ...effects]];
  }
  return [
    { ...updated, phase: { at: 'flow' } },
    [{ do: 'stopMusic' }, release, { do: 'takeExit', exit: dialExit(outcome) }],
  ];
}

/** Ends the wait for a leg at its time limit: noted first, so that the record says why, then cancelled in the PBX. */
export function cancelRinging(call: Call, legId: string, now: number): Outcome {
  const { phase } = call;
  switch (phase.at) {
    case 'dialing':
      return now >= (phase.confirmUntil ?? phase.until)
        ? cancelLeg(call, legId, unanswered, now)
        : [call, []];
    case 'consulting':
      return cancelLeg(call, legId, unanswered, now);
    case 'offered': {
      if (now < phase.until)
        return now >= (phase.confirmUntil ?? phase.ringUntil)
          ? cancelLeg(call, legId, unanswered, now)
          : [call, []];
      return leaveRinging(call, 'timeout', now);
    }
    default:
      return [call, []];
  }
}

/** Whoever is rung for the caller is let be; the caller has his old place. */
export function stopRinging(call: Call, now: number): Outcome {
  return call.phase.at === 'offered' ? cancelLeg(call, call.phase.leg, () => 'cancelled', now) : [call, []];
}

/** The caller leaves the queue while a phone rings for him: no fault of the agent's. */
export function leaveRinging(call: Call, exit: string, now: number): Outcome {
  if (call.phase.at !== 'offered') return [call, []];
  const [back, effects] = cancelLeg(call, call.phase.leg, () => 'cancelled', now);
  const [left, more] = leaveQueue(back, exit, now);
  return [left, [...effects, ...more]];
}

function cancelLeg(call: Call, legId: string, reason: (leg: Leg) => LegOutcome, now: number): Outcome {
  const leg = legOf(call, legId);
  if (!leg) return [call, []];
  const [closed, effects] = rungLegEnded(call, leg, reason, {}, now);
  return [closed, [{ do: 'hangup', channel: legId, cause: 'cancelled' }, ...effects]];
}
