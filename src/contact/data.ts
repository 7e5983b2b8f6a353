import type { Calendar, Days } from '../ivr/calendar.ts';

/** By what rules people may be contacted: all of it data, read from a file. Lengths of time are ms. */
export interface ContactPolicy {
  readonly name: string;
  /** Whose rules it is built on. */
  readonly regulator: string;
  /** When a number may ring; kept in each of the number's zones. */
  readonly hours: Hours;
  /** When the campaigns of this policy dial, beside that; in the number's zones unless it has one of its own. */
  readonly ownHours?: Hours & { readonly zone?: string };
  /** Dates on which they dial, in the number's zones; none: on all. */
  readonly ownDates: readonly Days[];
  /** Nobody is called who did not consent. */
  readonly consentNeeded: boolean;
  readonly refusals: {
    /** A refusal is remembered for so long in its campaign; undefined: for good. */
    readonly sameCampaignMs?: number;
    /** And in all others; 0: not at all. */
    readonly otherCampaignsMs: number;
  };
  /** Least time from the beginning of an attempt to the next one, over all campaigns; 0: none. */
  readonly gaps: { readonly numberMs: number; readonly personMs: number };
  readonly lockOuts: Readonly<Record<LockOutCause, LockOut>>;
  readonly caps: readonly Cap[];
  readonly conduct: Conduct;
}

/** Hours and the days that are unlike their weekday. */
export type Hours = Omit<Calendar, 'zone'>;

/** `abandoned`: nobody was there for him. `machine`: a machine answered. `conversation`: he talked with an agent. */
export const LOCK_OUT_CAUSES = ['abandoned', 'machine', 'conversation'] as const;
export type LockOutCause = (typeof LOCK_OUT_CAUSES)[number];

export interface LockOut {
  /** From the beginning of that attempt; 0: none. */
  readonly forMs: number;
  /** Does not hold when an agent waits for the answer. */
  readonly unlessAttended: boolean;
}

/** No more than `most` within a window. */
export interface Cap {
  readonly most: number;
  /** A day by the calendar of the number's zone, or so long before now. */
  readonly within: 'day' | number;
  /** `connected`: only those that he answered. */
  readonly counts: 'attempts' | 'connected';
  readonly of: 'person' | 'number' | 'each';
  readonly across: 'campaigns' | 'campaign';
}

/** What a regulator wants of the dialling itself. The gate does not ask for it: pacing and campaigns do. */
export interface Conduct {
  /** Share of the live answers that may be abandoned, 0 to 1. */
  readonly maxAbandonment: number;
  /** In each of these. */
  readonly abandonmentWindows: readonly ('day' | number)[];
  /** An agent has to be there so soon. */
  readonly connectWithinMs: number;
  /** From which moment that is counted. */
  readonly clockStarts: 'answer' | 'greeting-end';
  /** Nobody is let ring for less. */
  readonly minRingMs: number;
  /** Who is abandoned has to hear who called. */
  readonly messageNeeded: boolean;
}

/** Facts of an older contact are not asked for, so no cap, gap or lock-out may look back further, ms. */
export const LONGEST_LOOK_BACK_MS = 30 * 86_400_000;
