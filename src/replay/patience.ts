/** A wait: so long, and whether it ended because the caller had no more patience. */
export interface Waited {
  readonly ms: number;
  readonly gaveUp: boolean;
}

/**
 * How many still wait after how long, reckoned from waits of which most ended otherwise.
 * @see Kaplan & Meier 1958, the product-limit estimator
 */
export class Patience {
  readonly #times: number[] = [];
  /** Share that waits on after the time of the same place. */
  readonly #shares: number[] = [];

  constructor(waits: readonly Waited[]) {
    const sorted = [...waits].sort((a, b) => a.ms - b.ms || Number(b.gaveUp) - Number(a.gaveUp));
    let share = 1;
    let atRisk = sorted.length;
    for (const { ms, gaveUp } of sorted) {
      if (gaveUp) {
        share *= 1 - 1 / atRisk;
        this.#times.push(ms);
        this.#shares.push(share);
      }
      atRisk -= 1;
    }
  }

  /** How many gave up. */
  get known(): number {
    return this.#times.length;
  }

  /** Share of callers who wait longer than this, 0 to 1. */
  share(ms: number): number {
    return this.#shares[this.#after(ms) - 1] ?? 1;
  }

  /**
   * When somebody gives up who has waited so long: infinite for those who never do, as far as anybody knows.
   * @param chance in [0,1): the same one gives the same patience
   */
  draw(waitedMs: number, chance: number): number {
    const left = this.share(waitedMs) * (1 - chance);
    let [low, high] = [this.#after(waitedMs), this.#times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#shares[middle]! > left) low = middle + 1;
      else high = middle;
    }
    return this.#times[low] ?? Number.POSITIVE_INFINITY;
  }

  /** The first place with a time after `ms`. */
  #after(ms: number): number {
    let [low, high] = [0, this.#times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle]! <= ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
