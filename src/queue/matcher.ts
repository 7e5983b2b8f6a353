import { type Caller, Callers } from './callers.ts';
import { type Line, nextStepMs, urgencyOf, waitOf } from './line.ts';
import { whyOf } from './offer-reason.ts';
import { NEVER } from './profile-fit.ts';
import type { Offer, Order, Queue, Waiting } from './queue.ts';
import { meetsOwnNeeds } from './requirement.ts';
import { type Candidate, type Profile, Roster } from './roster.ts';
import type { DelayRatio } from './service-level.ts';

/** How many agents could serve a queue. */
export interface Strength {
  readonly loggedIn: number;
  /** Ready, or with a call. */
  readonly working: number;
  /** Ready and free. */
  readonly ready: number;
}

/**
 * Who gets whom. Keeps who waits and who is ready, and evaluates only what a change could have made possible, so that a decision
 * costs the same however many wait: callers who are alike share a line, agents who are alike a profile, and a profile's fit to a
 * requirement is evaluated once. Nobody waits while somebody fit is ready.
 */
export class Matcher {
  readonly #order: Order;
  readonly #explain: typeof whyOf;
  readonly #ratio: DelayRatio;
  readonly #roster: Roster;
  readonly #callers: Callers;
  /** Calls that wait for an agent who knows them, by agent. */
  readonly #familiar = new Map<string, Set<string>>();
  /** Those of them that were not looked at yet. */
  readonly #newlyFamiliar = new Set<string>();

