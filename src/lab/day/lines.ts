import { Deadlines } from '../../base/deadlines.ts';
import type { Waiter } from './mirror.ts';

interface Line {
  readonly places: Deadlines;
  readonly waiters: Map<string, Waiter>;
}

/** Callers who are alike, by their places. */
export class Lines {
  readonly #lines = new Map<string, Line>();
  readonly #lineOf = new Map<string, Line>();

  /** @param waiter undefined: he does not wait */
  put(call: string, waiter: Waiter | undefined): void {
    const before = this.#lineOf.get(call);
    if (before && before.waiters.get(call) === waiter) return;
    before?.waiters.delete(call);
    before?.places.set(call, undefined);
    this.#lineOf.delete(call);
    if (!waiter) return;
    const line = this.#lines.get(waiter.key) ?? { places: new Deadlines(), waiters: new Map() };
    this.#lines.set(waiter.key, line);
    this.#lineOf.set(call, line);
    line.waiters.set(call, waiter);
    line.places.set(call, waiter.since);
  }

  /** Whoever has waited longest of those who are like him. */
  firstOf(waiter: Waiter): Waiter | undefined {
    return firstIn(this.#lines.get(waiter.key));
  }

  /** The first of each line. */
  *firsts(): Iterable<Waiter> {
    for (const line of this.#lines.values()) {
      const first = firstIn(line);
      if (first) yield first;
    }
  }
}

function firstIn(line: Line | undefined): Waiter | undefined {
  const first = line?.places.first();
  return first === undefined ? undefined : line?.waiters.get(first);
}
