/** What a supervisor knows of the life of a daemon. Times in ms of one clock that only grows. */
export interface Pulse {
  /** When it last said that it lives; at first, when it was launched. */
  readonly heardAt: number;
  /** It has taken up all calls. Until then it may be busy, such as with reading flows. */
  readonly isUp: boolean;
}

/** A daemon that is silent for this long hangs: callers wait in silence until it is replaced. Six of its beats. */
const HANGS_AFTER_MS = 1300;
/** The same while it starts. */
const STARTS_WITHIN_MS = 10_000;

/**
 * True for a daemon that hangs.
 * @param awakeSince since when the one who asks runs without a pause: what he slept through is no silence of the daemon
 */
export function isHung({ heardAt, isUp }: Pulse, now: number, awakeSince: number): boolean {
  const silentMs = now - Math.max(heardAt, awakeSince);
  return silentMs > (isUp ? HANGS_AFTER_MS : STARTS_WITHIN_MS);
}
