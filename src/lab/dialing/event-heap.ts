/**
 * What happens next, for a simulation with very many events: a binary heap in typed arrays that allocates nothing per event. Of two with
 * the same time, the one that was added first is first.
 */
export class EventHeap {
  #times = new Float64Array(1024);
  #orders = new Float64Array(1024);
  #kinds = new Uint8Array(1024);
  #subjects = new Int32Array(1024);
  #size = 0;
  #added = 0;

  /** Of the first event; Infinity without any. */
  get time(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  get kind(): number {
    return this.#kinds[0]!;
  }

  get subject(): number {
    return this.#subjects[0]!;
  }

  get size(): number {
    return this.#size;
  }

  /** @param kind 0 to 255 @param subject a whole number that the kind gives a meaning */
  add(time: number, kind: number, subject: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const order = this.#added++;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#times[parent]! <= time) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, time, order, kind, subject);
  }

  /** Takes the first event out. */
  drop(): void {
    const last = --this.#size;
    const time = this.#times[last]!;
    const order = this.#orders[last]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#isBefore(child + 1, this.#times[child]!, this.#orders[child]!))
        child += 1;
      if (!this.#isBefore(child, time, order)) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, time, order, this.#kinds[last]!, this.#subjects[last]!);
  }

  #isBefore(at: number, time: number, order: number): boolean {
    const own = this.#times[at]!;
    return own < time || (own === time && this.#orders[at]! < order);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#times[from]!, this.#orders[from]!, this.#kinds[from]!, this.#subjects[from]!);
  }

  #put(at: number, time: number, order: number, kind: number, subject: number): void {
    this.#times[at] = time;
    this.#orders[at] = order;
    this.#kinds[at] = kind;
    this.#subjects[at] = subject;
  }

  #grow(): void {
    const length = 2 * this.#times.length;
    const times = new Float64Array(length);
    times.set(this.#times);
    this.#times = times;
    const orders = new Float64Array(length);
    orders.set(this.#orders);
    this.#orders = orders;
    const kinds = new Uint8Array(length);
    kinds.set(this.#kinds);
    this.#kinds = kinds;
    const subjects = new Int32Array(length);
    subjects.set(this.#subjects);
    this.#subjects = subjects;
  }
}
