import { assert } from '../../base/errors.ts';
import { Customers } from './customers.ts';
import { DialBook, dialId, ENDED, numberIn, UNDER_WAY, WAITING } from './dial-book.ts';
import { EventHeap } from './event-heap.ts';
import { Floor } from './floor.ts';
import { CAMPAIGN, type DialingPolicy, type PolicyMaker } from './policy.ts';
import { staffing } from './scenario.ts';
import type { DialingSetup } from './setup.ts';
import { BIN_MS, type ShiftTally } from './tally.ts';

/** Kinds of events. */
const RINGS = 0;
const DIAL_ENDS = 1;
const GIVES_UP = 2;
const TALK_ENDS = 3;
const WRAP_UP_ENDS = 4;
const STAFF_CHANGES = 5;

/** One in the afternoon, so that the shift ends at the hour up to which VICIdial tapers by default. */
const STARTS_AT = Date.UTC(2026, 2, 2, 13);
/** The law's least, ms: whoever lets somebody ring for less is broken. */
const LEAST_RING_MS = 15_000;

/**
 * Plays one shift of agents under a policy, from a cold start. The same set-up, seed and policy give the same tally; another policy meets
 * the same people in the same order.
 */
export function playShift(setup: DialingSetup, seed: number, makePolicy: PolicyMaker): ShiftTally {
  return new ShiftRun(setup, seed, makePolicy).play();
}

class ShiftRun {
  readonly #setup: DialingSetup;
  readonly #customers: Customers;
  readonly #events = new EventHeap();
  readonly #policy: DialingPolicy;
  readonly #floor: Floor;
  readonly #staffing: ReturnType<typeof staffing>;
  #now = STARTS_AT;
  readonly #dials = new DialBook();
  /** By agent: until when he is busy. */
  readonly #freeAt: Float64Array;
  /** Dials that were answered live and wait for an agent, from `#firstWaiting` on. */
  #waiting: number[] = [];
  #firstWaiting = 0;
  readonly #count = { live: 0, connects: 0, abandoned: 0, machines: 0, cancels: 0, results: 0 };
  #leastRingMs = Number.POSITIVE_INFINITY;
  #abandonedAfter: [number, number] = [Number.POSITIVE_INFINITY, 0];
  #connectedAfterMs = 0;
  readonly #answersByBin: number[];
  readonly #abandonedByBin: number[];

