import type { AgentFacts, CallerFacts, Condition, LadderStep, Preference, Queue, Waiting } from './queue.ts';

/** How agents of one profile fit a requirement. */
export interface Fit {
  /** First step of the ladder at which they fit; -1 for never. */
  readonly step: number;
  /** By the preferences; higher is better. */
  readonly score: number;
  /** The first condition of the last step that they do not meet, when they never fit. */
  readonly lacks: string;
}

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

  /** How an agent fits. What throws does not hold, or counts nothing. */
  fitOf(agent: AgentFacts): Fit {
    let lacks = '';
    for (const [step, { needs }] of this.#ladder.entries()) {
      const failed = needs.find((need) => !holds(need, agent, this.#caller));
      if (!failed) return { step, score: this.#scoreOf(agent), lacks: '' };
      lacks = failed.text;
    }
    return { step: -1, score: 0, lacks };
  }

  #scoreOf(agent: AgentFacts): number {
    let sum = 0;
    for (const preference of this.#prefers) sum += scoreOf(preference, agent, this.#caller);
    return sum;
  }
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
