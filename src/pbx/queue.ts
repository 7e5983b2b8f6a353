/** Runs tasks that share a key one after the other, others side by side. */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `task` when everything that was asked before for any of `keys` is settled; at once when that is nothing. */
  run<Result>(keys: readonly string[], task: () => Promise<Result>): Promise<Result> {
    const earlier = keys.flatMap((key) => this.#tails.get(key) ?? []);
    const result = earlier.length === 0 ? task() : Promise.all(earlier).then(task);
    const forget = () => {
      for (const key of keys) if (this.#tails.get(key) === tail) this.#tails.delete(key);
    };
    const tail: Promise<void> = result.then(forget, forget);
    for (const key of keys) this.#tails.set(key, tail);
    return result;
  }
}
