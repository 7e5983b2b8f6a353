/**
 * The search for the highest rate that passes: up in growing steps to the first that fails, then halving the gap. A rate fails only
 * when it failed `tries` times, because a busy machine spoils single runs; what passes once, passes.
 */
export interface ClimbOptions {
  readonly from: number;
  readonly to: number;
  /** All rates are multiples of it; the result is that exact. */
  readonly step: number;
  readonly tries: number;
}

export class Climb {
  readonly #options: ClimbOptions;
  #passed = 0;
  #failed = Number.POSITIVE_INFINITY;
  #failures = 0;

  constructor(options: ClimbOptions) {
    this.#options = options;
  }

  /** The highest rate that passed so far, 0 for none. */
  get highest(): number {
    return this.#passed;
  }

  /** The rate to try next; undefined when the highest one is known. */
  next(): number | undefined {
    const { from, to, step } = this.#options;
    if (this.#passed >= to || this.#failed - this.#passed <= step) return undefined;
    if (this.#passed === 0 && this.#failed === Number.POSITIVE_INFINITY) return from;
    const above = Number.isFinite(this.#failed) ? (this.#passed + this.#failed) / 2 : this.#passed * 1.5;
    return Math.min(to, Math.max(this.#passed + step, Math.floor(above / step) * step));
  }

  /** How the rate that `next` gave went. */
  tell(rate: number, passed: boolean): void {
    if (passed) this.#passed = Math.max(this.#passed, rate);
    else this.#failures += 1;
    if (!passed && this.#failures < this.#options.tries) return;
    if (!passed) this.#failed = Math.min(this.#failed, rate);
    this.#failures = 0;
  }
}
