import type { Clock } from './clock.ts';

/** What a steady clock is made of. */
export interface SteadyClockParts {
  /** The machine's clock, which people and time servers set. */
  readonly wall: Clock;
  /** Time that only grows, ms, from wherever it began. */
  readonly passed: () => number;
  /** The latest time that has been written down, UTC ms: this clock begins no earlier. */
  readonly notBefore?: number;
}

/** It follows the wall clock so much faster or slower than time passes: an hour takes ten. */
const FOLLOWS = 0.1;

/** A clock that tells how far it is from the machine's. */
export interface SteadyClock extends Clock {
  /** How much later than the machine's clock this one shows, ms; negative for earlier. */
  aheadMs(): number;
}

/** What people should know of a clock that was set; '' when there is nothing to tell. */
export function clockProblem(aheadMs: number): string {
  const minutes = Math.round(Math.abs(aheadMs) / 60_000);
  if (minutes < 1) return '';
  const hours = Math.ceil(minutes / 60 / FOLLOWS);
  const which = aheadMs > 0 ? 'ahead of' : 'behind';
  return `the machine's clock was set: the centre's time is ${minutes} min ${which} it, also for opening hours, and follows within ${hours} h; to take it at once, restart when nobody is in a call`;
}

/**
 * A clock that shows the machine's time and never jumps: when that is set, forward or back, this one runs a little faster or slower
 * until both agree. So nobody's wait is less than nothing or an hour too long, and no deadline is an hour late. Times are whole ms.
 */
export function steadyClock({ wall, passed, notBefore = 0 }: SteadyClockParts): SteadyClock {
  let shown = Math.max(wall.now(), notBefore);
  let at = passed();
  const now = (): number => {
    const since = Math.max(0, passed() - at);
    at += since;
    const apart = wall.now() - (shown + since);
    const follows = Math.max(-FOLLOWS * since, Math.min(FOLLOWS * since, apart));
    shown += since + follows;
    return Math.floor(shown);
  };
  const wake = (time: number, act: () => void): (() => void) => {
    let cancel = wall.at(wall.now() + time - now(), () => {
      // It ran slower than time passed: not yet.
      if (now() < time) cancel = wake(time, act);
      else act();
    });
    return () => cancel();
  };
  return { now, at: wake, aheadMs: () => now() - wall.now() };
}
