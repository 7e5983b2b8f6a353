import type { Leg } from './leg.ts';

/** A page that is gone for so long does not come back by itself: it is lost, ms. */
export const PAGE_LOST_MS = 10_000;
/** A page that asked for its sound answers by itself; for so long it is waited for, ms. */
export const REJOIN_MS = 8_000;

/** While nobody knows which phones are there, it is asked so often whether somebody does, ms. */
const LOOK_AGAIN_MS = 1_000;

/** When a phone that is a page has to be looked after (UTC ms), if at all. */
export function pagePhoneDeadline(legs: readonly Leg[]): number | undefined {
  let next: number | undefined;
  for (const leg of legs) {
    const due = dueOf(leg);
    if (due !== undefined && (next === undefined || due < next)) next = due;
  }
  return next;
}

/** True for a leg that was dialled to take another one's place and has not yet. */
export function isRejoining({ replaces, answeredAt, endedAt }: Leg): boolean {
  return replaces !== undefined && answeredAt === undefined && endedAt === undefined;
}

/** When its phone counts as lost, or the wait for it is over, UTC ms. */
export function dueOf(leg: Leg): number | undefined {
  if (leg.endedAt !== undefined) return undefined;
  if (isRejoining(leg)) return leg.plannedAt + REJOIN_MS;
  return leg.goneAt === undefined ? undefined : leg.goneAt + PAGE_LOST_MS;
}

/** A leg whose page is due while nobody knows whether it is back: it may be, so it is looked at again. */
export function lookedAtLater(leg: Leg, now: number): Leg {
  return { ...leg, goneAt: now + LOOK_AGAIN_MS - PAGE_LOST_MS };
}
