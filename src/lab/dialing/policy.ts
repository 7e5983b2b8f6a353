import type { Foreknowledge, Pacer } from '../../dialer/pacing.ts';
import type { DialingSetup } from './setup.ts';

/** The one campaign of a shift. */
export const CAMPAIGN = 'c';

/** What a policy may be told of a shift. Only oracles look at what is going to happen. */
export interface Shift extends Required<Foreknowledge> {
  /** UTC ms at which it begins. */
  readonly startsAt: number;
  readonly setup: DialingSetup;
}

/** How probable a live answer is, by the segment of a lead. Times are UTC ms. */
export interface LeadPropensity {
  of(segment: number, at: number): number;
  /** A dial ended by itself. @param at when it was made */
  learn(segment: number, isLive: boolean, at: number): void;
}

/** Who decides in a shift: a pacer, and what it wants to know of leads. */
export interface DialingPolicy {
  readonly pacer: Pacer;
  /** What it believes of leads, if it asks at all. */
  readonly propensity?: LeadPropensity;
}

/** Makes the policy of one shift. */
export type PolicyMaker = (shift: Shift) => DialingPolicy;
