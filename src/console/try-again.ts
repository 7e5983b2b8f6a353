/**
 * How long to wait before the next try, ms: longer each time, and not the same for all whom the server lost together.
 * @param tries that failed before
 * @param chance from 0 to 1
 */
export function backOff(waitsMs: readonly number[], tries: number, chance: number): number {
  return (waitsMs[Math.min(tries, waitsMs.length - 1)] ?? 0) * (0.75 + chance / 2);
}

/** Tries something again, later each time until it works. */
export class TryAgain {
  readonly #waitsMs: readonly number[];
  readonly #what: () => void;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param waitsMs before the first tries; the last of them before all others */
  constructor(waitsMs: readonly number[], what: () => void) {
    this.#waitsMs = waitsMs;
    this.#what = what;
  }

  /** Tries after the next wait, once. */
  later(): void {
    this.stop();
    this.#timer = setTimeout(this.#what, backOff(this.#waitsMs, this.#tries, Math.random()));
    this.#tries += 1;
  }

  /** It worked: the next wait is the first. */
  worked(): void {
    this.stop();
    this.#tries = 0;
  }

  /** Forgets a try to come. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
