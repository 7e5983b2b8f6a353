/** What a supervisor knows of the life of a daemon. Times in ms of one clock that only grows. */
export interface Pulse {
  /** When it last said that it lives; at first, when it was launched. */
  readonly heardAt: number;
  /** Since when it has taken up all calls. Until then it may be busy, such as with reading flows. */
  readonly upSince?: number | undefined;
  /** For how long of the time since then it wanted a processor and was given none. */
  readonly starvedMs?: number;
}

/** A daemon that is silent for this long hangs: callers wait in silence until it is replaced. Six of its beats. */
const HANGS_AFTER_MS = 1300;
/** The same in its first time, when all it does is done for the first time and may take long; another one would be younger still. */
const YOUNG_HANGS_AFTER_MS = 2300;
const YOUNG_MS = 20_000;
/**
 * The same while it starts, and at any time on a crowded machine: reading the program takes its time there, and another one would begin
 * at the same place.
 */
const LONGEST_SILENCE_MS = 20_000;

/**
 * True for a daemon that hangs. One that waits for a processor does not: on a crowded machine its successor would wait as long, after a
 * takeover that costs more. Only to a limit, for a loop without an end wants processors too.
 * @param awakeSince since when the one who asks runs without a pause: what he slept through is no silence of the daemon
 */
export function isHung({ heardAt, upSince, starvedMs = 0 }: Pulse, now: number, awakeSince: number): boolean {
  const silentMs = now - Math.max(heardAt, awakeSince);
  return silentMs - starvedMs > patienceMs(upSince, heardAt) || silentMs > LONGEST_SILENCE_MS;
}

function patienceMs(upSince: number | undefined, heardAt: number): number {
  if (upSince === undefined) return LONGEST_SILENCE_MS;
  return heardAt - upSince < YOUNG_MS ? YOUNG_HANGS_AFTER_MS : HANGS_AFTER_MS;
}
