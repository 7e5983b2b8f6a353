/** What a supervisor knows of the life of a daemon. Times in ms of one clock that only grows. */
export interface Pulse {
  /** When it last said that it lives; at first, when it was launched. */
  readonly heardAt: number;
  /** Since when it has taken up all calls. Until then it may be busy, such as with reading flows. */
  readonly upSince?: number | undefined;
}

/** A daemon that is silent for this long hangs: callers wait in silence until it is replaced. Six of its beats. */
const HANGS_AFTER_MS = 1300;
/**
 * The same in its first time, when all it does is done for the first time and may take long; another one would be younger still. Twice
 * as long for each before it that was killed as young: on a crowded machine no daemon would ever grow up.
 */
const YOUNG_HANGS_AFTER_MS = 2300;
const YOUNG_MS = 20_000;
/** The same while it starts: on a crowded machine, reading the program takes its time, and another one would begin at the same place. */
const STARTS_WITHIN_MS = 20_000;

/**
 * True for a daemon that hangs.
 * @param awakeSince since when the one who asks runs without a pause: what he slept through is no silence of the daemon
 * @param killedYoung how many in a row were killed in their first time, just before this one
 */
export function isHung(pulse: Pulse, now: number, awakeSince: number, killedYoung = 0): boolean {
  return now - Math.max(pulse.heardAt, awakeSince) > patienceMs(pulse, killedYoung);
}

/** True for a daemon that starts, or has not been up for long. */
export function isYoung({ heardAt, upSince }: Pulse): boolean {
  return upSince === undefined || heardAt - upSince < YOUNG_MS;
}

function patienceMs(pulse: Pulse, killedYoung: number): number {
  if (pulse.upSince === undefined) return STARTS_WITHIN_MS;
  return isYoung(pulse)
    ? Math.min(YOUNG_HANGS_AFTER_MS * 2 ** killedYoung, STARTS_WITHIN_MS)
    : HANGS_AFTER_MS;
}
