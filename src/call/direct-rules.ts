import { Refused, unreachable } from '../base/errors.ts';
import type { Call, DirectorInput, Phase, Place } from './call.ts';
import { hasCaller } from './callback-rules.ts';
import type { Outcome } from './leg-rules.ts';
import { stopRinging } from './ring-rules.ts';

type Waiting = Call & { readonly phase: Extract<Phase, { at: 'queued' }> };

/**
 * What a supervisor does with somebody who waits.
 * @throws Refused `call-not-waiting`, `call-offered`
 */
export function reduceDirected(call: Call, input: DirectorInput, now: number): Outcome {
  switch (input.type) {
    case 'MovedToQueue':
      return stillWaiting(call, now, (waiting) => movedTo(waiting, input, now));
    case 'KeptFor':
      return stillWaiting(call, now, (waiting) => [
        { ...waiting, phase: { ...waiting.phase, keptFor: input.agent } },
        [],
      ]);
    case 'PutFirst':
      if (call.phase.at === 'offered')
        throw new Refused('call-offered', `a phone rings for ${call.id} already`);
      return stillWaiting(call, now, (waiting) => [
        { ...waiting, phase: { ...waiting.phase, isFirst: true } },
        [],
      ]);
    default:
      return unreachable(input);
  }
}

/** A phone that rings for him is let be: no fault of the agent's. */
function stillWaiting(call: Call, now: number, direct: (waiting: Waiting) => Outcome): Outcome {
  const notWaiting = new Refused('call-not-waiting', `${call.id} does not wait in a queue now`);
  // An agent is rung for somebody who is called only then: nobody waits yet.
  if (!hasCaller(call)) throw notWaiting;
  const [back, effects] = stopRinging(call, now);
  const { phase } = back;
  if (phase.at !== 'queued') throw notWaiting;
  const [directed, more] = direct({ ...back, phase });
  return [directed, [...effects, ...more]];
}

/** What his flow wanted of an agent was meant for the other queue, and so was what it has to tell him. */
function movedTo(
  call: Waiting,
  { queue, maxWaitMs, music }: DirectorInput & { type: 'MovedToQueue' },
  now: number,
): Outcome {
  const { since, from, otherwise, wishes, isFirst } = call.phase;
  const place: Place = {
    queue,
    since,
    ...(from !== undefined && { from }),
    until: now + maxWaitMs,
    music,
    sent: true,
    ...(otherwise !== undefined && { otherwise }),
    ...(wishes?.attributes && { wishes: { attributes: wishes.attributes } }),
    ...(isFirst && { isFirst }),
  };
  return [{ ...call, phase: { at: 'queued', ...place }, facts: { ...call.facts, queue } }, []];
}
