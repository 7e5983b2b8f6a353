const TICK_MS = 50;

/** How late this process is: how long something that is due now waits until its turn comes. Needs a timer of its own. */
export class LoopLag {
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();
  #late = 0;

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#late = Math.max(0, now - this.#last - TICK_MS);
      this.#last = now;
    }, TICK_MS);
    this.#timer.unref();
  }

  /** At the last tick, or what the next one is late by now, ms. */
  lagMs(): number {
    return Math.max(this.#late, performance.now() - this.#last - TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
