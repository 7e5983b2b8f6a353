import type { Agent } from '../agent/agent.ts';

/** A queue's rules. Times in ms. */
export interface Queue {
  readonly name: string;
  /** What an agent needs to serve it: the least score per skill. */
  readonly needs: Readonly<Record<string, number>>;
  readonly ringMs: number;
  readonly wrapUpMs: number;
  readonly maxWaitMs: number;
  readonly music: string;
}

/** A caller who waits. */
export interface Waiting {
  readonly call: string;
  readonly queue: Queue;
  /** UTC ms. */
  readonly since: number;
  /** Higher is served first. */
  readonly rank: number;
}

/** An offer, and why it was made. */
export interface Offer {
  readonly call: string;
  readonly queue: string;
  readonly agent: string;
  readonly why: OfferReason;
}

export interface OfferReason {
  readonly rule: 'longest-idle';
  readonly waitedMs: number;
  readonly rank: number;
  /** How many agents were ready and free, and how many of them have the skills. */
  readonly ready: number;
  readonly fit: number;
  /** The first of those who fit, longest idle first. */
  readonly first: readonly string[];
}

/** Agents that an offer names. */
const NAMED = 5;

/** True when the agent's skills reach what the queue needs. */
export function fits(agent: Agent, queue: Queue): boolean {
  return Object.entries(queue.needs).every(([skill, score]) => (agent.skills[skill] ?? -1) >= score);
}

/**
 * Who gets whom: callers by rank, then longest waiting; each gets the longest idle of the ready agents who have the
 * skills. Everybody appears in one offer at most.
 * @param ready agents in state `ready` whose phones are free
 * @param now UTC ms
 */
export function match(waiting: readonly Waiting[], ready: readonly Agent[], now: number): Offer[] {
  const idle = [...ready].sort((a, b) => a.state.since - b.state.since || (a.id < b.id ? -1 : 1));
  const inOrder = [...waiting].sort(
    (a, b) => b.rank - a.rank || a.since - b.since || (a.call < b.call ? -1 : 1),
  );
  const fitting = new Map<Queue, Agent[]>();
  const taken = new Set<string>();
  const offers: Offer[] = [];
  for (const { call, queue, since, rank } of inOrder) {
    if (taken.size === idle.length) break;
    const fit = fitting.get(queue) ?? idle.filter((agent) => fits(agent, queue));
    while (fit[0] && taken.has(fit[0].id)) fit.shift();
    fitting.set(queue, fit);
    const [chosen] = fit;
    if (!chosen) continue;
    taken.add(chosen.id);
    const first = fit.slice(0, NAMED).map((agent) => agent.id);
    const why = {
      rule: 'longest-idle',
      waitedMs: now - since,
      rank,
      ready: idle.length,
      fit: fit.length,
      first,
    } as const;
    offers.push({ call, queue: queue.name, agent: chosen.id, why });
  }
  return offers;
}
