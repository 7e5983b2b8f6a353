import { unreachable } from '../base/errors.ts';
import type { HangupCause } from '../pbx/pbx.ts';
import type { Call, EndCause, Phase } from './call.ts';
import type { CallEffect } from './call-effect.ts';
import { customerLeg } from './callback-rules.ts';
import { consultOver, withoutAgent, withoutOther } from './consult-rules.ts';
import { earliest } from './deadline.ts';
import type { Leg } from './leg.ts';
import { closeLeg, isGone, legOf, type Outcome } from './leg-rules.ts';
import { backToFront, waitOf } from './queue-rules.ts';
import { connecting, type In, isTalk, lettingGo, type TalkCall, type TalkPhase } from './room.ts';
import { GIVEN_UP, LET_GO, release, talkedUntil, tell } from './talk-effects.ts';

/**
 * A leg that was in the talk has ended. The phone of the caller's own agent may be gone without anybody having wished it: then the
 * caller goes back to the front of his queue.
 * @param cause undefined when it was not told
 */
export function talkLegEnded(
  call: TalkCall,
  leg: Leg,
  { cause, sipCode }: { readonly cause?: HangupCause | undefined; readonly sipCode?: number | undefined },
  now: number,
): Outcome {
  const { phase } = call;
  const [ended, closed] = closeLeg(call, leg, { outcome: 'answered', cause, sipCode }, now);
  const gone = isGone(leg, cause);
  const own = leg.id === phase.leg;
  switch (phase.at) {
    case 'connected':
    case 'held':
      return talkOver({ ...ended, phase }, closed, gone ? 'gone' : 'done', now);
    case 'consulting':
      if (!own) {
        const [held, effects] = consultOver({ ...ended, phase });
        return [held, [...effects, release(closed, true, gone)]];
      }
      return gone
        ? agentGone({ ...ended, phase }, closed, now)
        : withoutAgent({ ...ended, phase }, closed, false, now);
    case 'conference':
      return own
        ? withoutAgent({ ...ended, phase }, closed, gone, now)
        : withoutOther({ ...ended, phase }, closed, gone);
    default:
      return unreachable(phase);
  }
}

/** @param why somebody wished it, the phone of the agent is gone, or the PBX could not go on */
function talkOver(call: TalkCall, leg: Leg, why: 'done' | 'gone' | 'trouble', now: number): Outcome {
  const over: Call = { ...call, talkedMs: talkedUntil(call, now) };
  const effects = [...lettingGo(call), release(leg, why !== 'trouble', why === 'gone')];
  const { place } = call.phase;
  if (why !== 'done' && place) {
    const [back, music] = backToFront(over, place, now);
    return [back, [...effects, ...music]];
  }
  return [
    { ...over, phase: { at: 'flow' } },
    [...effects, { do: 'takeExit', exit: why === 'done' ? 'done' : 'failed' }],
  ];
}

/** The phone of the agent is gone while he asks somebody: that one knows nothing of the caller yet. */
function agentGone(call: In<'consulting'>, leg: Leg, now: number): Outcome {
  const { leg: asked, ringUntil } = call.phase.consult;
  const answered = ringUntil === undefined;
  const end = answered ? LET_GO : GIVEN_UP;
  const [ended, closed] = closeLeg(call, legOf(call, asked) as Leg, end, now);
  const [over, effects] = talkOver({ ...ended, phase: call.phase }, leg, 'gone', now);
  return [
    over,
    [
      { do: 'hangup', channel: asked, cause: answered ? 'normal' : 'cancelled' },
      release(closed, answered, false),
      ...effects,
    ],
  ];
}

/** True when the caller's end leaves two who talk with each other. */
export function leavesTwo(phase: Phase): phase is Extract<Phase, { at: 'consulting' | 'conference' }> {
  return phase.at === 'conference' || (phase.at === 'consulting' && phase.consult.ringUntil === undefined);
}

