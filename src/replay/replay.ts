import { Matcher } from '../queue/matcher.ts';
import type { Offer, Queue } from '../queue/queue.ts';
import type { RoutingRules } from '../queue/rules.ts';
import { DelayRatio } from '../queue/service-level.ts';
import { waitingUnder } from '../queue/waiting.ts';
import { Agenda } from './agenda.ts';
import { Desk } from './desk.ts';
import { DayHabits, type Habits } from './habits.ts';
import { count, type DayOutcome, isKnownTo, type VisitOutcome } from './outcome.ts';
import type { RecordedCall, RecordedDay, Visit } from './recorded-day.ts';

export interface ReplayOptions {
  /** Under which the day was, as far as anybody knows: what queues say there may be different now. */
  readonly before: RoutingRules;
  readonly seed: number;
}

/** Plays a day again, with these rules: the same callers and agents, the matcher of the engine, virtual time. */
export function replay(day: RecordedDay, rules: RoutingRules, options: ReplayOptions): DayOutcome {
  return new Replay(day, rules, options).play();
}

/** Somebody who waits. */
interface Wait {
  readonly call: RecordedCall;
  readonly at: number;
  readonly visit: Visit;
  readonly habits: Habits;
  readonly arrivedAt: number;
  readonly queue: Queue | undefined;
  offer?: Offer;
}

/** A rounding of the clock, ms: who wrapped up until the limit, less this, was stopped by it. */
const NEARLY_MS = 50;

class Replay {
  readonly #day: RecordedDay;
  readonly #rules: RoutingRules;
  readonly #before: RoutingRules;
  readonly #habits: DayHabits;
  readonly #matcher: Matcher;
  readonly #agenda = new Agenda();
  readonly #desks = new Map<string, Desk>();
  readonly #waits = new Map<string, Wait>();
  readonly #visits: VisitOutcome[] = [];
  readonly #offers = { made: 0, familiar: 0, relaxed: 0, failed: 0 };
  #now = 0;

  constructor(day: RecordedDay, rules: RoutingRules, { before, seed }: ReplayOptions) {
    this.#day = day;
    this.#rules = rules;
    this.#before = before;
    this.#habits = new DayHabits(day, seed);
    this.#matcher = new Matcher(rules.order, new DelayRatio());
  }

  play(): DayOutcome {
    this.#prepare();
    for (let now = this.#agenda.next(); now !== undefined; now = this.#agenda.next()) {
      this.#now = now;
      this.#agenda.run(now);
      this.#match();
    }
    const desks = [...this.#desks.values()];
    for (const desk of desks) desk.close(this.#day.to);
    return {
      visits: this.#visits,
      offers: this.#offers,
      staff: {
        idleMs: desks.reduce((sum, { idleMs }) => sum + idleMs, 0),
        busyMs: desks.reduce((sum, { busyMs }) => sum + busyMs, 0),
      },
    };
  }

  #prepare(): void {
    for (const recorded of this.#day.agents) {
      const desk = new Desk(recorded, this.#day);
      this.#desks.set(desk.id, desk);
      recorded.wishes.forEach((wish, at) => {
        this.#agenda.set(`wish:${desk.id}:${at}`, wish.at, () => {
          desk.wishes(wish);
          this.#seat(desk);
        });
      });
    }
    for (const call of this.#day.calls) this.#comes(call, 0, call.visits[0]!.arrivedAt);
  }

  #match(): void {
    for (const id of this.#matcher.hopeless()) this.#leave(this.#waits.get(id)!, 'no-agents');
    for (const offer of this.#matcher.offers(this.#now)) this.#make(offer);
    const due = this.#matcher.nextDue(this.#now);
    if (due === undefined) this.#agenda.clear('matching');
    else this.#agenda.set('matching', due, () => this.#matcher.timePassed());
  }

  // ── callers ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The next wait of a call begins at `time`. */
  #comes(call: RecordedCall, at: number, time: number): void {
    const visit = call.visits[at];
    if (visit) this.#agenda.set(`comes:${call.id}`, time, () => this.#arrive(call, at, visit));
  }

  #arrive(call: RecordedCall, at: number, visit: Visit): void {
    const queue = this.#rules.queues.get(visit.queue);
    const habits = this.#habits.of(call.id, at, visit);
    const wait: Wait = { call, at, visit, habits, arrivedAt: this.#now, queue };
    this.#waits.set(call.id, wait);
    if (!queue) return this.#leave(wait, 'no-agents');
    const { patienceMs, leaves } = habits;
    const within = (ms: number): number => this.#now + ms;
    if (Number.isFinite(patienceMs))
      this.#agenda.set(`gives-up:${call.id}`, within(patienceMs), () => this.#end(wait, { how: 'abandoned' }));
    if (leaves)
      this.#agenda.set(`leaves:${call.id}`, within(leaves.afterMs), () => this.#leave(wait, leaves.exit));
    const mostMs = this.#mostWaitMs(visit, queue);
    if (Number.isFinite(mostMs))
      this.#agenda.set(`too-long:${call.id}`, within(mostMs), () => this.#leave(wait, 'timeout'));
    this.#queue(wait, queue);
  }

  #queue({ call, visit, arrivedAt }: Wait, queue: Queue): void {
    const facts = { ...visit.facts, call: call.id, since: arrivedAt - visit.aheadMs };
    this.#matcher.setWaiting(waitingUnder(this.#rules, queue, facts));
  }

