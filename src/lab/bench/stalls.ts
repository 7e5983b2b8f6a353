import { performance } from 'node:perf_hooks';

const TICK_MS = 10;
/** A timer that comes so much too late tells of a stall, ms. */
const LATE_MS = 15;

/** Knows when this process itself stood still, so that a gap of the meter is not taken for one of the line. */
export class StallMeter {
  readonly #stalls: { readonly from: number; readonly to: number }[] = [];
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();

  constructor() {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** How long of the time from `from` to `to` (`performance.now()`, ms) this process did not run, ms. */
  within(from: number, to: number): number {
    return this.#stalls.reduce(
      (sum, stall) => sum + Math.max(0, Math.min(to, stall.to) - Math.max(from, stall.from)),
      0,
    );
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    if (now - this.#last > TICK_MS + LATE_MS) this.#stalls.push({ from: this.#last + TICK_MS, to: now });
    this.#last = now;
  }
}
