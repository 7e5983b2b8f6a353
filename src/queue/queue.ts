import type { Attributes } from '../base/attributes.ts';
import type { Familiar } from '../call/call.ts';

/** An agent as rules see him. */
export interface AgentFacts {
  readonly id: string;
  /** Score per skill, 0 to 10, fractions too. */
  readonly skills: Readonly<Record<string, number>>;
  readonly attributes: Attributes;
}

/** A caller as rules see him: who he is, and what the flow said of this call. */
export interface CallerFacts {
  /** '' when unknown. */
  readonly tier: string;
  readonly language: string;
  readonly attributes: Attributes;
}

/** Something that must hold between a caller and an agent. */
export interface Condition {
  /** As it stands in the file. */
  readonly text: string;
  /** What it looks at in the caller: `tier`, `language` or names of attributes. Callers alike in these are alike to it. */
  readonly looksAt: readonly string[];
  /** The sensitive attributes among those that it looks at on either side, such as `agent.age`. */
  readonly sensitive?: readonly string[];
  /** May throw; then it does not hold. */
  holds(agent: AgentFacts, caller: CallerFacts): boolean;
}

/** What makes one fit agent better than another. */
export interface Preference {
  readonly text: string;
  readonly looksAt: readonly string[];
  readonly sensitive?: readonly string[];
  /** Higher is better. May throw; then it is 0. */
  score(agent: AgentFacts, caller: CallerFacts): number;
}

/** A step of relaxing: who fits any step that has begun may be offered the call. */
export interface LadderStep {
  readonly needs: readonly Condition[];
  /** Agents of another queue, to which it overflows; whether they are there changes nothing for its own steps. */
  readonly helps?: true;
  /** How long until the next step begins too, ms; of no meaning in the last one. */
  readonly forMs: number;
}

/** How one tier is served in a queue. */
export interface Lane {
  /** So many of a hundred callers … */
  readonly goal: number;
  /** … are to be answered within this, ms. */
  readonly targetMs: number;
  /** For strict order: higher is served first. */
  readonly priority: number;
  /** For order by score: counts as so much wait more, ms. */
  readonly bonusMs: number;
}

/** Who of the waiting comes first; one rule for the centre, because an agent of several queues compares them. */
export type Order = 'service-level' | 'strict' | 'fifo' | 'score';
export const ORDERS: readonly Order[] = ['service-level', 'strict', 'fifo', 'score'];

/** A queue's rules. Times in ms. */
export interface Queue {
  readonly name: string;
  /** At least one step. */
  readonly ladder: readonly LadderStep[];
  readonly prefers: readonly Preference[];
  /** By tier; `''` is for callers of any other. */
  readonly lanes: Readonly<Record<string, Lane>>;
  /** Those who know the caller are asked before the ladder begins, for this long. */
  readonly first: { readonly who: readonly Familiar[]; readonly forMs: number };
  readonly ringMs: number;
  readonly wrapUpMs: number;
  readonly maxWaitMs: number;
  readonly music: string;
  /** More than these are not let in. */
  readonly maxWaiting: number;
  /** Calendar of its hours, '' for always. */
  readonly hours: string;
  /** Queues whose agents may help after a while, in this order. */
  readonly overflow: readonly { readonly afterMs: number; readonly queue: string }[];
}

/** What is usual, for lanes and queues that say nothing else. */
export const USUAL_LANE: Lane = { goal: 0.8, targetMs: 20_000, priority: 0, bonusMs: 0 };
const USUAL: Omit<Queue, 'name' | 'ladder'> = {
  prefers: [],
  lanes: { '': USUAL_LANE },
  first: { who: [], forMs: 0 },
  ringMs: 15_000,
  wrapUpMs: 10_000,
  maxWaitMs: 120_000,
  music: 'default',
  maxWaiting: 100_000,
  hours: '',
  overflow: [],
};

/** A queue that needs the least score per skill, and is as usual otherwise. */
export function skillQueue(
  name: string,
  needs: Readonly<Record<string, number>>,
  rules: Partial<Omit<Queue, 'name'>> = {},
): Queue {
  const conditions = Object.entries(needs).map(([skill, least]) => skillAtLeast(skill, least));
  return { ...USUAL, name, ladder: [{ needs: conditions, forMs: 0 }], ...rules };
}

/** A condition on one skill; an agent without it has less than any score. */
export function skillAtLeast(skill: string, least: number): Condition {
  return {
    text: `skill.${skill} >= ${least}`,
    looksAt: [],
    holds: (agent) => (agent.skills[skill] ?? -1) >= least,
  };
}

/** The lane of a tier. */
export function laneOf(queue: Queue, tier: string): Lane {
  return queue.lanes[tier] ?? queue.lanes[''] ?? USUAL_LANE;
}

/** A caller who waits. */
export interface Waiting {
  readonly call: string;
  readonly queue: Queue;
  /** His place in line: UTC ms from which his wait counts. */
  readonly since: number;
  readonly caller: CallerFacts;
  /** How long he is known to tolerate, ms; tightens his own target. */
  readonly patienceMs?: number;
  /** Agents who know him, in the order in which they are asked. */
  readonly familiar?: readonly string[];
  /** What this call needs beyond its queue, at every step, and prefers. */
  readonly needs?: readonly Condition[];
  readonly prefers?: readonly Preference[];
  /** The agent for whom a supervisor keeps him: nobody else is asked as long as that one works, whether he fits or not. */
  readonly keptFor?: string;
  /** He is more urgent than all who are not. */
  readonly isFirst?: true;
}

/** An offer, and why it was made. */
export interface Offer {
  readonly call: string;
  readonly queue: string;
  readonly agent: string;
  /** The caller as he waited. */
  readonly waiting: Waiting;
  readonly why: OfferReason;
}

/** Why this caller got this agent now. Agents with the same skills and attributes are told as one. */
export interface OfferReason {
  /** `kept`: a supervisor keeps the caller for him. `familiar`: he knows the caller. `best-score`: the preferences put him first. Else the longest idle of those who fit. */
  readonly rule: 'kept' | 'familiar' | 'best-score' | 'longest-idle' | 'only';
  readonly order: Order;
  readonly waitedMs: number;
  /** The caller's urgency, as the order reckons it. */
  readonly urgency: number;
  /** Step of the ladder that had begun last, from 0; -1 while only those are asked who know the caller. */
  readonly step: number;
  /** Score of the chosen agent by the preferences. */
  readonly score: number;
  /** Agents who were ready and free, and how many of them fitted at this step. */
  readonly ready: number;
  readonly fit: number;
  /** Who fitted, best first; the chosen one among them. */
  readonly considered: readonly Considered[];
  /** Who was ready and did not fit. */
  readonly removed: readonly Removed[];
  /** The most urgent other callers whom this agent could have served. */
  readonly rivals: readonly Rival[];
}

export interface Considered {
  /** The longest idle of so many alike. */
  readonly agent: string;
  readonly alike: number;
  readonly score: number;
  readonly idleMs: number;
}

export interface Removed {
  readonly agent: string;
  readonly alike: number;
  /** The first condition that does not hold, or `later`: he fits a step that has not begun. */
  readonly by: string;
}

export interface Rival {
  readonly call: string;
  readonly queue: string;
  readonly tier: string;
  readonly urgency: number;
}
