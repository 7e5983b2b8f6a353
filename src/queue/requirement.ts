import type { AgentFacts, CallerFacts, Condition, LadderStep, Preference, Queue, Waiting } from './queue.ts';

/** What callers of one kind need of an agent: the ladder and the preferences, with all that these look at in a caller. */
export class Requirement {
  readonly #ladder: readonly LadderStep[];
  readonly #prefers: readonly Preference[];
  readonly #caller: CallerFacts;

  constructor({ queue, needs = [], prefers = [], caller }: Waiting) {
    this.#ladder =
      needs.length === 0
        ? queue.ladder
        : queue.ladder.map((step) => ({ ...step, needs: [...step.needs, ...needs] }));
    this.#prefers = prefers.length === 0 ? queue.prefers : [...queue.prefers, ...prefers];
    this.#caller = caller;
  }

  /** First step of the ladder whose needs the agent meets; -1 for none. What throws does not hold. */
  stepOf(agent: AgentFacts): number {
    return this.#ladder.findIndex(({ needs }) => needs.every((need) => holds(need, agent, this.#caller)));
  }

  /** By the preferences; higher is better. What throws counts nothing. */
  scoreOf(agent: AgentFacts): number {
    let sum = 0;
    for (const preference of this.#prefers) sum += scoreOf(preference, agent, this.#caller);
    return sum;
  }

  /** The first condition of the last step that the agent does not meet; '' when he meets all. */
  lackOf(agent: AgentFacts): string {
    const needs = this.#ladder.at(-1)?.needs ?? [];
    return needs.find((need) => !holds(need, agent, this.#caller))?.text ?? '';
  }
}

/** True when the agent meets what this one call needs beyond its queue. */
export function meetsOwnNeeds({ needs = [], caller }: Waiting, agent: AgentFacts): boolean {
  return needs.every((need) => holds(need, agent, caller));
}

/** Callers with the same key have the same requirement: the values of whatever its conditions look at. */
export function requirementKey({ queue, needs = [], prefers = [], caller }: Waiting): string {
  const own = lookedAt(queue);
  if (needs.length === 0 && prefers.length === 0) {
    if (own.length === 0) return queue.name;
    return JSON.stringify([queue.name, own.map((name) => seenIn(caller, name) ?? null)]);
  }
  const wishes = [...needs, ...prefers];
  const names = new Set([...own, ...wishes.flatMap(({ looksAt }) => looksAt)]);
  const seen = [...names].map((name) => seenIn(caller, name) ?? null);
  return JSON.stringify([queue.name, seen, wishes.map(({ text }) => text)]);
}

const LOOKED_AT = new WeakMap<Queue, readonly string[]>();

/** What the rules of a queue look at in a caller. */
function lookedAt(queue: Queue): readonly string[] {
  const known = LOOKED_AT.get(queue);
  if (known) return known;
  const parts = [...queue.ladder.flatMap((step) => step.needs), ...queue.prefers];
  const names = [...new Set(parts.flatMap(({ looksAt }) => looksAt))];
  LOOKED_AT.set(queue, names);
  return names;
}

function seenIn(caller: CallerFacts, name: string): unknown {
  if (name === 'tier') return caller.tier;
  return name === 'language' ? caller.language : caller.attributes[name];
}

function holds(condition: Condition, agent: AgentFacts, caller: CallerFacts): boolean {
  try {
    return condition.holds(agent, caller);
  } catch {
    // The rules' reader counts it and tells; here nobody may be stuck by it.
    return false;
  }
}

function scoreOf(preference: Preference, agent: AgentFacts, caller: CallerFacts): number {
  try {
    const score = preference.score(agent, caller);
    return Number.isFinite(score) ? score : 0;
  } catch {
    return 0;
  }
}
