import { Refused, unreachable } from '../base/errors.ts';
import type { Call, Phase } from './call.ts';
import type { CallEffect } from './call-effect.ts';
import { cancel, complete, confer, consult } from './consult-rules.ts';
import { closeLeg, type Outcome } from './leg-rules.ts';
import { connecting, type In, isTalk, lettingGo, type TalkCall, talkOf } from './room.ts';
import type { TalkInput } from './talk.ts';
import { LET_GO, planned, reconnected, talkedUntil, talkLeg, tell } from './talk-effects.ts';

/**
 * What an agent wants of his talk.
 * @throws Refused `call-not-connected`, `call-already-held`, `call-not-held`, `consult-under-way`, `no-consult`, `consult-not-answered`
 */
export function reduceTalk(call: Call, input: TalkInput, now: number): Outcome {
  const { phase } = call;
  if (!isTalk(phase)) throw new Refused('call-not-connected', `${call.id} is with nobody now`);
  const talk = { ...call, phase };
  switch (input.type) {
    case 'Hold':
      return hold(apart(talk), input.music);
    case 'Resume':
      return resume(talk);
    case 'Transfer':
      return transfer(alone(talk), input, now);
    case 'TransferToQueue':
      return transferToQueue(alone(talk), input, now);
    case 'Consult':
      return consult(alone(talk), input, now);
    case 'Complete':
      return complete(asking(talk), now);
    case 'Cancel':
      return cancel(asking(talk), now);
    case 'Confer':
      return confer(asking(talk));
    default:
      return unreachable(input);
  }
}

function hold(call: In<'connected'>, music: string): Outcome {
  const phase: Phase = { at: 'held', ...talkOf(call.phase), music };
  return [{ ...call, phase }, [...lettingGo(call), { do: 'music', class: music }, ...tell(call, 'Hold')]];
}

function resume(call: TalkCall): Outcome {
  if (!is(call, 'held')) throw new Refused('call-not-held', `${call.id} is not on hold`);
  const back = reconnected(call);
  return [back, [...lettingGo(call), ...connecting(back), ...tell(call, 'Resume')]];
}

/** The agent leaves; the caller waits for another party. */
function transfer(
  call: In<'connected' | 'held'>,
  input: TalkInput & { type: 'Transfer' },
  now: number,
): Outcome {
  const [left, effects] = leave(call, input.music, now);
  const leg = planned(input, now);
  const { place } = call.phase;
  const { ringMs, maxTalkMs, music } = input;
  const phase: Phase = {
    at: 'dialing',
    leg: leg.id,
    until: now + ringMs,
    music,
    ...(maxTalkMs !== undefined && { maxTalkMs }),
    ...(place !== undefined && { place }),
  };
  return [{ ...left, legs: [...left.legs, leg], phase }, [...effects, { do: 'originate', leg, ringMs }]];
}

function transferToQueue(
  call: In<'connected' | 'held'>,
  { queue, maxWaitMs, music }: TalkInput & { type: 'TransferToQueue' },
  now: number,
): Outcome {
  const [left, effects] = leave(call, music, now);
  const { place } = call.phase;
  // Its step has the ways out of a queue only if it sent the caller into one.
  const otherwise = place ? place.otherwise : 'no-answer';
  const phase: Phase = {
    at: 'queued',
    queue,
    since: now,
    until: now + maxWaitMs,
    music,
    sent: true,
    ...(otherwise !== undefined && { otherwise }),
  };
  return [{ ...left, phase, facts: { ...left.facts, queue } }, effects];
}

/** The agent's part in the call is over, and the caller hears music. */
function leave(call: In<'connected' | 'held'>, music: string, now: number): Outcome {
  const [left, leg] = closeLeg(call, talkLeg(call), LET_GO, now);
  const effects: CallEffect[] = [
    ...(call.phase.at === 'held' ? [] : lettingGo(call)),
    { do: 'music', class: music },
    { do: 'hangup', channel: leg.id, cause: 'normal' },
    { do: 'release', leg, talked: true },
  ];
  return [{ ...left, talkedMs: talkedUntil(call, now) }, effects];
}

function is<At extends TalkCall['phase']['at']>(
  call: TalkCall,
  ...at: readonly At[]
): call is TalkCall & In<At> {
  return at.some((one) => one === call.phase.at);
}

/** A talk of two that can be held. */
function apart(call: TalkCall): In<'connected'> {
  const two = alone(call);
  if (is(two, 'connected')) return two;
  throw new Refused('call-already-held', `${call.id} is on hold already`);
}

/** A talk of two. */
function alone(call: TalkCall): In<'connected' | 'held'> {
  if (is(call, 'connected', 'held')) return call;
  throw new Refused(
    'consult-under-way',
    `somebody else is in ${call.id}: complete the transfer or cancel it first`,
  );
}

/** A talk that somebody else was asked into. */
function asking(call: TalkCall): In<'consulting' | 'conference'> {
  if (is(call, 'consulting', 'conference')) return call;
  throw new Refused('no-consult', `nobody else is in ${call.id}`);
}
