import type { OfferReason, Queue, Waiting } from '../../../queue/queue.ts';
import { CLASSES, Floor, type Seat } from './floor.ts';
import { quantile } from './sample.ts';

/** How long single decisions took in one situation. */
export interface DecisionTimes {
  readonly decision: 'call → agent' | 'agent → call';
  /** Callers who wait meanwhile. */
  readonly waiting: number;
  /** The decision: who gets whom, and both taken out. */
  readonly p50Us: number;
  readonly p99Us: number;
  /** With the event that made it possible, and the explanation. */
  readonly wholeP50Us: number;
  readonly wholeP99Us: number;
  /** The same by filtering and sorting everybody, median. */
  readonly naiveP50Us: number;
}

const WARM_UP = 5000;
/** Instead of an explanation. */
const UNEXPLAINED = (): OfferReason => NOTHING;
const NOTHING: OfferReason = {
  ...{ rule: 'only', order: 'service-level', waitedMs: 0, urgency: 0, step: 0, score: 0, ready: 0, fit: 0 },
  ...{ considered: [], removed: [], rivals: [] },
};
const DECISIONS = 20_000;
const NAIVE_DECISIONS = 20;
/** One agent in ten is free, so that nearly every profile has somebody. */
const FREE = 1000;
const LONG = 100_000;

/**
 * Times single decisions, twice: the decision alone, without its explanation; and the whole way from the moment that the matcher is
 * told of the new caller or the free agent to the explained offer. What the clock itself takes is subtracted.
 */
export function matchTimes(): DecisionTimes[] {
  const clockUs = clockCost();
  return [
    callDecisions(0, clockUs),
    callDecisions(LONG, clockUs),
    agentDecisions(CLASSES, clockUs),
    agentDecisions(10 * CLASSES, clockUs),
    agentDecisions(LONG, clockUs),
  ];
}

/** A caller comes, agents are free; others wait whom none of these can serve. */
function callDecisions(waiting: number, clockUs: number): DecisionTimes {
  const alone = callTimes(new Floor(1, UNEXPLAINED), waiting, clockUs);
  const whole = callTimes(new Floor(1), waiting, clockUs);
  return summary('call → agent', waiting, alone, whole);
}

interface Times {
  /** Of the decision. */
  readonly decision: readonly number[];
  /** With the event before it. */
  readonly whole: readonly number[];
  readonly naive: readonly number[];
}

function callTimes(floor: Floor, waiting: number, clockUs: number): Times {
  for (let call = 0; call < waiting; call += 1) floor.matcher.setWaiting(floor.newCall(floor.unserved));
  for (let free = 0; free < FREE; free += 1) floor.set(floor.busySeat(), floor.now + free);
  floor.now += FREE;
  floor.matcher.offers(floor.now);
  const others = Array.from({ length: waiting }, () => floor.newCall(floor.unserved));
  const times: number[] = [];
  const whole: number[] = [];
  const naive: number[] = [];
  for (let decision = 0; decision < WARM_UP + DECISIONS; decision += 1) {
    floor.now += 1;
    const call = floor.newCall();
    if (decision >= WARM_UP && decision < WARM_UP + NAIVE_DECISIONS)
      naive.push(timed(() => naiveMatch([...others, call], free(floor), floor.now)));
    const began = performance.now();
    floor.matcher.setWaiting(call);
    const told = performance.now();
    const offers = floor.matcher.offers(floor.now);
    const ended = performance.now();
    if (offers.length !== 1) throw new Error('a caller found none of a thousand free agents');
    if (decision >= WARM_UP) {
      times.push(1000 * (ended - told) - clockUs);
      whole.push(1000 * (ended - began) - 2 * clockUs);
    }
    floor.taken(offers);
    floor.set(floor.busySeat(), floor.now);
    floor.matcher.offers(floor.now);
  }
  return { decision: times, whole, naive };
}

