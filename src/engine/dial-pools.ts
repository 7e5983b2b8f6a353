import type { Agent } from '../agent/agent.ts';
import { lendable, usualKeepBack } from '../agent/blend.ts';
import type { OutboundCampaign } from '../dialer/outbound.ts';
import type { Pacer } from '../dialer/pacing.ts';
import type { Queue } from '../queue/queue.ts';
import { Requirement } from '../queue/requirement.ts';
import type { RoutingRules } from '../queue/rules.ts';
import { DialPool } from './dial-pool.ts';

export interface DialPoolsParts {
  /** Of a new pool. */
  readonly pacer: () => Pacer;
  /** True for a live call of a campaign. */
  readonly callsOut: (call: string) => boolean;
}

interface Fits {
  readonly attributes: Agent['attributes'];
  readonly queues: Map<string, boolean>;
}

/** Who is in which pool, and who of them is kept back for callers. */
export class DialPools {
  readonly byQueue = new Map<string, DialPool>();
  readonly #parts: DialPoolsParts;
  readonly #agents = new Map<string, { readonly agent: Agent; readonly free: boolean }>();
  readonly #weights = new Map<string, number>();
  /** Which queues agents fit, by their skills. */
  #fits = new WeakMap<Agent['skills'], Fits>();
  #rules: RoutingRules;
  /** Queues in which callers wait, as against those of campaigns. */
  #inbound: readonly Queue[] = [];

  constructor(rules: RoutingRules, parts: DialPoolsParts) {
    this.#parts = parts;
    this.#rules = rules;
  }

  takeRules(rules: RoutingRules): void {
    this.#rules = rules;
    this.#fits = new WeakMap();
    this.#sort();
  }

  /** The campaigns at work: each queue of theirs has a pool. */
  takeCampaigns(campaigns: readonly OutboundCampaign[]): void {
    this.#weights.clear();
    for (const { queue, status, weight } of campaigns)
      this.#weights.set(queue, (this.#weights.get(queue) ?? 0) + (status === 'running' ? weight : 0));
    for (const queue of [...this.byQueue.keys()]) if (!this.#weights.has(queue)) this.byQueue.delete(queue);
    for (const queue of this.#weights.keys())
      if (!this.byQueue.has(queue)) this.byQueue.set(queue, new DialPool(queue, this.#parts.pacer()));
    this.#sort();
  }

  /** Notes how an agent is. @param free he can be given a call now */
  agentChanged(agent: Agent, free: boolean): void {
    this.#agents.set(agent.id, { agent, free });
    const isThere = agent.state.at !== 'logged-out';
    const own = isThere ? this.#poolFor(agent) : undefined;
    for (const pool of this.byQueue.values()) {
      if (isThere && this.fits(agent, pool.queue)) pool.takers.add(agent.id);
      else pool.takers.delete(agent.id);
      if (pool !== own) pool.remove(agent.id);
    }
    own?.put(agent, free, this.#isOut(agent), this.#isBlended(agent));
  }

  agentGone(id: string): void {
    this.#agents.delete(id);
    for (const pool of this.byQueue.values()) {
      pool.takers.delete(id);
      pool.remove(id);
    }
  }

  /** True for an agent who takes the calls of this queue. */
  fits(agent: Agent, queue: string): boolean {
    const rules = this.#rules.queues.get(queue);
    return rules !== undefined && this.#fitsQueue(agent, rules);
  }

  /**
   * Who is free to dial for: callers come first. Who takes the calls of a queue in which one waits is not lent; of the others, some are kept
   * back by the threshold rule, which holds for all pools together.
   * @param waiting queues in which callers wait
   */
  lend(waiting: readonly string[]): void {
    const pools = [...this.byQueue.values()].map((pool) => this.#idleOf(pool, waiting));
    const count = (of: (one: (typeof pools)[number]) => number): number =>
      pools.reduce((sum, one) => sum + of(one), 0);
    const mayDial = count(({ mayServe }) => mayServe.length);
    const ready = mayDial + count(({ serve }) => serve.length);
    const blended = count(({ pool }) => pool.blended);
    // Where there is one agent only, he could never call anybody.
    const keepBack = Math.min(usualKeepBack(blended), Math.max(0, blended - 1));
    // Of those for whom somebody waits, nobody is asked for.
    let left = mayDial - lendable({ mayDial, ready, keepBack, waiting: 0 });
    // Those first for whom nothing is to be dialled anyway.
    const spare = pools.filter(({ pool }) => !pool.hasWork);
    for (; left > 0; left -= 1) {
      const from = spare.some(({ mayServe }) => mayServe.length > 0) ? spare : pools;
      const most = from.reduce((a, b) => (b.mayServe.length > a.mayServe.length ? b : a));
      most.serve.push(most.mayServe.pop()!);
    }
    for (const { pool, serve } of pools) pool.keep(new Set(serve));
  }

  /** Of the idle agents of a pool, those who are to serve who waits now, and those who take callers too. */
  #idleOf(pool: DialPool, waiting: readonly string[]) {
    const serve: string[] = [];
    const mayServe: string[] = [];
    for (const { id, blended } of pool.idle()) {
      const known = this.#agents.get(id);
      if (known && waiting.some((queue) => this.fits(known.agent, queue))) serve.push(id);
      else if (blended) mayServe.push(id);
    }
    return { pool, serve, mayServe };
  }

  #sort(): void {
    this.#inbound = [...this.#rules.queues.values()].filter(({ name }) => !this.#weights.has(name));
    for (const { agent, free } of this.#agents.values()) this.agentChanged(agent, free);
  }

  /** Each agent counts in one pool: of those whose calls he takes, the one with the fewest agents for its campaigns' weight. */
  #poolFor(agent: Agent): DialPool | undefined {
    let best: DialPool | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const pool of this.byQueue.values()) {
      if (!this.fits(agent, pool.queue)) continue;
      if (pool.has(agent.id)) return pool;
      const load = (pool.size + 1) / Math.max(this.#weights.get(pool.queue) ?? 0, 0.001);
      if (load < least) [best, least] = [pool, load];
    }
    return best;
  }

  #isOut(agent: Agent): boolean {
    return 'call' in agent.state && this.#parts.callsOut(agent.state.call);
  }

  #isBlended(agent: Agent): boolean {
    return this.#inbound.some((queue) => this.#fitsQueue(agent, queue));
  }

  /** Asked at every change of an agent, answered anew only when his skills or the rules are others. */
  #fitsQueue(agent: Agent, queue: Queue): boolean {
    let known = this.#fits.get(agent.skills);
    if (known?.attributes !== agent.attributes || !known) {
      known = { attributes: agent.attributes, queues: new Map() };
      this.#fits.set(agent.skills, known);
    }
    let fits = known.queues.get(queue.name);
    if (fits === undefined) {
      fits = fitsQueue(agent, queue);
      known.queues.set(queue.name, fits);
    }
    return fits;
  }
}

/** True when the agent fits a caller of the queue of whom nothing is known, at some step of its ladder. */
function fitsQueue({ id, skills, attributes = {} }: Agent, queue: Queue): boolean {
  const caller = { tier: '', language: '', attributes: {} };
  return new Requirement({ call: '', queue, since: 0, caller }).stepOf({ id, skills, attributes }) >= 0;
}
