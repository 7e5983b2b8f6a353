import { Deadlines } from '../../../base/deadlines.ts';
import { seededRandom } from '../../../base/random.ts';
import { Matcher } from '../../../queue/matcher.ts';
import { type AgentFacts, type CallerFacts, type Order, skillQueue } from '../../../queue/queue.ts';
import { DelayRatio } from '../../../queue/service-level.ts';
import { exponential } from './sample.ts';

/** One pool of alike agents, and the tiers that call it. */
export interface PoolPlan {
  readonly agents: number;
  readonly callsPerHour: number;
  readonly handleMs: number;
  /** Mean patience; handle times and patience are exponential, arrivals are Poisson. */
  readonly patienceMs: number;
  readonly tiers: readonly TierPlan[];
  /** Load at a time (ms from the start) against `callsPerHour`, at most `MOST_LOAD`; 1 if unset. */
  readonly load?: (ms: number) => number;
}

export interface TierPlan {
  readonly tier: string;
  /** Of all calls. */
  readonly share: number;
  /** Share of the calls that are to be answered within the target. */
  readonly goal: number;
  readonly targetMs: number;
  readonly priority: number;
  readonly bonusMs: number;
}

/** How a run goes. */
export interface Run {
  readonly order: Order;
  /** False leaves the weights of the order `service-level` as they are at the start: a fixed delay ratio. */
  readonly learns: boolean;
  /** What each tier's weight starts at instead of its target, ms. */
  readonly weightsMs?: readonly number[];
  /** Calls that come in the warm-up are served and not counted. */
  readonly warmUpMs: number;
  readonly countedMs: number;
  readonly seed: number;
}

/** What became of the counted calls of a tier. */
export interface TierTally {
  calls: number;
  delayed: number;
  abandoned: number;
  /** Answered within the target. */
  inTime: number;
  /** Sum over all calls, ms. */
  waitMs: number;
}

export interface PoolTally {
  readonly tiers: readonly TierTally[];
  /** Share of the agents' time spent on callers. */
  occupancy: number;
}

/** Largest load that a plan may have. */
export const MOST_LOAD = 1.3;

const HOUR_MS = 3_600_000;

interface Caller {
  readonly id: string;
  readonly tier: number;
  readonly at: number;
  readonly handleMs: number;
}

/**
 * Runs the rules of matching alone, in virtual time: no engine, no PBX, every offer is taken at once. Arrival, patience and handle time of
 * the nth call depend on the seed only, so that orders are compared by the same calls.
 */
export class PoolRun {
  readonly #plan: PoolPlan;
  readonly #run: Run;
  readonly #matcher: Matcher;
  readonly #queue;
  readonly #facts: readonly CallerFacts[];
  readonly #agents = new Map<string, AgentFacts>();
  readonly #callers = new Map<string, Caller>();
  /** Ends of talks by agent, ends of patience by call. */
  readonly #agenda = new Deadlines();
  readonly #endMs: number;
  readonly #tallies: readonly TierTally[];
  #busyMs = 0;

  constructor(plan: PoolPlan, run: Run) {
    this.#plan = plan;
    this.#run = run;
    this.#matcher = new Matcher(run.order, new DelayRatio());
    const lanes = plan.tiers.map(
      (tier, index) => [tier.tier, { ...tier, targetMs: run.weightsMs?.[index] ?? tier.targetMs }] as const,
    );
    this.#queue = skillQueue('pool', {}, { lanes: Object.fromEntries(lanes) });
    this.#facts = plan.tiers.map(({ tier }) => ({ tier, language: '', attributes: {} }));
    this.#tallies = plan.tiers.map(() => ({ calls: 0, delayed: 0, abandoned: 0, inTime: 0, waitMs: 0 }));
    this.#endMs = run.warmUpMs + run.countedMs;
    const [skills, attributes] = [{}, {}];
    for (let index = 0; index < plan.agents; index += 1)
      this.#agents.set(`a${index}`, { id: `a${index}`, skills, attributes });
  }

