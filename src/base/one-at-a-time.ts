/** Lets works with the same key run one after the other, in the order in which they came; those of other keys run beside them. */
export class OneAtATime {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs `work` when all before it with this key are over, however they ended. */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key);
    const result = before ? before.then(work) : work();
    const over = result.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(key, over);
    try {
      return await result;
    } finally {
      if (this.#last.get(key) === over) this.#last.delete(key);
    }
  }

  /** Keys with work that is not over. */
  get size(): number {
    return this.#last.size;
  }
}
