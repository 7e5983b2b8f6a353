import type { Call, NumberAuthor, OutboundDial } from '../call/call.ts';
import { customerLeg } from '../call/callback-rules.ts';
import { type Callback, type CallbackCallEnd, called, callOver, isDue, NEVER } from '../queue/callback.ts';
import type { Queue } from '../queue/queue.ts';
import { requestOf } from './begin-attempt.ts';
import type { Turn } from './turn.ts';

/** While its queue is closed, a callback is looked at again after this; while it is in line too, ms. */
const LOOK_AGAIN_MS = 60_000;
/** Name of the deadline of a callback. */
export const CALLBACK = 'callback:';

/** Somebody wants to be called back. Told again of the same one, nothing changes. */
export function takeCallback(turn: Turn, callback: Callback): void {
  if (turn.state.callbacks.get(callback.id)) return;
  turn.state.callbacks.put(callback);
  lookAtCallback(turn, callback.id);
}

/** Somebody has closed it: nobody is called for it any more. */
export function dropCallback(turn: Turn, id: string): void {
  const callback = turn.state.callbacks.get(id);
  if (!callback) return;
  turn.state.callbacks.put({ ...callback, done: { by: '', at: turn.now, outcome: 'not-wanted' } });
  turn.state.floor.callbackGone(id);
  endCall(turn, callback);
}

/** Puts a callback in line when it is due and its queue is open, else takes it out, and notes when to look again. */
export function lookAtCallback(turn: Turn, id: string): void {
  const { callbacks, calls, deadlines, floor } = turn.state;
  const callback = callbacks.get(id);
  const { calling } = callback ?? {};
  // A call that ended while nobody could note what became of it.
  if (callback && calling !== undefined && !calls.has(calling))
    return put(turn, callOver(callback, { end: 'broken-off' }, turn.now));
  if (!callback || calling !== undefined || callback.dueAt === NEVER) {
    floor.callbackGone(id);
    return deadlines.set(`${CALLBACK}${id}`, undefined);
  }
  const open = isOpen(turn, floor.rules.queues.get(callback.queue));
  if (open && isDue(callback, turn.now)) floor.callbackWaits(callback);
  else floor.callbackGone(id);
  deadlines.set(`${CALLBACK}${id}`, Math.max(callback.dueAt, turn.now + LOOK_AGAIN_MS));
}

/** The call for a callback whose turn has come, not begun yet; undefined when it may not be made now. */
export function callFor(turn: Turn, id: string): Call | undefined {
  const { callbacks, floor } = turn.state;
  const callback = callbacks.get(id);
  const queue = callback && floor.rules.queues.get(callback.queue);
  if (!callback?.plan || !queue) return undefined;
  if (!isDue(callback, turn.now) || !isOpen(turn, queue)) {
    lookAtCallback(turn, id);
    return undefined;
  }
  const call = callOf(callback, callback.plan, queue, turn.now);
  const permission = turn.outside.permit(call, callback.number, 'flow', turn.now);
  if (permission.allowed) return call;
  // Logs why.
  turn.permitted(call, { kind: 'outside', number: callback.number });
  const never = permission.refusal.reason === 'not-permitted';
  put(turn, { ...callback, dueAt: never ? NEVER : turn.now + callback.plan.againMs });
  return undefined;
}

/**
 * A call as its rules want it, before it is kept. Where they dial the customer, he has to be permitted now, and for so long: others have
 * been dialled since the agent was rung. Undefined when he is not: the call has to end, and he is called later.
 */
export function permittedNow(turn: Turn, was: Call, is: Call): Call | undefined {
  if (is.phase.at !== 'calling' || was.phase.at === 'calling') return is;
  const mayStill = !is.outbound || gateLetsPass(turn, is, is.outbound);
  const { to } = customerLeg(is) ?? { to: { kind: 'outside', number: is.ani } };
  const permitted = mayStill && turn.permitted(is, to, authorOf(is));
  if (permitted) return { ...is, phase: { ...is.phase, ...permitted } };
  const callback = turn.state.callbacks.get(is.callback?.id ?? '');
  if (callback) over(turn, is, callback, { end: 'broken-off' });
  return undefined;
}

/** Who wrote the number: an agent who dials, a campaign, or the flow in which somebody asked to be called back. */
function authorOf({ id, source, callback, outbound }: Call): NumberAuthor {
  if (outbound) return 'campaign';
  return callback?.id === id && source.kind === 'phone' ? { phone: source.extension } : 'flow';
}