  /** Runs to the end, and on until every counted call is over. */
  result(): PoolTally {
    for (const [id] of this.#agents) this.#free(id, 0);
    const arrivals = this.#arrivals();
    let next = arrivals.next().value;
    while (next.at < this.#endMs || this.#anyCounted()) {
      const due = this.#agenda.next() ?? Number.POSITIVE_INFINITY;
      if (next.at <= due) {
        this.#arrive(next);
        next = arrivals.next().value;
      } else for (const id of this.#agenda.takeDue(due)) this.#over(id, due);
    }
    const agentMs = this.#run.countedMs * this.#plan.agents;
    return { tiers: this.#tallies, occupancy: this.#busyMs / agentMs };
  }

  *#arrivals(): Generator<Caller & { readonly patienceMs: number }, never> {
    const { callsPerHour, tiers, patienceMs, handleMs, load = () => 1 } = this.#plan;
    const [gaps, kinds, patience, handling] = [1, 2, 3, 4].map((stream) =>
      seededRandom(Math.imul(this.#run.seed, 0x9e3779b1) ^ Math.imul(stream, 0x85ebca6b)),
    ) as [() => number, () => number, () => number, () => number];
    const gapMs = HOUR_MS / (callsPerHour * MOST_LOAD);
    for (let at = 0, count = 0; ; ) {
      at += exponential(gaps, gapMs);
      if (gaps() * MOST_LOAD >= load(at)) continue;
      let [tier, rest] = [0, kinds()];
      for (; tier < tiers.length - 1 && rest >= tiers[tier]!.share; tier += 1) rest -= tiers[tier]!.share;
      count += 1;
      yield {
        id: `c${count}`,
        tier,
        at,
        patienceMs: exponential(patience, patienceMs),
        handleMs: exponential(handling, handleMs),
      };
    }
  }

  #arrive(caller: Caller & { readonly patienceMs: number }): void {
    const { id, tier, at } = caller;
    this.#callers.set(id, caller);
    this.#matcher.setWaiting({ call: id, queue: this.#queue, since: at, caller: this.#facts[tier]! });
    const tally = this.#tallyOf(caller);
    if (tally) {
      tally.calls += 1;
      if (this.#matcher.idle === 0) tally.delayed += 1;
    }
    this.#offer(at);
    if (this.#callers.has(id)) this.#agenda.set(id, at + caller.patienceMs);
  }

  /** A talk or somebody's patience is over. */
  #over(id: string, now: number): void {
    if (this.#agents.has(id)) {
      this.#free(id, now);
      return this.#offer(now);
    }
    const caller = this.#callers.get(id)!;
    this.#callers.delete(id);
    this.#matcher.remove(id);
    this.#learn(caller, undefined);
    const tally = this.#tallyOf(caller);
    if (!tally) return;
    tally.abandoned += 1;
    tally.waitMs += now - caller.at;
  }

  #offer(now: number): void {
    for (const { call, agent } of this.#matcher.offers(now)) {
      const caller = this.#callers.get(call)!;
      const waitMs = now - caller.at;
      this.#callers.delete(call);
      this.#agenda.set(call, undefined);
      this.#agenda.set(agent, now + caller.handleMs);
      this.#learn(caller, waitMs);
      const counted = Math.min(now + caller.handleMs, this.#endMs) - Math.max(now, this.#run.warmUpMs);
      this.#busyMs += Math.max(0, counted);
      const tally = this.#tallyOf(caller);
      if (!tally) continue;
      tally.waitMs += waitMs;
      if (waitMs <= this.#plan.tiers[caller.tier]!.targetMs) tally.inTime += 1;
    }
  }

  #free(id: string, now: number): void {
    this.#matcher.setAgent({ facts: this.#agents.get(id)!, present: true, working: true, readySince: now });
  }

  #learn({ tier }: Caller, waitMs: number | undefined): void {
    if (this.#run.learns) this.#matcher.served(this.#queue, this.#facts[tier]!.tier, waitMs);
  }

  #tallyOf({ tier, at }: Caller): TierTally | undefined {
    return at >= this.#run.warmUpMs && at < this.#endMs ? this.#tallies[tier] : undefined;
  }

  #anyCounted(): boolean {
    for (const caller of this.#callers.values()) if (this.#tallyOf(caller)) return true;
    return false;
  }
}