/** The caller has left them. */
export function callerLeft(call: In<'consulting' | 'conference'>, cause: EndCause, now: number): Outcome {
  const { phase } = call;
  const other = phase.at === 'conference' ? phase.other : phase.consult;
  const until = earliest(phase.until, other.until);
  const left: Call = {
    ...call,
    talkedMs: talkedUntil(call, now),
    phase: {
      at: 'left',
      leg: phase.leg,
      other: other.leg,
      cause,
      ...(other.bridgeOf !== undefined && { bridgeOf: other.bridgeOf }),
      ...(until !== undefined && { until }),
    },
  };
  return [left, phase.at === 'consulting' ? tell(call, 'Resume') : []];
}

/** When a leg of the talk has to be let go, if one has by now. */
export function overdue(phase: TalkPhase, now: number): string | undefined {
  const due = (until: number | undefined): boolean => now >= (until ?? Number.POSITIVE_INFINITY);
  if (due(phase.until)) return phase.leg;
  if (phase.at === 'conference') return due(phase.other.until) ? phase.other.leg : undefined;
  if (phase.at !== 'consulting') return undefined;
  return due(phase.consult.ringUntil ?? phase.consult.until) ? phase.consult.leg : undefined;
}

/**
 * They could not be connected. The first time it is as if that leg had never answered; a talk that was apart is over. Of three, the third
 * one goes.
 */
export function connectFailed(call: Call, legId: string, now: number): Outcome {
  const { phase } = call;
  const leg = legOf(call, legId);
  if (!leg || leg.endedAt !== undefined || !isTalk(phase)) return [call, []];
  const hangup: CallEffect = { do: 'hangup', channel: legId, cause: 'failure' };
  switch (phase.at) {
    case 'held':
      return [call, []];
    case 'consulting':
    case 'conference': {
      if (phase.leg === legId) return [call, []];
      const [closed, other] = closeLeg(call, leg, { outcome: 'failed', cause: 'failure' }, now);
      if (phase.at === 'consulting') {
        const [held, effects] = consultOver({ ...closed, phase });
        return [held, [hangup, ...effects, release(other, false, false)]];
      }
      const [two, effects] = withoutOther({ ...closed, phase }, other, false);
      return [two, [hangup, ...connecting(two), ...effects]];
    }
    case 'connected': {
      if (phase.leg !== legId) return [call, []];
      const [closed, own] = closeLeg(call, leg, { outcome: 'failed' }, now);
      const failed = { ...closed, phase };
      const [over, effects] = phase.again
        ? talkOver(failed, own, 'trouble', now)
        : neverTalked(failed, own, now);
      return [over, [hangup, ...effects]];
    }
    default:
      return unreachable(phase);
  }
}

/** The caller goes back to where he was, as if that leg had never answered. */
function neverTalked(call: In<'connected'>, leg: Leg, now: number): Outcome {
  const { phase } = call;
  const effects: CallEffect[] = [...lettingGo(call), { do: 'release', leg, talked: false }];
  const connectedAt = call.connectedAt === phase.since ? undefined : call.connectedAt;
  const { connectedAt: _talked, ...rest } = call;
  const back = connectedAt === undefined ? rest : { ...rest, connectedAt };
  if (!phase.place)
    return [{ ...back, phase: { at: 'flow' } }, [...effects, { do: 'takeExit', exit: 'failed' }]];
  if (!wasOffered(call, leg)) {
    const [front, music] = backToFront(back, phase.place, now);
    return [front, [...effects, ...music]];
  }
  const waitedMs = call.waitedMs - waitOf(phase.place, phase.since);
  return [
    { ...back, waitedMs, phase: { at: 'queued', ...phase.place } },
    [...effects, { do: 'music', class: phase.place.music }],
  ];
}

/** True when the talk ended a wait in its queue; false when he was put through, or called back, after that wait was over. */
function wasOffered(call: In<'connected'>, { queue }: Leg): boolean {
  return queue !== undefined && customerLeg(call)?.answeredAt !== call.phase.since;
}