/** The agent's phone has rung since the gate was asked: he may have said meanwhile that he does not want to be called. */
function gateLetsPass(turn: Turn, call: Call, { attempt, campaign }: OutboundDial): boolean {
  const { dialling } = turn;
  const lead = dialling?.underWay.get(attempt)?.lead;
  const working = dialling?.campaigns.get(campaign);
  const to = lead?.numbers.find(({ number }) => number === call.ani);
  if (!dialling || !working || !lead || !to) return false;
  const asked = { ...requestOf(working.campaign, lead, to, true), attempt };
  const verdict = dialling.gate.judge(asked, turn.now);
  if (verdict.allowed) return true;
  const { rule, detail } = verdict;
  turn.log(
    'DialRefused',
    { to: { kind: 'outside', number: call.ani }, reason: rule, detail },
    { call: call.id },
  );
  return false;
}

/** A call has changed: if it was made for a callback, that goes on; if somebody was reached who waits for one, it is done. */
export function callbackFollows(turn: Turn, was: Call, is: Call): void {
  if (!is.callback) {
    if (was.connectedAt === undefined && is.connectedAt !== undefined) reached(turn, is);
    return;
  }
  const callback = turn.state.callbacks.get(is.callback.id);
  if (!callback) return;
  const begins = callback.calling !== is.id;
  if (begins && was.phase.at === 'queued' && is.phase.at === 'offered') {
    turn.log('CallbackCalled', { callback: callback.id, queue: callback.queue }, { call: is.id });
    put(turn, called(callback, is.id));
  } else if (is.phase.at === 'ended' && callback.calling === is.id) over(turn, is, callback, endOf(is));
}

function callOf(callback: Callback, plan: NonNullable<Callback['plan']>, queue: Queue, now: number): Call {
  const id = `call-${callback.id}-${callback.calls + 1}`;
  return {
    id,
    // Known before it is dialled, and never used for another call.
    channel: `leg-${id}`,
    source: plan.source,
    callback: {
      id: callback.id,
      ringMs: plan.ringMs,
      ...(plan.ani !== undefined && { askedBy: plan.ani }),
    },
    ani: callback.number,
    aniName: '',
    dnis: plan.dnis,
    startedAt: now,
    facts: { ...plan.facts, queue: queue.name },
    ...(plan.entered && { entered: plan.entered }),
    stack: [],
    phase: {
      at: 'queued',
      queue: queue.name,
      since: callback.since,
      from: now,
      until: now + queue.maxWaitMs,
      music: queue.music,
      ...(plan.wishes && { wishes: plan.wishes }),
    },
    legs: [],
    waitedMs: 0,
    talkedMs: 0,
  };
}

/** Whoever talks with an agent of a queue in another call does not have to be called back by it. */
function reached(turn: Turn, call: Call): void {
  const { phase, ani, facts } = call;
  const queue = phase.at === 'connected' ? phase.place?.queue : undefined;
  if (queue === undefined) return;
  for (const callback of turn.state.callbacks.of(queue, ani, facts.customerId)) {
    over(turn, call, callback, { end: 'reached', agent: facts.agentId ?? '' });
    endCall(turn, callback);
  }
}

/**
 * Only what the customer or his network did is an attempt. That he was reached is known at the end: until then the PBX may refuse to
 * connect him.
 */
function endOf(call: Call): CallbackCallEnd {
  if (call.connectedAt !== undefined) return { end: 'reached', agent: call.facts.agentId ?? '' };
  const leg = customerLeg(call);
  if (!leg) return { end: 'no-agent' };
  if (leg.cause === 'unallocated-number') return { end: 'wrong-number' };
  switch (leg.outcome) {
    case 'no-answer':
    case 'busy':
    case 'rejected':
    case 'unreachable':
      return { end: 'unanswered' };
    default:
      return { end: 'broken-off' };
  }
}

function over(turn: Turn, call: Call, callback: Callback, end: CallbackCallEnd): void {
  const next = callOver(callback, end, turn.now);
  const { id, queue } = next;
  if (next.done) {
    const { outcome, by } = next.done;
    turn.log('CallbackDone', { callback: id, queue, outcome, by }, { call: call.id });
  } else {
    const { attempts, dueAt } = next;
    turn.log('CallbackFailed', { callback: id, queue, reason: end.end, attempts, dueAt }, { call: call.id });
  }
  put(turn, next);
}

/** The call that was under way for a callback which is done; nobody is torn from a talk. */
function endCall(turn: Turn, { calling }: Callback): void {
  const call = calling === undefined ? undefined : turn.state.calls.get(calling);
  if (call && call.connectedAt === undefined) turn.tellCall(call, { type: 'HungUp' });
}

function put(turn: Turn, callback: Callback): void {
  turn.putCallback(callback);
  lookAtCallback(turn, callback.id);
}

function isOpen(turn: Turn, queue: Queue | undefined): boolean {
  return queue !== undefined && (queue.hours === '' || turn.flows.dayState(queue.hours, turn.now) === 'open');
}
