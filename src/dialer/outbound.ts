import type { RetryRules } from '../list/retry.ts';

/** A campaign that calls people: from its lists, by its rules. */
export interface OutboundCampaign {
  readonly id: string;
  readonly name: string;
  readonly status: OutboundStatus;
  /** Routing queue whose agents take its calls. */
  readonly queue: string;
  /** Flow that a customer enters when he answers. */
  readonly flow: string;
  /** What the customer sees. */
  readonly callerNumber: string;
  /** The rules of contact that hold for it, by their name in the contact-policy file; '' for those of the file's `usual`. */
  readonly policy: string;
  /** UTC ms; valid from (inclusive) until (exclusive). */
  readonly validFrom: number;
  readonly validUntil: number;
  readonly pacing: PacingSettings;
  readonly ringMs: number;
  readonly retry: RetryRules;
  /** Its share of the agents of its queue, against other campaigns. */
  readonly weight: number;
  /** What the agent says and asks. */
  readonly script: string;
  /** The branch whose campaign it is, the head office if unset. */
  readonly branch?: string;
}

/** `draining`: what is under way goes on, nothing new is dialled. */
export const OUTBOUND_STATUSES = ['stopped', 'running', 'paused', 'draining'] as const;
export type OutboundStatus = (typeof OUTBOUND_STATUSES)[number];

export const PACING_MODES = ['preview', 'progressive', 'ratio', 'predictive'] as const;
export type PacingMode = (typeof PACING_MODES)[number];

export interface PacingSettings {
  readonly mode: PacingMode;
  /** Lines per idle agent in mode `ratio`. */
  readonly ratio: number;
  /** Below so many working agents, predictive is progressive. */
  readonly minAgents: number;
  /** Share of the live answers that may be abandoned, 0.03 by most laws. */
  readonly maxAbandonment: number;
  /** The cap holds in every rolling 60 minutes too, not only over the day and 30 days. */
  readonly rollingWindow: boolean;
  /** An agent has to be there within this of the answer, ms. */
  readonly connectWithinMs: number;
  /** Dials that have rung for `minRingMs` may be let go where too many would be answered. */
  readonly cancels: boolean;
  /** Nobody is let ring for less, ms. */
  readonly minRingMs: number;
}
