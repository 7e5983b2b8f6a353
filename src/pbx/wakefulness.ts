/** A heartbeat that is so late shows that this process stood still: what it was about to do may be wrong by now. */
const STOOD_STILL_MS = 3_000;

/** Notices that this process stood still, by looking at a clock that only grows. */
export class Wakefulness {
  readonly #everyMs: number;
  #lookedAt: number;

  /** @param everyMs how often somebody looks at least, while the process runs */
  constructor(everyMs: number, now: number) {
    this.#everyMs = everyMs;
    this.#lookedAt = now;
  }

  /** Why nothing may go out now; '' while all is well. */
  look(now: number): string {
    const stood = now - this.#lookedAt - this.#everyMs;
    this.#lookedAt = now;
    return stood > STOOD_STILL_MS ? `this process stood still for ${Math.round(stood / 1000)} s` : '';
  }
}
