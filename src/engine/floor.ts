import { type Agent, extensionOf } from '../agent/agent.ts';
import type { Attributes } from '../base/attributes.ts';
import type { Call } from '../call/call.ts';
import type { Callback } from '../queue/callback.ts';
import { Matcher } from '../queue/matcher.ts';
import type { AgentFacts, Offer, Queue } from '../queue/queue.ts';
import type { RoutingRules } from '../queue/rules.ts';
import { DelayRatio } from '../queue/service-level.ts';
import { waiterFacts, waitingUnder } from '../queue/waiting.ts';

/** What the floor asks of the rest. */
export interface FloorParts {
  /** True while a phone is in use. */
  readonly isBusy: (extension: string) => boolean;
  /** True when an agent may be rung now: somebody elsewhere has his hours. */
  readonly isOnDuty: (agent: Agent) => boolean;
  /** Told how an agent is, whenever that may have changed. @param free he can be given a call now */
  readonly noticed?: (agent: Agent, free: boolean) => void;
  /** Told who is no agent any more. */
  readonly gone?: (agent: string) => void;
}

/** Offers made in one turn at most, so that its commit stays short. */
const OFFERS_AT_ONCE = 100;

const NONE: Attributes = {};

/** Where callers and agents meet: keeps the matcher in step with the live state. */
export class Floor {
  readonly #parts: FloorParts;
  readonly #ratio = new DelayRatio();
  readonly #facts = new WeakMap<Agent['skills'], AgentFacts>();
  /** Calls that wait in a queue that is gone. */
  readonly #queueless = new Set<string>();
  /** Callbacks in line. */
  readonly #callbacks = new Set<string>();
  #rules: RoutingRules;
  #matcher: Matcher;
  /** When to look again, UTC ms. */
  #due = Number.POSITIVE_INFINITY;

  constructor(rules: RoutingRules, parts: FloorParts) {
    this.#parts = parts;
    this.#rules = rules;
    this.#matcher = new Matcher(rules.order, this.#ratio);
  }

  get rules(): RoutingRules {
    return this.#rules;
  }

  /** Agents who are logged in, and ready and free, for a caller of the queue of whom nothing is known. */
  strengthOf(queue: Queue): ReturnType<Matcher['strengthOf']> {
    return this.#matcher.strengthOf(queue);
  }

  /** Calls that nobody who is logged in could serve, or whose queue is gone. */
  hopeless(): string[] {
    return [...this.#queueless, ...this.#matcher.hopeless()];
  }

  /** Other rules are in force: everybody is looked at anew. What the order has learned stays. */
  takeRules(rules: RoutingRules, agents: Iterable<Agent>, calls: Iterable<Call>): void {
    this.#rules = rules;
    this.#matcher = new Matcher(rules.order, this.#ratio);
    this.#callbacks.clear();
    for (const agent of agents) this.agentChanged(agent);
    for (const call of calls) this.callChanged(call);
  }

  /** Notes what an agent is like, and whether he and his phone are free. */
  agentChanged(agent: Agent): void {
    const { state } = agent;
    const extension = extensionOf(agent);
    const free = state.at === 'ready' && !this.#parts.isBusy(state.extension) && this.#parts.isOnDuty(agent);
    this.#matcher.setAgent({
      facts: this.#factsOf(agent),
      present: extension !== undefined,
      working: extension !== undefined && state.at !== 'not-ready',
      ...(free && { readySince: state.since }),
    });
    this.#parts.noticed?.(agent, free);
  }

  agentGone(id: string): void {
    this.#matcher.removeAgent(id);
    this.#parts.gone?.(id);
  }

  /** Notes whether a call waits. */
  callChanged(call: Call): void {
    const { phase } = call;
    this.#queueless.delete(call.id);
    if (phase.at !== 'queued') return this.#matcher.remove(call.id);
    const queue = this.#rules.queues.get(phase.queue);
    if (queue) return this.#matcher.setWaiting(waitingUnder(this.#rules, queue, waiterFacts(call, phase)));
    this.#matcher.remove(call.id);
    this.#queueless.add(call.id);
  }

  /** Somebody who is to be called back waits like a caller, in the place that he had. */
  callbackWaits({ id, queue: name, since, plan }: Callback): void {
    const queue = this.#rules.queues.get(name);
    if (!queue || !plan || this.#callbacks.has(id)) return;
    this.#callbacks.add(id);
    const facts = waiterFacts({ id, facts: plan.facts }, { since, ...plan });
    this.#matcher.setWaiting(waitingUnder(this.#rules, queue, facts));
  }

  callbackGone(id: string): void {
    if (this.#callbacks.delete(id)) this.#matcher.remove(id);
  }

  /** A caller's wait in a queue is over. @param waitMs until he was answered; undefined when he was not */
  waitOver(queue: string, tier: string | undefined, waitMs: number | undefined): void {
    const rules = this.#rules.queues.get(queue);
    if (rules) this.#matcher.served(rules, tier ?? '', waitMs);
  }

  /** @param now UTC ms */
  offers(now: number): Offer[] {
    if (now >= this.#due) this.#matcher.timePassed();
    return this.#matcher.offers(now, OFFERS_AT_ONCE);
  }

  /** When to look again although nothing happens, UTC ms. */
  nextDue(now: number): number | undefined {
    const due = this.#matcher.pending ? now : this.#matcher.nextDue(now);
    this.#due = due ?? Number.POSITIVE_INFINITY;
    return due;
  }

  /** The same object as long as the agent's skills are the same ones. */
  #factsOf({ id, skills, attributes = NONE }: Agent): AgentFacts {
    const known = this.#facts.get(skills);
    if (known && known.id === id && known.attributes === attributes) return known;
    const facts = { id, skills, attributes };
    this.#facts.set(skills, facts);
    return facts;
  }
}
