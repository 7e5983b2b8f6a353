import type { Clock } from '../base/clock.ts';

/** What lies apart on the disk takes its time: the database is held for so few at a time, and calls go on in between. */
const PIECE = 10;
const PAUSE_MS = 20;
/** More than so many are left to the next time. */
const MOST_AT_ONCE = 100_000;

export interface Retention {
  /** Those that were made before this moment (UTC ms) are deleted. */
  readonly before: number;
  /** @returns how many of the oldest it deleted, `limit` at most */
  readonly deleteBefore: (before: number, limit: number) => Promise<number>;
  readonly clock: Clock;
  /** False when the centre stops. */
  readonly goesOn: () => boolean;
}

/** Deletes attempts that nobody has to keep any more, few at a time. Returns how many. @throws what the store throws */
export async function forgetAttempts({ before, deleteBefore, clock, goesOn }: Retention): Promise<number> {
  let forgotten = 0;
  while (goesOn() && forgotten < MOST_AT_ONCE) {
    const deleted = await deleteBefore(before, PIECE);
    forgotten += deleted;
    if (deleted < PIECE) break;
    await new Promise<void>((resolve) => void clock.at(clock.now() + PAUSE_MS, resolve));
  }
  return forgotten;
}
