import { earliest } from '../call/deadline.ts';
import { Matcher } from '../queue/matcher.ts';
import type { Offer, Queue } from '../queue/queue.ts';
import type { RoutingRules } from '../queue/rules.ts';
import { DelayRatio } from '../queue/service-level.ts';
import { waitingUnder } from '../queue/waiting.ts';
import { Agenda } from './agenda.ts';
import { Desk } from './desk.ts';
import { DayHabits, type Habits } from './habits.ts';
import { count, type DayOutcome, isKnownTo, type VisitOutcome } from './outcome.ts';
import type { RecordedCall, RecordedDay, Visit, Wish } from './recorded-day.ts';

export interface ReplayOptions {
  /** Under which the day was, as far as anybody knows: what queues say there may be different now. */
  readonly before: RoutingRules;
  readonly seed: number;
}

/** Plays a day again, with these rules: the same callers and agents, the matcher of the engine, virtual time. */
export function replay(day: RecordedDay, rules: RoutingRules, options: ReplayOptions): DayOutcome {
  return new Replay(day, rules, options).play();
}

interface Scripted {
  /** UTC ms. */
  readonly at: number;
  readonly act: () => void;
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
    const script = this.#script();
    for (let next = 0; ; ) {
      const now = earliest(script[next]?.at, this.#agenda.next());
      if (now === undefined) break;
      this.#now = now;
      for (; script[next] && script[next]!.at <= now; next += 1) script[next]!.act();
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

  /** What happens whatever the rules are, in order. */
  #script(): Scripted[] {
    const script: Scripted[] = [];
    for (const recorded of this.#day.agents) {
      const desk = new Desk(recorded, this.#day);
      this.#desks.set(desk.id, desk);
      for (const wish of recorded.wishes) script.push({ at: wish.at, act: () => this.#wishes(desk, wish) });
    }
    for (const call of this.#day.calls) {
      const first = call.visits[0]!;
      script.push({ at: first.arrivedAt, act: () => this.#arrive(call, 0, first) });
    }
    return script.sort((a, b) => a.at - b.at);
  }

  #wishes(desk: Desk, wish: Wish): void {
    desk.wishes(wish);
    this.#seat(desk);
  }

  #match(): void {
    for (const id of this.#matcher.hopeless())
      this.#end(this.#waits.get(id)!, { how: 'left', exit: 'no-agents' });
    for (const offer of this.#matcher.offers(this.#now)) this.#make(offer);
    const due = this.#matcher.nextDue(this.#now);
    if (due === undefined) this.#agenda.clear('matching');
    else this.#agenda.set('matching', due, () => this.#matcher.timePassed());
  }

  // ── callers ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #arrive(call: RecordedCall, at: number, visit: Visit): void {
    const queue = this.#rules.queues.get(visit.queue);
    const habits = this.#habits.of(call.id, at, visit);
    const wait: Wait = { call, at, visit, habits, arrivedAt: this.#now, queue };
    this.#waits.set(call.id, wait);
    if (!queue) return this.#end(wait, { how: 'left', exit: 'no-agents' });
    this.#setEnd(wait, queue);
    this.#queue(wait, queue);
  }

  /** What ends his wait when nobody answers. */
  #setEnd(wait: Wait, queue: Queue): void {
    const { patienceMs, leaves } = wait.habits;
    const mostMs = this.#mostWaitMs(wait.visit, queue);
    const afterMs = Math.min(patienceMs, leaves?.afterMs ?? Number.POSITIVE_INFINITY, mostMs);
    if (afterMs === Number.POSITIVE_INFINITY) return;
    const end =
      afterMs === patienceMs
        ? ({ how: 'abandoned' } as const)
        : ({ how: 'left', exit: afterMs === leaves?.afterMs ? leaves.exit : 'timeout' } as const);
    this.#agenda.set(`over:${wait.call.id}`, this.#now + afterMs, () => this.#end(wait, end));
  }

  #queue({ call, visit, arrivedAt }: Wait, queue: Queue): void {
    const facts = { ...visit.facts, call: call.id, since: arrivedAt - visit.aheadMs };
    this.#matcher.setWaiting(waitingUnder(this.#rules, queue, facts));
  }

  /** Where it was the queue that said how long, the queue of today says it. */
  #mostWaitMs({ queue: name, maxWaitMs }: Visit, queue: Queue): number {
    return maxWaitMs === this.#before.queues.get(name)?.maxWaitMs ? queue.maxWaitMs : maxWaitMs;
  }

  /** The wait is over; whoever was rung for it is let go, unless he answered. */
  #end(wait: Wait, { how, exit, agent }: Pick<VisitOutcome, 'how' | 'exit' | 'agent'>): void {
    const { call, at, visit, habits, offer, queue } = wait;
    const waitedMs = visit.waitedBeforeMs + this.#now - wait.arrivedAt;
    this.#waits.delete(call.id);
    this.#matcher.remove(call.id);
    this.#agenda.clear(`over:${call.id}`);
    if (offer) this.#agenda.clear(`rings:${call.id}`);
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
    const next = call.visits[at + 1];
    // What he did after this wait he does again, if it ended as it did.
    if (!next || visit.end.how !== how) return;
    const freeAt = this.#now + (how === 'answered' ? habits.talkMs : 0);
    this.#agenda.set(`comes:${call.id}`, freeAt + next.afterMs, () => this.#arrive(call, at + 1, next));
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
      if (missed) this.#miss(wait, desk, missed.awayMs);
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
        this.#rest(desk, 'wrap-up');
      });
    });
  }

  /** Who was stopped by the limit goes on until today's. */
  #wrapUpMs({ queue: name }: Visit, queue: Queue, tookMs: number): number {
    const limitMs = this.#before.queues.get(name)?.wrapUpMs ?? queue.wrapUpMs;
    return tookMs >= limitMs - NEARLY_MS ? queue.wrapUpMs : Math.min(tookMs, queue.wrapUpMs);
  }

  /** Nobody answered: the caller is back in his place, the agent away. */
  #miss(wait: Wait, desk: Desk, awayMs: number): void {
    this.#offers.failed += 1;
    delete wait.offer;
    this.#queue(wait, wait.queue!);
    desk.does('missing', this.#now);
    this.#seat(desk);
    this.#agenda.set(`desk:${desk.id}`, this.#now + awayMs, () => this.#rest(desk, 'missing'));
  }

  /** What kept him is over, unless a wish of his has ended it before. */
  #rest(desk: Desk, after: 'wrap-up' | 'missing'): void {
    if (desk.isDoing(after)) desk.settle(this.#now, this.#now);
    this.#seat(desk);
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
