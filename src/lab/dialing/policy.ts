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

/** Who decides in a shift: a pacer, and what it wants to know of leads. */
export interface DialingPolicy {
  readonly pacer: Pacer;
  /** How probable a live answer is for a lead of a segment, on an even day. */
  readonly propensity?: (segment: number) => number;
}

/** Makes the policy of one shift. */
export type PolicyMaker = (shift: Shift) => DialingPolicy;
