import { Refused } from '../base/errors.ts';
import type { Call, Phase } from './call.ts';
import type { CallEffect } from './call-effect.ts';
import type { Leg } from './leg.ts';
import { closeLeg, legOf, type Outcome, ringbackOf } from './leg-rules.ts';
import { connecting, type In, lettingGo, roomOf, talkOf } from './room.ts';
import type { Party, TalkInput } from './talk.ts';
import {
  GIVEN_UP,
  LET_GO,
  planned,
  reconnected,
  release,
  talkedUntil,
  talkLeg,
  tell,
} from './talk-effects.ts';

/** The agent asks somebody while the caller waits. */
export function consult(
  call: In<'connected' | 'held'>,
  input: TalkInput & { type: 'Consult' },
  now: number,
): Outcome {
  const leg = planned(input, now);
  const { ringMs, maxTalkMs, music } = input;
  const phase: Phase = {
    at: 'consulting',
    ...talkOf(call.phase),
    music: call.phase.at === 'held' ? call.phase.music : music,
    consult: { leg: leg.id, ringUntil: now + ringMs, ...(maxTalkMs !== undefined && { maxTalkMs }) },
  };
  const holding: CallEffect[] =
    call.phase.at === 'held'
      ? []
      : [...lettingGo(call), { do: 'music', class: music }, ...tell(call, 'Hold')];
  return [
    { ...call, legs: [...call.legs, leg], phase },
    [
      ...holding,
      { do: 'ringback', leg: call.phase.leg, playback: ringbackOf(leg.id) },
      { do: 'originate', leg, ringMs },
    ],
  ];
}

/** The one who was asked answers; the leg is noted as answered. */
export function consultAnswered(call: In<'consulting'>, leg: Leg, now: number): Outcome {
  const { maxTalkMs } = call.phase.consult;
  const until = maxTalkMs === undefined ? {} : { until: now + maxTalkMs };
  const answered: Call = { ...call, phase: { ...call.phase, consult: { leg: leg.id, ...until } } };
  return [
    answered,
    [
      { do: 'tell', leg, what: 'Answer' },
      { do: 'quiet', playbacks: [ringbackOf(leg.id)] },
      ...connecting(answered),
    ],
  ];
}

/** The one who was asked is gone, or never came: the caller is still on hold. */
export function consultOver(call: In<'consulting'>): Outcome {
  const { music, consult } = call.phase;
  const room = roomOf(call);
  return [
    { ...call, phase: { at: 'held', ...talkOf(call.phase), music } },
    [
      room
        ? { do: 'disconnect', bridge: room.bridge }
        : { do: 'quiet', playbacks: [ringbackOf(consult.leg)] },
    ],
  ];
}

/** The agent leaves. */
export function complete(call: In<'consulting' | 'conference'>, now: number): Outcome {
  const [left, leg] = closeLeg(call, talkLeg(call), LET_GO, now);
  const [over, effects] = withoutAgent({ ...left, phase: call.phase }, leg, false, now);
  return [over, [...effects, { do: 'hangup', channel: leg.id, cause: 'normal' }]];
}

/**
 * The agent has left: who was asked has the caller now, or, still ringing, is to have him.
 * @param leg of the agent, ended
 * @param gone his phone is lost
 */
export function withoutAgent(
  call: In<'consulting' | 'conference'>,
  leg: Leg,
  gone: boolean,
  now: number,
): Outcome {
  const { phase } = call;
  const released = release(leg, true, gone);
  if (phase.at === 'conference') return [handedOn(call, phase.other), [released]];
  const { consult, music, place } = phase;
  if (consult.ringUntil === undefined) {
    const over = handedOn(call, consult);
    return [over, [{ do: 'stopMusic' }, ...connecting(over), released]];
  }
  const dialing: Phase = {
    at: 'dialing',
    leg: consult.leg,
    until: consult.ringUntil,
    music,
    ...(consult.maxTalkMs !== undefined && { maxTalkMs: consult.maxTalkMs }),
    ...(place && { place }),
  };
  const quiet: CallEffect = { do: 'quiet', playbacks: [ringbackOf(consult.leg)] };
  return [{ ...call, talkedMs: talkedUntil(call, now), phase: dialing }, [quiet, released]];
}

/** The caller's talk goes on with somebody else. */
function handedOn(call: In<'consulting' | 'conference'>, { leg, until, bridgeOf }: Party): Call {
  const { since, place } = call.phase;
  const agentId = legOf(call, leg)?.agent;
  return {
    ...call,
    facts: agentId === undefined ? call.facts : { ...call.facts, agentId },
    phase: {
      at: 'connected',
      leg,
      since,
      again: true,
      ...(place && { place }),
      ...(until !== undefined && { until }),
      ...(bridgeOf !== undefined && { bridgeOf }),
    },
  };
}

/** The one who was asked is let go; the agent goes on with the caller. */
export function cancel(call: In<'consulting' | 'conference'>, now: number): Outcome {
  const { phase } = call;
  const asked = phase.at === 'conference' ? phase.other.leg : phase.consult.leg;
  const answered = phase.at === 'conference' || phase.consult.ringUntil === undefined;
  const end = answered ? LET_GO : GIVEN_UP;
  const [closed, leg] = closeLeg(call, legOf(call, asked) as Leg, end, now);
  const hangup: CallEffect = { do: 'hangup', channel: asked, cause: answered ? 'normal' : 'cancelled' };
  if (phase.at === 'conference') {
    const [two, effects] = withoutOther({ ...closed, phase }, leg, false);
    return [two, [hangup, ...effects]];
  }
  const back = reconnected({ ...closed, phase });
  return [
    back,
    [
      hangup,
      ...lettingGo({ ...call, phase }),
      ...connecting(back),
      release(leg, answered, false),
      ...tell(call, 'Resume'),
    ],
  ];
}

/** All three hear each other. */
export function confer(call: In<'consulting' | 'conference'>): Outcome {
  const { phase } = call;
  if (phase.at === 'conference') return [call, []];
  const { leg, ringUntil, until, bridgeOf } = phase.consult;
  if (ringUntil !== undefined)
    throw new Refused('consult-not-answered', 'the one who is asked has not answered yet');
  const other = {
    leg,
    ...(until !== undefined && { until }),
    ...(bridgeOf !== undefined && { bridgeOf }),
  };
  const all: Call = { ...call, phase: { at: 'conference', ...talkOf(phase), other, again: true } };
  return [all, [{ do: 'stopMusic' }, ...connecting(all), ...tell(call, 'Resume')]];
}

/** The third one has left the conference. @param leg of his, ended */
export function withoutOther(call: In<'conference'>, leg: Leg, gone: boolean): Outcome {
  const { phase } = call;
  return [
    {
      ...call,
      phase: { at: 'connected', ...talkOf(phase), bridgeOf: phase.other.bridgeOf ?? phase.other.leg },
    },
    [release(leg, true, gone)],
  ];
}
