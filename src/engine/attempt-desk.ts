import { Refused } from '../base/errors.ts';
import type { Call } from '../call/call.ts';
import { customerLeg } from '../call/callback-rules.ts';
import type { Attempt, Disposition } from '../dialer/attempt.ts';
import { closed, fateBy, followed, MEANING, outcomeOf, servedAs } from '../dialer/attempt-rules.ts';
import type { Pacer } from '../dialer/pacing.ts';
import type { AttemptOutcome, LeadFate } from '../list/lead.ts';
import { fateAfter } from '../list/retry.ts';
import { callOf, contactOf, wishOf } from './begin-attempt.ts';
import type { DialFloor, UnderWay, Working } from './dial-floor.ts';
import type { Turn } from './turn.ts';

/** What is done with a lead whose campaign is gone. */
const GONE: LeadFate = { next: 'done', reason: 'campaign-gone' };

/** A lead whose dial was hung up here before he answered, or that was not dialled after all, comes again after this, ms. */
const CANCELLED_MS = 60_000;

/** An attempt and its call, as they are together. */
type Together = readonly [Attempt, Call];

/** A call of a campaign has changed: its attempt follows, and everybody learns from it. */
export function attemptFollows(turn: Turn, floor: DialFloor | undefined, was: Call, is: Call): void {
  const id = is.outbound?.attempt;
  const known = id === undefined ? undefined : floor?.underWay.get(id);
  if (!floor || !known) return;
  const working = floor.campaigns.get(known.attempt.campaign);
  if (working) tellCircuit(working, known.attempt.id, was, is, turn.now);
  const next = followed(known.attempt, is);
  const over =
    is.phase.at === 'ended' ? end(turn, floor, { ...known, attempt: next }, is, working) : undefined;
  const [before, after]: readonly Together[] = [
    [known.attempt, was],
    [over ?? next, is],
  ];
  tellPacer(known.pool?.pacer, before!, after!, turn.now);
  noteAnswer(floor, before!, after!, turn.now);
  if (over || next === known.attempt) return;
  floor.underWay.set(next.id, { ...known, attempt: next });
  turn.putAttempt(next);
  if (known.attempt.answeredAt === undefined && next.answeredAt !== undefined)
    turn.log('CustomerAnswered', about(next), { call: is.id });
}

/** Abandonment is reckoned from attempts, whatever pacing knew of them. */
function noteAnswer(floor: DialFloor, was: Together, is: Together, now: number): void {
  const served = servedAs(...is);
  if (served !== undefined && servedAs(...was) === undefined)
    floor.windowsOf(is[0].campaign).note(served === 'abandoned', now);
}

/** What pacing learns. An answer is a live one when he waits for an agent. */
function tellPacer(
  pacer: Pacer | undefined,
  [before, wasCall]: Together,
  [after, call]: Together,
  now: number,
): void {
  const { id, outcome } = after;
  if (!pacer || call.callback) return;
  if (before.ringingAt === undefined && after.ringingAt !== undefined) pacer.ringing(id, now);
  if (before.waitedAt === undefined && after.waitedAt !== undefined) pacer.resolved(id, 'live', now);
  const served = servedAs(after, call);
  if (served !== undefined && servedAs(before, wasCall) === undefined) pacer.served(id, served, now);
  if (outcome !== undefined && after.waitedAt === undefined)
    pacer.resolved(id, call.outbound?.letGo ? 'cancelled' : MEANING[outcome].result, now);
}

function end(
  turn: Turn,
  floor: DialFloor,
  known: UnderWay,
  call: Call,
  working: Working | undefined,
): Attempt {
  const outcome = outcomeOf(call);
  const fate = working ? fateOf(working, known.attempt, outcome, turn.now) : GONE;
  const over = closed(known.attempt, call, outcome, fate, turn.now);
  endOf(turn, floor, over, working, call.talkedMs);
  if (working) learn(working, known, call, outcome);
  return over;
}

/** The last daemon left an attempt without its call: nobody knows what became of it. */
export function attemptLost(turn: Turn, floor: DialFloor, attempt: Attempt): void {
  const working = floor.campaigns.get(attempt.campaign);
  const outcome = 'unknown';
  const fate = working ? fateOf(working, attempt, outcome, turn.now) : GONE;
  endOf(turn, floor, { ...attempt, endedAt: turn.now, outcome, fate }, working, 0);
  if (attempt.waitedAt !== undefined) floor.windowsOf(attempt.campaign).note(false, turn.now);
}

