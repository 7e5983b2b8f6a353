/** Agents who wait, the longest idle first. Nothing is allocated per change. */
export class IdleAgents {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** The ends of a ring hang together in the entry behind the last agent. */
  readonly #ends: number;
  #size = 0;

  constructor(agents: number) {
    this.#next = new Int32Array(agents + 1).fill(agents);
    this.#previous = new Int32Array(agents + 1).fill(agents);
    this.#ends = agents;
  }

  get size(): number {
    return this.#size;
  }

  add(agent: number): void {
    const last = this.#previous[this.#ends]!;
    this.#next[last] = agent;
    this.#previous[agent] = last;
    this.#next[agent] = this.#ends;
    this.#previous[this.#ends] = agent;
    this.#size += 1;
  }

  /** Takes out who has waited longest. There is somebody. */
  takeFirst(): number {
    return this.#take(this.#next[this.#ends]!);
  }

  /** Takes out who came last. There is somebody. */
  takeLast(): number {
    return this.#take(this.#previous[this.#ends]!);
  }

  #take(agent: number): number {
    const before = this.#previous[agent]!;
    const after = this.#next[agent]!;
    this.#next[before] = after;
    this.#previous[after] = before;
    this.#size -= 1;
    return agent;
  }
}
