/** Time as the engine sees it: UTC milliseconds, and a way to be woken. */
export interface Clock {
  /** UTC milliseconds. */
  now(): number;
  /** Calls `wake` once at `time` (UTC ms; a past time means soon). Returns a function that cancels it. */
  at(time: number, wake: () => void): () => void;
}

/** Longest delay that `setTimeout` takes without firing at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  at(time, wake) {
    const delayMs = time - Date.now();
    if (delayMs <= 0) {
      // A timer would take a millisecond at least.
      const turn = setImmediate(wake);
      return () => clearImmediate(turn);
    }
    const timer = setTimeout(wake, Math.min(delayMs, MAX_DELAY_MS));
    return () => clearTimeout(timer);
  },
};
