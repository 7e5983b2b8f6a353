/** Below this, a chance changes no sum that anybody acts on. */
const NEGLIGIBLE = 1e-7;

/** How many of some independent trials succeed, exactly (Poisson-binomial). Made once and used again, so that it allocates nothing. */
export class BernoulliSum {
  readonly #chances: Float64Array;
  /** One more than the most successes that have a chance to speak of. */
  #length = 1;

  /** @param most successes that can be counted; those above are forgotten */
  constructor(most: number) {
    this.#chances = new Float64Array(most + 1);
    this.#chances[0] = 1;
  }

  /** No trials. */
  clear(): void {
    this.#chances[0] = 1;
    this.#length = 1;
  }

  /** One more trial. @param chance 0 to 1 */
  add(chance: number): void {
    if (chance < NEGLIGIBLE) return;
    const chances = this.#chances;
    const miss = 1 - chance;
    if (this.#length < chances.length) {
      chances[this.#length] = 0;
      this.#length += 1;
    }
    for (let count = this.#length - 1; count > 0; count -= 1)
      chances[count] = chances[count]! * miss + chances[count - 1]! * chance;
    chances[0]! *= miss;
    while (this.#length > 1 && chances[this.#length - 1]! < NEGLIGIBLE) this.#length -= 1;
  }

  get length(): number {
    return this.#length;
  }

  /** Chance of exactly so many. @param count from 0 to below `length` */
  at(count: number): number {
    return this.#chances[count]!;
  }
}