  /** Where it was the queue that said how long, the queue of today says it. */
  #mostWaitMs({ queue: name, maxWaitMs }: Visit, queue: Queue): number {
    return maxWaitMs === this.#before.queues.get(name)?.maxWaitMs ? queue.maxWaitMs : maxWaitMs;
  }

  #leave(wait: Wait, exit: string): void {
    this.#end(wait, { how: 'left', exit });
  }

  /** The wait is over; whoever was rung for it is let go, unless he answered. */
  #end(wait: Wait, { how, exit, agent }: Pick<VisitOutcome, 'how' | 'exit' | 'agent'>): void {
    const { call, at, visit, habits, offer, queue } = wait;
    const waitedMs = visit.waitedBeforeMs + this.#now - wait.arrivedAt;
    this.#waits.delete(call.id);
    this.#matcher.remove(call.id);
    for (const what of ['gives-up', 'leaves', 'too-long', 'rings']) this.#agenda.clear(`${what}:${call.id}`);
    if (queue) this.#matcher.served(queue, visit.facts.tier, how === 'answered' ? waitedMs : undefined);
    if (offer && how !== 'answered') this.#letGo(this.#desks.get(offer.agent)!);
    this.#visits.push({
      call: call.id,
      at,
      queue: visit.queue,
      tier: visit.facts.tier,
      waitedMs,
      how,
      isFamiliar: agent !== undefined && isKnownTo(visit, agent),
      ...(exit !== undefined && { exit }),
      ...(agent !== undefined && { agent }),
      ...(offer && { rule: offer.why.rule, step: offer.why.step }),
    });
    if (!goesOnAsBefore(visit, how)) return;
    const pauseMs = call.visits[at + 1]?.afterMs ?? 0;
    this.#comes(call, at + 1, this.#now + pauseMs + (how === 'answered' ? habits.talkMs : 0));
  }

  // ── offers ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #make(offer: Offer): void {
    const wait = this.#waits.get(offer.call)!;
    const desk = this.#desks.get(offer.agent)!;
    const { queue, habits } = wait;
    wait.offer = offer;
    count(this.#offers, offer.why.rule, offer.why.step);
    desk.does('ringing', this.#now);
    const missed = desk.misses(this.#now);
    const ringMs = Math.min(missed?.ringMs ?? habits.ringMs, queue!.ringMs);
    this.#agenda.set(`rings:${wait.call.id}`, this.#now + ringMs, () => {
      if (missed) this.#miss(wait, desk, missed.backAt);
      else this.#answer(wait, desk);
    });
  }

  #answer(wait: Wait, desk: Desk): void {
    const { habits, visit, queue } = wait;
    desk.does('talking', this.#now);
    this.#end(wait, { how: 'answered', agent: desk.id });
    const wrapUpMs = this.#wrapUpMs(visit, queue!, habits.wrapUpMs);
    this.#agenda.set(`desk:${desk.id}`, this.#now + habits.talkMs, () => {
      desk.does('wrap-up', this.#now);
      this.#agenda.set(`desk:${desk.id}`, this.#now + wrapUpMs, () => {
        if (desk.isWrappingUp) desk.settle(this.#now, this.#now);
        this.#seat(desk);
      });
    });
  }

  /** Who was stopped by the limit goes on until today's. */
  #wrapUpMs({ queue: name }: Visit, queue: Queue, tookMs: number): number {
    const limitMs = this.#before.queues.get(name)?.wrapUpMs ?? queue.wrapUpMs;
    return tookMs >= limitMs - NEARLY_MS ? queue.wrapUpMs : Math.min(tookMs, queue.wrapUpMs);
  }

  /** Nobody answered: the caller is back in his place, the agent away. */
  #miss(wait: Wait, desk: Desk, backAt: number): void {
    this.#offers.failed += 1;
    delete wait.offer;
    this.#queue(wait, wait.queue!);
    desk.does('away', this.#now);
    this.#seat(desk);
    this.#agenda.set(`desk:${desk.id}`, Math.max(backAt, this.#now), () => {
      desk.settle(this.#now, this.#now);
      this.#seat(desk);
    });
  }

  /** The caller went while it rang: he is as idle as before. */
  #letGo(desk: Desk): void {
    this.#offers.failed += 1;
    desk.settle(this.#now, undefined);
    this.#seat(desk);
  }

  #seat(desk: Desk): void {
    this.#matcher.setAgent(desk.candidate);
  }
}

/** What he did after this wait, he does again, if it ended as it did. */
function goesOnAsBefore({ end }: Visit, how: VisitOutcome['how']): boolean {
  return end.how === how;
}