function endOf(
  turn: Turn,
  floor: DialFloor,
  over: Attempt,
  working: Working | undefined,
  talkedMs: number,
): void {
  const { id, outcome = 'unknown', sipCode, agent, detected, fate } = over;
  floor.underWay.delete(id);
  floor.ended.set(id, over);
  floor.gate.note(contactOf(over));
  if (working) {
    working.inFlight -= 1;
    working.circuit.ended(id, outcome, turn.now);
  }
  turn.putAttempt(over);
  turn.log(
    'AttemptEnded',
    { ...about(over), outcome, sipCode, detected, fate, talkedMs },
    { call: callOf(id), ...(agent !== undefined && { agent }) },
  );
}

/** Who answers when: those whom we let go, and those whom the network did not reach, teach nothing. */
function learn(
  { propensity }: Working,
  { attempt, features }: UnderWay,
  call: Call,
  outcome: AttemptOutcome,
): void {
  const { teaches } = MEANING[outcome];
  if (features && teaches && !call.outbound?.letGo)
    propensity.learn(features, teaches === 'answers', attempt.at);
}

function fateOf({ campaign }: Working, attempt: Attempt, outcome: AttemptOutcome, now: number): LeadFate {
  // Our doing, not his.
  if (outcome === 'cancelled' || outcome === 'not-dialled')
    return { next: 'again', dueAt: now + CANCELLED_MS, ...stillWished(attempt) };
  const noted = attempt.disposition && fateBy(attempt.disposition);
  if (noted) return noted;
  const { earlier, numbers } = attempt;
  const fate = fateAfter({ outcome, attempts: earlier + 1, numbers }, campaign.retry, now);
  return fate.next === 'again' ? { ...fate, ...stillWished(attempt) } : fate;
}

/** Who asked to be called has been, once it rang: from then on he is called as others are. */
function stillWished(attempt: Attempt): ReturnType<typeof wishOf> {
  return attempt.ringingAt === undefined && attempt.answeredAt === undefined ? wishOf(attempt) : {};
}

const about = ({ id, campaign, list, lead, person, number }: Attempt) => ({
  attempt: id,
  campaign,
  list,
  lead,
  person,
  number,
});

/** In a call that an agent makes, the dial goes out when he has taken it. */
function tellCircuit({ circuit }: Working, id: string, was: Call, is: Call, now: number): void {
  const [before, after] = [customerLeg(was), customerLeg(is)];
  if (is.callback && !before && after) circuit.dialled(id);
  if (before?.ringingAt === undefined && after?.ringingAt !== undefined) circuit.rings(id, now);
  if (before?.answeredAt === undefined && after?.answeredAt !== undefined) circuit.answered(id);
}

/**
 * An agent has noted what was said. While the attempt is under way it is kept with it.
 * @param stored as the store had it; here it may have ended since
 */
export function dispose(turn: Turn, floor: DialFloor, stored: Attempt, disposition: Disposition): void {
  const known = floor.underWay.get(stored.id);
  const attempt = known?.attempt ?? floor.ended.get(stored.id) ?? stored;
  if (disposition.callbackAt !== undefined && disposition.callbackAt <= turn.now)
    throw new Refused('callback-in-the-past', 'a callback has to be in the future');
  const isOver = attempt.endedAt !== undefined;
  const fate = isOver ? (fateBy(disposition) ?? attempt.fate) : attempt.fate;
  const noted: Attempt = { ...attempt, disposition, ...(fate && { fate }) };
  if (known) floor.underWay.set(noted.id, { ...known, attempt: noted });
  turn.putAttempt(noted);
  if (isOver && !isSame(disposition, attempt.disposition)) {
    floor.ended.set(noted.id, noted);
    // He may be at hand again, as he was before this was known.
    floor.campaigns.get(noted.campaign)?.hopper.hold(noted.lead);
  }
  const { result, callbackAt, callbackAgent, by } = disposition;
  turn.log('AttemptDisposed', { ...about(noted), result, callbackAt, callbackAgent, by }, {});
}

/** True for what the store has already: of that it tells no list. */
function isSame(one: Disposition, other: Disposition | undefined): boolean {
  const names = ['result', 'note', 'callbackAt', 'callbackAgent', 'by', 'at'] as const;
  return names.every((name) => one[name] === other?.[name]);
}
