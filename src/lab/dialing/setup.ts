import type { Lognormal } from './chance.ts';
import type { DialingScenario } from './scenario.ts';

/** A shift of agents on one campaign: who is called, how they answer, how long they talk. */
export interface DialingSetup {
  readonly agents: number;
  readonly lastsMs: number;
  readonly talk: Lognormal;
  readonly wrapUp: Lognormal;
  readonly answers: AnswerMix;
  readonly scenario: DialingScenario;
  /** An agent has to be there within this of the answer, ms. */
  readonly connectWithinMs: number;
  /** The policy is asked so often, ms. */
  readonly tickMs: number;
  /** From the dial to the ringing, ms. What takes longer than this rings; 0: everything rings at once. */
  readonly postDialMs: number;
}

/** What comes of dials. Shares are of all dials; the rest after live answers and machines is shared by `others`. */
export interface AnswerMix {
  /** Kinds of leads that a policy can tell apart. */
  readonly segments: readonly LeadSegment[];
  /** From the dial until somebody answers in person. */
  readonly liveAfter: Lognormal;
  /** Share of dials that a machine answers, of every segment that answers seldom enough in person. */
  readonly machine: number;
  /** From the dial until a machine answers, ms. */
  readonly machineAfterMs: number;
  /** How long it takes to recognise a machine, ms. */
  readonly detectMs: number;
  /** Weights among the dials that nobody and nothing answers. */
  readonly others: { readonly noAnswer: number; readonly busy: number; readonly failed: number };
  /** How long it may ring, ms. */
  readonly ringMs: number;
  /** Evenly spread between the two, ms. */
  readonly busyAfterMs: readonly [number, number];
  readonly failedAfterMs: readonly [number, number];
}

export interface LeadSegment {
  /** Of all leads; the segments' shares add up to 1. */
  readonly share: number;
  /** Share of its dials that are answered in person. */
  readonly live: number;
  /** If its people answer sooner or later than others. */
  readonly liveAfter?: Lognormal;
}

const HOUR_MS = 3_600_000;

/**
 * Three kinds of leads, answered by 5, 30 and 63 % in person, 30 % over all; 15 % machines. The document gives no shares for the other 55 %:
 * with 40 : 10 : 5 a progressive dialler's mean wait is the 59 s that it reports.
 */
export const REFERENCE_ANSWERS: AnswerMix = {
  segments: [
    { share: 33 / 87, live: 0.05 },
    { share: 29 / 87, live: 0.3 },
    { share: 25 / 87, live: 0.63 },
  ],
  liveAfter: { meanMs: 11_000, cv: 0.5 },
  machine: 0.15,
  machineAfterMs: 20_000,
  detectMs: 3000,
  others: { noAnswer: 40, busy: 10, failed: 5 },
  ringMs: 26_000,
  busyAfterMs: [3000, 5000],
  failedAfterMs: [1000, 2500],
};

/** The set-up in which the policies are compared: 8 hours from a cold start, talk of 120 s and wrap-up of 20 s in the mean. */
export function referenceSetup(scenario: DialingScenario, agents: number): DialingSetup {
  return {
    agents,
    lastsMs: 8 * HOUR_MS,
    talk: { meanMs: 120_000, cv: 1 },
    wrapUp: { meanMs: 20_000, cv: 0.5 },
    answers: REFERENCE_ANSWERS,
    scenario,
    connectWithinMs: 2000,
    tickMs: 500,
    postDialMs: 0,
  };
}
