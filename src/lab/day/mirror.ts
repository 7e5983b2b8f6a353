import { type Agent, extensionOf } from '../../agent/agent.ts';
import type { Call } from '../../call/call.ts';
import type { Leg } from '../../call/leg.ts';
import type { CallerFacts, Queue } from '../../queue/queue.ts';
import { withOverflow } from './fit.ts';

/** A caller who waits, as the mirror sees him. */
export interface Waiter {
  readonly call: Call;
  readonly phase: Call['phase'];
  readonly queue: Queue;
  readonly caller: CallerFacts;
  /** His place in line, UTC ms. */
  readonly since: number;
  /** Time for those who know him, ms; at most. */
  readonly firstMs: number;
  /** Callers with the same key are alike in everything but their place. */
  readonly key: string;
  /** When he was first seen so, in time that really passed. */
  readonly seenAt: number;
}

/** An agent who is ready, with the place of his skills and attributes among all there are. */
export interface Idler {
  readonly agent: Agent;
  readonly extension: string;
  readonly profile: number;
  readonly seenAt: number;
}

/** The live centre, put together from what turns committed and from nothing else. */
export class Mirror {
  readonly calls = new Map<string, Call>();
  readonly agents = new Map<string, Agent>();
  readonly waiting = new Map<string, Waiter>();
  readonly ready = new Map<string, Idler>();
  /** The live leg of each agent who has one. */
  readonly legOf = new Map<string, string>();
  readonly #queues: ReadonlyMap<string, Queue>;
  readonly #profiles = new Map<string, number>();
  readonly #profileOf = new WeakMap<object, number>();

  constructor(agents: readonly Agent[], queues: readonly Queue[]) {
    for (const agent of agents) this.agents.set(agent.id, agent);
    const byName = new Map(queues.map((queue) => [queue.name, queue]));
    this.#queues = new Map(queues.map((queue) => [queue.name, withOverflow(queue, byName)]));
  }

  /** @param passed time that really passed, ms @returns agents who have a second call */
  putCalls(calls: readonly Call[], passed: number): { readonly call: Call; readonly agent: string }[] {
    // Whoever is free and gets another call in the same turn has one at a time.
    for (const call of calls) this.#forgetLegs(call);
    const doubly = calls.flatMap((call) => this.#noteLegs(call).map((agent) => ({ call, agent })));
    for (const call of calls) this.#put(call, passed);
    return doubly;
  }

  #put(call: Call, passed: number): void {
    if (call.phase.at === 'ended') this.calls.delete(call.id);
    else this.calls.set(call.id, call);
    const known = this.waiting.get(call.id);
    if (call.phase.at !== 'queued') this.waiting.delete(call.id);
    else if (known?.phase !== call.phase) {
      const waiter = this.#waiterOf(call, passed);
      if (waiter) this.waiting.set(call.id, waiter);
    }
  }

  putAgent(agent: Agent, passed: number): void {
    this.agents.set(agent.id, agent);
    const extension = extensionOf(agent);
    if (agent.state.at !== 'ready' || extension === undefined) this.ready.delete(agent.id);
    else if (this.ready.get(agent.id)?.agent.state !== agent.state)
      this.ready.set(agent.id, { agent, extension, profile: this.profileOf(agent), seenAt: passed });
  }

  /** Agents with the same skills and attributes have the same number. */
  profileOf({ skills, attributes = {} }: Agent): number {
    const known = this.#profileOf.get(skills);
    if (known !== undefined) return known;
    const key = JSON.stringify([skills, attributes]);
    const profile = this.#profiles.get(key) ?? this.#profiles.size;
    this.#profiles.set(key, profile);
    this.#profileOf.set(skills, profile);
    return profile;
  }

  #forgetLegs({ legs }: Call): void {
    for (const leg of legs)
      if (leg.agent !== undefined && !isLive(leg) && this.legOf.get(leg.agent) === leg.id)
        this.legOf.delete(leg.agent);
  }

  #noteLegs({ legs }: Call): string[] {
    const doubly: string[] = [];
    for (const leg of legs) {
      if (leg.agent === undefined || !isLive(leg)) continue;
      const known = this.legOf.get(leg.agent);
      if (known !== undefined && known !== leg.id) doubly.push(leg.agent);
      this.legOf.set(leg.agent, leg.id);
    }
    return doubly;
  }

  #waiterOf(call: Call, passed: number): Waiter | undefined {
    const { phase, facts } = call;
    const queue = phase.at === 'queued' ? this.#queues.get(phase.queue) : undefined;
    if (phase.at !== 'queued' || !queue) return undefined;
    const attributes = { ...facts.customer?.attributes, ...phase.wishes?.attributes };
    const caller: CallerFacts = { tier: facts.tier ?? '', language: facts.language, attributes };
    const knows = queue.first.who.some((who) => facts.customer?.agents[who] !== undefined);
    const { needs, prefers } = phase.wishes ?? {};
    return {
      call,
      phase,
      queue,
      caller,
      since: phase.since,
      firstMs: knows ? queue.first.forMs : 0,
      key: JSON.stringify([queue.name, caller, needs, prefers, facts.customer?.patienceMs, knows]),
      seenAt: passed,
    };
  }
}

export function isLive(leg: Leg): boolean {
  return leg.endedAt === undefined;
}
