import type { Call, CallInput, Phase } from './call.ts';
import { customerLeg, isCause, withAnswer } from './callback-rules.ts';
import { outcomeOf } from './leg.ts';
import { closeLeg, type Outcome, unanswered, withLeg } from './leg-rules.ts';
import { hasAnswered } from './queue-rules.ts';

type Rules = (call: Call, input: CallInput, now: number) => Outcome;
type Reaching = Call & { readonly phase: Extract<Phase, { at: 'reaching' }> };

/**
 * The rules of a call that we make for a campaign: the customer is rung; when he answers he enters the campaign's flow, and from then on it is a
 * call like any other. What comes to nothing before that ends it.
 * @param rules of every other call
 */
export function reduceOutbound(call: Call, input: CallInput, now: number, rules: Rules): Outcome {
  const { phase } = call;
  if (phase.at === 'reaching') return whileReaching({ ...call, phase }, input, now, rules);
  // Told once more, perhaps by a snapshot: he is the caller now, and no leg that comes late.
  if (input.type === 'LegAnswered' && input.leg === call.channel) return [call, []];
  const [next, effects] = rules(call, input, now);
  return [next.phase.at === 'ended' ? withAnswer(brokenOff(call, next, input, now)) : next, effects];
}

function whileReaching(call: Reaching, input: CallInput, now: number, rules: Rules): Outcome {
  switch (input.type) {
    case 'LegRinging':
      return rings(call, input, now, rules);
    case 'LegAnswered':
      return input.leg === call.channel ? answered(call, now) : [call, []];
    case 'LegRefused':
    case 'LegEnded':
      return gone(call, { type: 'CallerEnded', cause: 'failure' }, now, rules);
    case 'CallerEnded':
      return gone(call, input, now, rules);
    case 'TimeUp':
      return now < call.phase.until ? [call, []] : letGo(call, now, rules);
    case 'LetGo':
      return hasRungEnough(call, now) ? letGo(marked(call), now, rules) : [call, []];
    default:
      return rules(call, input, now);
  }
}

/** We ended it before anybody spoke to him, and no flow meant it so: he was abandoned. */
function brokenOff(was: Call, is: Call, input: CallInput, now: number): Call {
  const { outbound, connectedAt, endedBy, facts } = is;
  const isMeant = input.type === 'HungUp' && input.byFlow;
  if (!outbound || was.phase.at === 'ended' || endedBy !== 'carillon' || isMeant) return is;
  if (connectedAt !== undefined || outbound.abandonedAt !== undefined || !hasAnswered(is)) return is;
  return facts.heard?.verdict === 'machine' ? is : { ...is, outbound: { ...outbound, abandonedAt: now } };
}

/** From the first ring on he has the time that the law gives him, whenever it came. */
function rings(call: Reaching, input: CallInput, now: number, rules: Rules): Outcome {
  const [ringing, effects] = rules(call, input, now);
  // Told once more: it has rung since then.
  if (ringing === call) return [call, effects];
  const until = Math.max(call.phase.until, now + (call.outbound?.minRingMs ?? 0));
  return [{ ...ringing, phase: { ...call.phase, until } }, effects];
}

/** True when he has rung for so long that he may be let go. */
function hasRungEnough(call: Call, now: number): boolean {
  const { ringingAt = Number.POSITIVE_INFINITY } = customerLeg(call) ?? {};
  return now - ringingAt >= (call.outbound?.minRingMs ?? 0);
}

function answered(call: Reaching, now: number): Outcome {
  const reached = withLeg(call, call.channel, (leg) => ({ ...leg, answeredAt: leg.answeredAt ?? now }));
  return [{ ...reached, phase: { at: 'flow' } }, [{ do: 'enterFlow', flow: call.outbound?.flow ?? '' }]];
}

/** He is busy, does not answer, cannot be reached; or nobody heard what became of him. */
function gone(
  call: Reaching,
  input: CallInput & { type: 'CallerEnded' },
  now: number,
  rules: Rules,
): Outcome {
  const leg = customerLeg(call);
  if (!leg || leg.endedAt !== undefined) return [call, []];
  const { sipCode } = input;
  const cause = isCause(input.cause) ? input.cause : 'failure';
  const [closed] = closeLeg(call, leg, { outcome: outcomeOf(leg, cause, sipCode), cause, sipCode }, now);
  return rules(closed, input, now);
}

function marked(call: Reaching): Reaching {
  return call.outbound ? { ...call, outbound: { ...call.outbound, letGo: true } } : call;
}

function letGo(call: Reaching, now: number, rules: Rules): Outcome {
  const leg = customerLeg(call);
  if (!leg) return [call, []];
  const [closed] = closeLeg(call, leg, { outcome: unanswered(leg) }, now);
  return rules(closed, { type: 'HungUp' }, now);
}
