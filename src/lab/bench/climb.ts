/**
 * The search for the highest rate that passes: doubled until it fails, then halving the gap. A busy machine
 * spoils single runs, so what passes once, passes, and a rate fails for good only when it failed `tries` times. Only the rate next to
 * the highest one is tried so often: when it passes after all, the search goes on above it.
 */
export interface ClimbOptions {
  readonly from: number;
  readonly to: number;
  /** All rates are multiples of it; the result is that exact. */
  readonly step: number;
  readonly tries: number;
}

/** What is known: the highest rate that passed (0 for none), the lowest above it that failed, and how often that was. */
export interface Bracket {
  readonly passed: number;
  /** Undefined while none failed. */
  readonly failed: number | undefined;
  readonly failures: number;
}

export class Climb {
  readonly #options: ClimbOptions;
  readonly #failures = new Map<number, number>();
  #passed = 0;

  constructor(options: ClimbOptions) {
    this.#options = options;
  }

  get bracket(): Bracket {
    const failed = [...this.#failures.keys()].filter((rate) => rate > this.#passed).sort((a, b) => a - b)[0];
    const failures = failed === undefined ? 0 : (this.#failures.get(failed) ?? 0);
    return { passed: this.#passed, failed, failures };
  }

  /** The rate to try next; undefined when the highest one is known. */
  next(): number | undefined {
    const { from, to, step, tries } = this.#options;
    const { passed, failed, failures } = this.bracket;
    if (passed >= to) return undefined;
    if (failed === undefined) return passed === 0 ? from : Math.min(to, 2 * passed);
    if (failed - passed <= step) return failures < tries ? failed : undefined;
    return Math.max(passed + step, wholeSteps((passed + failed) / 2, step));
  }

  /** How the rate that `next` gave went. */
  tell(rate: number, passed: boolean): void {
    if (passed) this.#passed = Math.max(this.#passed, rate);
    else this.#failures.set(rate, (this.#failures.get(rate) ?? 0) + 1);
  }
}

function wholeSteps(rate: number, step: number): number {
  return Math.floor(rate / step) * step;
}
