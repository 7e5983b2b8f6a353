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
  /** Agents who were ready. */
  readonly considered: readonly string[];
  /** Those of them who have the skills, longest idle first. */
  readonly fit: readonly string[];
}

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
  const offers: Offer[] = [];
  for (const caller of inOrder) {
    if (idle.length === 0) break;
    const fit = idle.filter((agent) => fits(agent, caller.queue));
    const chosen = fit[0];
    if (!chosen) continue;
    offers.push({
      call: caller.call,
      queue: caller.queue.name,
      agent: chosen.id,
      why: {
        rule: 'longest-idle',
        waitedMs: now - caller.since,
        rank: caller.rank,
        considered: idle.map((agent) => agent.id),
        fit: fit.map((agent) => agent.id),
      },
    });
    idle.splice(idle.indexOf(chosen), 1);
  }
  return offers;
}
