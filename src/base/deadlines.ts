/** Of two with the same time, the one who was set first is first. */
interface Entry {
  readonly id: string;
  readonly time: number;
  readonly order: number;
}

const isBefore = (a: Entry, b: Entry): boolean => a.time < b.time || (a.time === b.time && a.order < b.order);

/**
 * Who is due when. A binary heap with lazy deletion: setting and clearing cost O(log n) and O(1), the next due time O(1)
 * amortised, however many wait.
 */
export class Deadlines {
  readonly #times = new Map<string, number>();
  #heap: Entry[] = [];
  #order = 0;

  /** Sets the one deadline of `id` (UTC ms), or clears it with undefined. */
  set(id: string, time: number | undefined): void {
    if (this.#times.get(id) === time) return;
    if (time === undefined) {
      this.#times.delete(id);
      return;
    }
    this.#times.set(id, time);
    this.#push({ id, time, order: this.#order++ });
  }

  /** The earliest deadline in UTC ms, undefined when nobody waits. */
  next(): number | undefined {
    this.#dropStale();
    return this.#heap[0]?.time;
  }

  /** Who is due first; undefined when nobody waits. */
  first(): string | undefined {
    this.#dropStale();
    return this.#heap[0]?.id;
  }

  /** How many have a deadline. */
  get size(): number {
    return this.#times.size;
  }

  /** Everybody who has one, in no order. */
  ids(): Iterable<string> {
    return this.#times.keys();
  }

  /** Takes out everybody who is due at `now`, earliest first. */
  takeDue(now: number): string[] {
    const due: string[] = [];
    for (this.#dropStale(); this.#heap[0] && this.#heap[0].time <= now; this.#dropStale()) {
      const { id } = this.#heap[0];
      this.#times.delete(id);
      due.push(id);
    }
    return due;
  }

  #dropStale(): void {
    while (this.#heap[0] && this.#times.get(this.#heap[0].id) !== this.#heap[0].time) this.#pop();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}
