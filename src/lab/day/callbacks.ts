import { type Callback, isDue } from '../../queue/callback.ts';
import type { CallerFacts, Queue } from '../../queue/queue.ts';
import { firstFit, stepAt } from './fit.ts';
import type { Idler } from './mirror.ts';

/** Whoever is to be called back and whose turn it is waits no longer than this for an agent who has nothing to do, ms. */
const FORGOTTEN_MS = 75_000;

/** Looks for callbacks that are in the book and in nobody's mind. */
export class CallbackWatch {
  readonly #queues: ReadonlyMap<string, Queue>;
  /** Since when each is open and due, in time that really passed. */
  #since = new Map<string, number>();

  constructor(queues: readonly Queue[]) {
    this.#queues = new Map(queues.map((queue) => [queue.name, queue]));
  }

  /** @param now UTC ms @param passed time that really passed, ms @returns what is wrong, a sentence each */
  look(book: Iterable<Callback>, ready: readonly Idler[], now: number, passed: number): string[] {
    const since = new Map<string, number>();
    const wrong: string[] = [];
    const rested = ready.filter(({ seenAt }) => passed - seenAt > FORGOTTEN_MS);
    for (const callback of book) {
      const { id, done, calling } = callback;
      if (done || calling !== undefined || !isDue(callback, now)) continue;
      since.set(id, this.#since.get(id) ?? passed);
      if (passed - since.get(id)! <= FORGOTTEN_MS) continue;
      const idler = rested.find((one) => this.#fits(callback, one, now));
      if (idler) wrong.push(`nobody calls ${id}, and ${idler.agent.id} is ready`);
    }
    this.#since = since;
    return wrong;
  }

  #fits({ queue: name, since, plan }: Callback, { agent }: Idler, now: number): boolean {
    const queue = this.#queues.get(name);
    if (queue?.hours !== '' || !plan || (plan.wishes?.needs?.length ?? 0) > 0) return false;
    const { tier = '', language, customer } = plan.facts;
    const attributes = { ...customer?.attributes, ...plan.wishes?.attributes };
    const caller: CallerFacts = { tier, language, attributes };
    const facts = { id: agent.id, skills: agent.skills, attributes: agent.attributes ?? {} };
    const fit = firstFit(facts, caller, queue, []);
    return fit !== -1 && fit <= stepAt(queue, now - since, queue.first.forMs);
  }
}

/**
 * What is wrong with the callbacks at the end of a day, a sentence each.
 * @param promised numbers of those who were told that they are called back, and how often an agent reached each
 * @param book all callbacks, open and done
 */
export function lostCallbacks(promised: ReadonlyMap<string, number>, book: readonly Callback[]): string[] {
  const wrong: string[] = [];
  const asked = Map.groupBy(book, ({ number }) => number);
  for (const [number, times] of promised) {
    const callbacks = asked.get(number) ?? [];
    const reached = callbacks.filter(({ done }) => done?.outcome === 'reached').length;
    if (callbacks.length === 0)
      wrong.push(`${number} was told that he is called back, and is not in the book`);
    if (times > callbacks.length)
      wrong.push(`${number} was called back ${times} times, and asked ${callbacks.length} times`);
    if (reached > 0 && times === 0)
      wrong.push(`${number} was called back by the book, and has not heard of it`);
  }
  for (const { id, calling } of book) if (calling !== undefined) wrong.push(`${id} is still being called`);
  return wrong;
}