/** Callers wait, spread over all classes, and an agent becomes free. */
function agentDecisions(waiting: number, clockUs: number): DecisionTimes {
  const alone = agentTimes(new Floor(2, UNEXPLAINED), waiting, clockUs);
  const whole = agentTimes(new Floor(2), waiting, clockUs);
  return summary('agent → call', waiting, alone, whole);
}

function agentTimes(floor: Floor, waiting: number, clockUs: number): Times {
  const calls = new Map<string, Waiting>();
  const come = (queue: Queue): void => {
    const call = floor.newCall(queue);
    calls.set(call.call, call);
    floor.matcher.setWaiting(call);
  };
  for (let call = 0; call < waiting; call += 1) {
    floor.now += 1;
    come(floor.classes[call % CLASSES]!);
  }
  const times: number[] = [];
  const whole: number[] = [];
  const naive: number[] = [];
  for (let decision = 0; decision < WARM_UP + DECISIONS; decision += 1) {
    floor.now += 1;
    const seat = floor.busySeat();
    if (decision >= WARM_UP && decision < WARM_UP + NAIVE_DECISIONS)
      naive.push(timed(() => naiveMatch([...calls.values()], [seat], floor.now)));
    const { facts } = seat;
    const began = performance.now();
    floor.matcher.setAgent({ facts, present: true, working: true, readySince: floor.now });
    const told = performance.now();
    const offers = floor.matcher.offers(floor.now);
    const ended = performance.now();
    if (decision >= WARM_UP && offers.length === 1) {
      times.push(1000 * (ended - told) - clockUs);
      whole.push(1000 * (ended - began) - 2 * clockUs);
    }
    // Somebody whose skills nobody waits for goes again.
    if (offers.length === 0) floor.set(seat, undefined);
    for (const { call } of offers) {
      const { queue } = calls.get(call)!;
      calls.delete(call);
      come(queue);
    }
    floor.matcher.offers(floor.now);
  }
  if (times.length < DECISIONS / 2) throw new Error('most agents found nobody to serve');
  return { decision: times, whole, naive };
}

function summary(
  decision: DecisionTimes['decision'],
  waiting: number,
  alone: Times,
  { whole, naive }: Times,
): DecisionTimes {
  return {
    decision,
    waiting,
    p50Us: quantile(alone.decision, 0.5),
    p99Us: quantile(alone.decision, 0.99),
    wholeP50Us: quantile(whole, 0.5),
    wholeP99Us: quantile(whole, 0.99),
    naiveP50Us: quantile(naive, 0.5),
  };
}

const free = ({ seats }: Floor): Seat[] => seats.filter(({ readySince }) => readySince !== undefined);

/** As one would write it at first: filter and sort everybody, each time. */
function naiveMatch(
  waiting: readonly Waiting[],
  ready: readonly Seat[],
  now: number,
): [call: string, agent: string] | undefined {
  const idle = [...ready].sort((a, b) => a.readySince! - b.readySince!);
  const urgency = ({ queue, since }: Waiting): number => (now - since) / queue.lanes['']!.targetMs;
  const inOrder = [...waiting].sort((a, b) => urgency(b) - urgency(a));
  const fitting = new Map<Queue, Seat[]>();
  for (const { call, queue, caller } of inOrder) {
    const { needs } = queue.ladder[0]!;
    const fit =
      fitting.get(queue) ?? idle.filter(({ facts }) => needs.every((need) => need.holds(facts, caller)));
    fitting.set(queue, fit);
    if (fit[0]) return [call, fit[0].facts.id];
  }
  return undefined;
}

/** Duration of `work`, µs. */
function timed(work: () => unknown): number {
  const began = performance.now();
  work();
  return 1000 * (performance.now() - began);
}

/** What it takes to look at the clock, µs. */
function clockCost(): number {
  const times = Array.from({ length: DECISIONS }, () => timed(() => undefined));
  return quantile(times.slice(DECISIONS / 2), 0.5);
}
