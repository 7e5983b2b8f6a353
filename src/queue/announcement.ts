import { type ToldWait, toldWait } from './estimate.ts';

/** What somebody who waits was told so far. */
export interface Told {
  readonly position?: number;
  readonly wait?: ToldWait;
}

/** What he is told now; undefined where nothing is. */
export type Announcement = Told;

/**
 * What is told of a place in line. It is not told when it is worse than the last time: somebody who was more urgent came, and there is
 * nothing that the listener could do about it.
 * @param position 1: the next; @param expectedMs undefined while nobody can say
 */
export function announcementOf(
  told: Told,
  { position, expectedMs }: { readonly position: number; readonly expectedMs?: number },
): Announcement {
  const wait = expectedMs === undefined ? undefined : toldWait(expectedMs);
  return {
    ...(position <= (told.position ?? Number.POSITIVE_INFINITY) && { position }),
    ...(wait && !isLonger(wait, told.wait) && { wait }),
  };
}

function isLonger(wait: ToldWait, before: ToldWait | undefined): boolean {
  if (!before || before.over) return false;
  return wait.over || wait.minutes > before.minutes;
}