  /** @param explain tells why, for each offer that is made */
  constructor(order: Order, ratio: DelayRatio, explain: typeof whyOf = whyOf) {
    this.#explain = explain;
    this.#order = order;
    this.#ratio = ratio;
    this.#roster = new Roster({
      profileAdded: (profile) => this.#callers.profileAdded(profile),
      presenceChanged: (profile, change) => this.#callers.presenceChanged(profile, change),
      stoppedWorking: (agent) => this.#waitNoMoreFor(agent),
    });
    this.#callers = new Callers(this.#roster.profiles, ratio);
  }

  /** Agents who are ready and free. */
  get idle(): number {
    return this.#roster.idle;
  }

  /** How many kinds of agents are told apart. */
  get profiles(): number {
    return this.#roster.profiles.length;
  }

  /** Callers who wait. */
  get waiting(): number {
    return this.#callers.size;
  }

  /** Notes what an agent is like now. */
  setAgent(candidate: Candidate): void {
    this.#roster.set(candidate);
  }

  removeAgent(id: string): void {
    this.#roster.remove(id);
  }

  /** Somebody waits, from his place in line on. One who waits already is put where he now belongs. */
  setWaiting(waiting: Waiting): void {
    const { call, queue, keptFor, familiar = [] } = waiting;
    this.remove(call);
    const kept = keptFor !== undefined && this.#works(keptFor);
    const known = kept ? [keptFor] : familiar.filter((id) => this.#isFor(waiting, id));
    const forMs = kept ? Number.POSITIVE_INFINITY : waiting.isFirst ? 0 : queue.first.forMs;
    if (known.length === 0 || forMs === 0) return this.#callers.add(waiting, 0, []);
    this.#callers.add(waiting, forMs, known);
    for (const id of known) this.#knownBy(id).add(call);
    this.#newlyFamiliar.add(call);
  }

  /** He does not wait any more. */
  remove(call: string): void {
    const caller = this.#callers.remove(call);
    if (!caller) return;
    this.#newlyFamiliar.delete(call);
    for (const id of caller.known) this.#familiar.get(id)?.delete(call);
  }

  /** Callers whom nobody who is logged in could serve, at whatever step. */
  hopeless(): string[] {
    return [...this.#callers.hopeless].flatMap((line) => [...line.calls.ids()]);
  }

  /** Agents who could serve a caller of the queue of whom nothing is known. */
  strengthOf(queue: Queue): Strength {
    const table = this.#callers.tableOfAnybody(queue);
    let [loggedIn, working, ready] = [0, 0, 0];
    for (const profile of this.#roster.profiles) {
      const { present, working: atWork, idle } = profile;
      if (present === 0 || table.stepOf(profile) === NEVER) continue;
      loggedIn += present;
      working += atWork;
      ready += idle.size;
    }
    return { loggedIn, working, ready };
  }

  /** A caller of this queue was answered after so long, or was not: for the weights of the order `service-level`. */
  served(queue: Queue, tier: string, waitMs: number | undefined): void {
    const weight = this.#callers.weightOf(queue, tier);
    if (waitMs === undefined) this.#ratio.lost(weight);
    else this.#ratio.served(weight, waitMs);
  }

  /**
   * The offers that are possible now; whoever is in one does not wait and is not ready any more.
   * @param now UTC ms
   * @param most so many at a time; `pending` tells whether there may be more
   */
  offers(now: number, most = Number.POSITIVE_INFINITY): Offer[] {
    const offers: Offer[] = [];
    if (this.idle === 0 || this.waiting === 0) {
      this.#roster.newlyReady.clear();
      this.#callers.unseen.clear();
      this.#newlyFamiliar.clear();
      return offers;
    }
    this.#offerFamiliar(now, most, offers);
    this.#offerReady(now, most, offers);
    this.#offerWaiting(now, most, offers);
    return offers;
  }

  /** True when `offers` may have left some for another time. */
  get pending(): boolean {
    return this.#roster.newlyReady.size > 0 || this.#callers.unseen.size > 0 || this.#newlyFamiliar.size > 0;
  }

  /**
   * When time alone may make an offer possible, UTC ms; undefined when it cannot. Looks at who is first in each line only:
   * whoever could serve a later one could serve him.
   */
  nextDue(now: number): number | undefined {
    if (this.idle === 0) return undefined;
    let due: number | undefined;
    for (const line of this.#callers.busy) {
      const begin = nextStepMs(line, waitOf(line, now));
      if (begin !== undefined) due = Math.min(due ?? Number.POSITIVE_INFINITY, line.since + begin);
    }
    return due;
  }

  /** Time has passed: steps may have begun. */
  timePassed(): void {
    if (this.idle > 0) this.#callers.seeAll();
  }

  // ── deciding ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Callers for whom an agent who knows them is free. */
  #offerFamiliar(now: number, most: number, offers: Offer[]): void {
    for (const call of this.#newlyFamiliar) {
      if (offers.length >= most) return;
      this.#newlyFamiliar.delete(call);
      const caller = this.#callers.get(call);
      const agent = caller?.known.find((id) => this.#roster.isIdle(id) && this.#isFor(caller.waiting, id));
      if (caller && agent !== undefined) offers.push(this.#offer(caller, agent, true, now));
    }
  }

  /**
   * Each agent who became ready takes a caller who knows him, the longest waiting first; else the most urgent caller is offered to
   * the best of those who are ready, until there is none for this agent.
   */
  #offerReady(now: number, most: number, offers: Offer[]): void {
    const { newlyReady } = this.#roster;
    for (const id of newlyReady) {
      const { profile } = this.#roster.get(id)!;
      while (this.#roster.isIdle(id)) {
        if (offers.length >= most) return;
        const known = this.#longestKnown(id, now);
        const caller = known ?? this.#mostUrgentFor(profile, now);
        if (!caller) break;
        const agent = known ? id : this.#bestFor(caller.line, now)!;
        offers.push(this.#offer(caller, agent, known !== undefined, now));
      }
      newlyReady.delete(id);
    }
  }

  /** The first of each line in which something changed, the most urgent line first, as long as somebody is ready for them. */
  #offerWaiting(now: number, most: number, offers: Offer[]): void {
    const { unseen } = this.#callers;
    const urgent = (line: Line): number => urgencyOf(this.#order, line, waitOf(line, now));
    // The most urgent is last. Whoever is next in a line is less urgent than the one before him.
    const lines = [...unseen].map((line) => ({ line, urgency: urgent(line) }));
    lines.sort((a, b) => a.urgency - b.urgency);
    for (let one = lines.pop(); one && offers.length < most; one = lines.pop()) {
      const { line } = one;
      const agent = this.#bestFor(line, now);
      if (agent === undefined) {
        unseen.delete(line);
        continue;
      }
      offers.push(this.#offer(this.#callers.firstOf(line), agent, false, now));
      if (line.at === -1) continue;
      const urgency = urgent(line);
      let place = lines.length;
      while (place > 0 && lines[place - 1]!.urgency > urgency) place -= 1;
      lines.splice(place, 0, { line, urgency });
    }
  }

  #offer({ waiting, line }: Caller, agent: string, familiar: boolean, now: number): Offer {
    const { profile, candidate } = this.#roster.get(agent)!;
    const { readySince = now } = candidate;
    const floor = {
      order: this.#order,
      idle: this.idle,
      ready: this.#roster.ready,
      reach: this.#callers.reachOf(profile),
    };
    const why = this.#explain(floor, { waiting, line, profile, agent, readySince, familiar, now });
    this.remove(waiting.call);
    this.#roster.take(agent);
    return { call: waiting.call, queue: waiting.queue.name, agent, waiting, why };
  }

  #longestKnown(agent: string, now: number): Caller | undefined {
    let first: Caller | undefined;
    for (const call of this.#familiar.get(agent) ?? []) {
      const caller = this.#callers.get(call);
      if (!caller || !waitsForThem(caller.line, now - caller.waiting.since)) continue;
      if (!first || isBefore(caller.waiting, first.waiting, agent)) first = caller;
    }
    return first;
  }

  #mostUrgentFor(profile: Profile, now: number): Caller | undefined {
    let best: Line | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (const line of this.#callers.reachOf(profile)) {
      const wait = waitOf(line, now);
      if (wait < line.begins[line.table.stepOf(profile)]!) continue;
      if (best && best.weight.pool !== line.weight.pool) this.#ratio.compete(best.weight, line.weight);
      const urgency = urgencyOf(this.#order, line, wait);
      if (urgency > most) [best, most] = [line, urgency];
    }
    return best && this.#callers.firstOf(best);
  }

  /** The longest idle agent of those with the best score. */
  #bestFor(line: Line, now: number): string | undefined {
    const { begins, table } = line;
    const wait = waitOf(line, now);
    let best: Profile | undefined;
    let score = Number.NEGATIVE_INFINITY;
    for (const profile of this.#roster.ready) {
      const step = table.stepOf(profile);
      if (step === NEVER || wait < begins[step]!) continue;
      const its = table.scoreOf(profile);
      if (its < score || (best && its === score && profile.since >= best.since)) continue;
      best = profile;
      score = its;
    }
    return best?.idle.first();
  }

  // ── callers who are known to somebody ────────────────────────────────────────────────────────────────────────────

  /** He has gone: callers who know him are served as everybody is. */
  #waitNoMoreFor(agent: string): void {
    const calls = this.#familiar.get(agent);
    this.#familiar.delete(agent);
    for (const call of calls ?? []) {
      const caller = this.#callers.get(call);
      if (caller) this.setWaiting(caller.waiting);
    }
  }

  /** True when he works, and the call's own needs are met; those of its queue do not count for somebody who knows the caller. */
  #isFor(waiting: Waiting, agent: string): boolean {
    const listed = this.#roster.get(agent);
    if (listed?.candidate.working !== true) return false;
    return waiting.keptFor === agent || meetsOwnNeeds(waiting, listed.candidate.facts);
  }

  #works(agent: string): boolean {
    return this.#roster.get(agent)?.candidate.working === true;
  }

  #knownBy(agent: string): Set<string> {
    const calls = this.#familiar.get(agent) ?? new Set();
    this.#familiar.set(agent, calls);
    return calls;
  }
}

/** Who is kept for an agent comes before those whom he only knows. */
function isBefore(one: Waiting, other: Waiting, agent: string): boolean {
  const [kept, otherKept] = [one.keptFor === agent, other.keptFor === agent];
  return kept === otherKept ? one.since < other.since : kept;
}

/** Within their time, or as long as nobody else is there. */
function waitsForThem({ shiftMs, begins }: Line, waitMs: number): boolean {
  return waitMs < shiftMs || begins.every((begin) => begin === Number.POSITIVE_INFINITY);
}