  constructor(setup: DialingSetup, seed: number, makePolicy: PolicyMaker) {
    this.#setup = setup;
    this.#customers = new Customers(setup, seed);
    this.#freeAt = new Float64Array(setup.agents);
    this.#policy = makePolicy({
      startsAt: STARTS_AT,
      setup,
      freeAt: (agent) => this.#foreseeFree(numberIn(agent)),
      liveAt: (dial) => this.#foreseeLive(numberIn(dial)),
    });
    this.#floor = new Floor(setup.agents, this.#policy.pacer);
    this.#staffing = staffing(setup.scenario, setup.agents, setup.lastsMs);
    const bins = Math.ceil(setup.lastsMs / BIN_MS);
    this.#answersByBin = new Array<number>(bins).fill(0);
    this.#abandonedByBin = new Array<number>(bins).fill(0);
  }

  play(): ShiftTally {
    const { lastsMs, tickMs } = this.#setup;
    const endsAt = STARTS_AT + lastsMs;
    for (const [index, { atMs }] of this.#staffing.entries())
      this.#events.add(STARTS_AT + atMs, STAFF_CHANGES, index);
    for (let tickAt = STARTS_AT; tickAt < endsAt; tickAt += tickMs) {
      this.#playUntil(tickAt);
      this.#now = tickAt;
      this.#tick();
    }
    this.#playUntil(endsAt - 1);
    return this.#tally(endsAt);
  }

  /** Everything up to a time, including it. */
  #playUntil(time: number): void {
    const events = this.#events;
    while (events.time <= time) {
      this.#now = events.time;
      const { kind, subject } = events;
      events.drop();
      this.#happen(kind, subject);
    }
  }

  #happen(kind: number, subject: number): void {
    switch (kind) {
      case RINGS:
        if (this.#dials.stateOf(subject) === UNDER_WAY)
          this.#policy.pacer.ringing(dialId(subject), this.#now);
        break;
      case DIAL_ENDS:
        if (this.#dials.stateOf(subject) === UNDER_WAY) this.#endDial(subject);
        break;
      case GIVES_UP:
        if (this.#dials.stateOf(subject) === WAITING) this.#abandon(subject);
        break;
      case TALK_ENDS:
        this.#floor.wrapUp(subject, this.#now);
        this.#events.add(this.#freeAt[subject]!, WRAP_UP_ENDS, subject);
        break;
      case WRAP_UP_ENDS:
        this.#endWrapUp(subject);
        break;
      case STAFF_CHANGES:
        this.#floor.staff(this.#staffing[subject]!.agents, this.#now);
        break;
    }
  }

  #tick(): void {
    const { dial, cancel } = this.#policy.pacer.decide(this.#now);
    for (const id of cancel) this.#cancel(numberIn(id));
    for (let index = 0; index < dial.length; index += 1) this.#dial();
  }

  #dial(): void {
    const lead = this.#dials.count;
    const result = this.#customers.resultOf(lead, this.#now - STARTS_AT);
    const lasts = this.#customers.resultAfterMs(lead, result);
    const dial = this.#dials.add(this.#now, result, this.#now + lasts);
    this.#events.add(this.#now + lasts, DIAL_ENDS, dial);
    const id = dialId(dial);
    const { pacer, propensity } = this.#policy;
    const { postDialMs } = this.#setup;
    pacer.dialled(id, CAMPAIGN, this.#now, propensity?.of(this.#customers.segmentOf(dial), this.#now));
    if (postDialMs === 0) pacer.ringing(id, this.#now);
    else if (lasts > postDialMs) this.#events.add(this.#now + postDialMs, RINGS, dial);
  }

  #endDial(dial: number): void {
    const result = this.#dials.resultOf(dial);
    this.#dials.enter(dial, ENDED);
    this.#count.results += 1;
    const { pacer, propensity } = this.#policy;
    pacer.resolved(dialId(dial), result, this.#now);
    propensity?.learn(this.#customers.segmentOf(dial), result === 'live', this.#dials.dialledAt(dial));
    if (result === 'machine') this.#count.machines += 1;
    if (result !== 'live') return;
    this.#count.live += 1;
    if (this.#floor.idle > 0) {
      this.#connect(dial, this.#floor.takeCall(this.#now));
      return;
    }
    this.#dials.enter(dial, WAITING);
    this.#waiting.push(dial);
    this.#events.add(this.#now + this.#setup.connectWithinMs, GIVES_UP, dial);
  }

  #connect(dial: number, agent: number): void {
    const wait = this.#now - this.#dials.endsAt(dial);
    this.#connectedAfterMs = Math.max(this.#connectedAfterMs, wait);
    this.#count.connects += 1;
    this.#answersByBin[this.#bin()]! += 1;
    this.#policy.pacer.served(dialId(dial), 'connected', this.#now);
    const talkEnds = this.#now + this.#customers.talkMs(dial);
    this.#freeAt[agent] = talkEnds + this.#customers.wrapUpMs(dial);
    this.#events.add(talkEnds, TALK_ENDS, agent);
  }

  #abandon(dial: number): void {
    // All are equally patient, so that whoever gives up has waited longest.
    assert(this.#takeWaiting() === dial, 'somebody else has waited longer');
    const wait = this.#now - this.#dials.endsAt(dial);
    const [least, most] = this.#abandonedAfter;
    this.#abandonedAfter = [Math.min(least, wait), Math.max(most, wait)];
    this.#count.abandoned += 1;
    this.#answersByBin[this.#bin()]! += 1;
    this.#abandonedByBin[this.#bin()]! += 1;
    this.#policy.pacer.served(dialId(dial), 'abandoned', this.#now);
  }

  #endWrapUp(agent: number): void {
    const hasCall = this.#firstWaiting < this.#waiting.length;
    if (!this.#floor.done(agent, this.#now, hasCall) || !hasCall) return;
    this.#floor.talk(agent, this.#now);
    this.#connect(this.#takeWaiting(), agent);
  }

  #takeWaiting(): number {
    const dial = this.#waiting[this.#firstWaiting]!;
    this.#firstWaiting += 1;
    this.#dials.enter(dial, ENDED);
    if (this.#firstWaiting === this.#waiting.length) {
      this.#waiting = [];
      this.#firstWaiting = 0;
    }
    return dial;
  }

  #cancel(dial: number): void {
    if (this.#dials.stateOf(dial) !== UNDER_WAY) return;
    const rang = this.#now - this.#dials.dialledAt(dial) - this.#setup.postDialMs;
    assert(rang >= LEAST_RING_MS, `dial ${dial} was let go after ${rang} ms of ringing`);
    this.#leastRingMs = Math.min(this.#leastRingMs, rang);
    this.#dials.enter(dial, ENDED);
    this.#count.results += 1;
    this.#count.cancels += 1;
    this.#policy.pacer.resolved(dialId(dial), 'cancelled', this.#now);
  }

  #foreseeFree(agent: number): number | undefined {
    const freeAt = this.#freeAt[agent]!;
    return freeAt > this.#now ? freeAt : undefined;
  }

  #foreseeLive(dial: number): number | undefined {
    return this.#dials.stateOf(dial) === UNDER_WAY && this.#dials.resultOf(dial) === 'live'
      ? this.#dials.endsAt(dial)
      : undefined;
  }

  #bin(): number {
    return Math.floor((this.#now - STARTS_AT) / BIN_MS);
  }

  #tally(endsAt: number): ShiftTally {
    const { live, connects, abandoned, machines, cancels, results } = this.#count;
    const spent = this.#floor.spentMs(endsAt);
    return {
      ...spent,
      loggedInMs: spent.idleMs + spent.talkMs + spent.wrapUpMs,
      dials: this.#dials.count,
      live,
      connects,
      abandoned,
      machines,
      cancels,
      open: this.#dials.count - results + (live - connects - abandoned),
      leastRingMs: this.#leastRingMs,
      abandonedAfterMs: this.#abandonedAfter,
      connectedAfterMs: this.#connectedAfterMs,
      answersByBin: this.#answersByBin,
      abandonedByBin: this.#abandonedByBin,
    };
  }
}
