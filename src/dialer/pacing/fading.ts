/** Beyond this, weights are put back to 1, long before they lose digits. */
const LARGEST = 1e9;

/**
 * Weights that grow with time: dividing a sum of them by the present one makes what is old count less, without touching it. Memory is the
 * time after which something counts 1/e.
 */
export class Fading {
  readonly #memoryMs: number;
  #origin: number | undefined;

  constructor(memoryMs: number) {
    this.#memoryMs = memoryMs;
  }

  /** What something that happens now is added with. @param now UTC ms */
  weight(now: number): number {
    this.#origin ??= now;
    return Math.exp((now - this.#origin) / this.#memoryMs);
  }

  /** Scales sums down when weights have grown large. Called before `weight`. */
  rescale(now: number, ...sums: readonly Float64Array[]): void {
    const weight = this.weight(now);
    if (weight < LARGEST) return;
    for (const sum of sums) for (let index = 0; index < sum.length; index += 1) sum[index]! /= weight;
    this.#origin = now;
  }
}
