import { setTimeout as sleep } from 'node:timers/promises';

/** A process that lived this long was well, and is started again at once. */
const WELL_AFTER_MS = 10_000;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;

/** Delays between starts, in milliseconds: none after a good life, else doubling up to a limit. */
export function backOff(): { next(livedMs: number): number } {
  let delay = 0;
  return {
    next(livedMs) {
      if (livedMs >= WELL_AFTER_MS) delay = 0;
      const now = delay;
      delay = Math.min(LONGEST_DELAY_MS, Math.max(FIRST_DELAY_MS, delay * 2));
      return now;
    },
  };
}

/** Waits `ms`, or until `signal` stops it. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
