const FIRST_MS = 200;
/** Callers wait for it: a PBX that is back is found within this. */
const LONGEST_MS = 2_000;

/**
 * Milliseconds to wait before attempt `attempt` (0 is the first after a failure): doubled each time, capped at 2 s, and
 * spread by half so that many daemons do not come back in step.
 * @param random a number in [0,1)
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(full * (0.5 + random / 2));
}
