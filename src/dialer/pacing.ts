import type { PacingSettings } from './outbound.ts';

/** Where an agent of a pool is, as far as pacing is concerned. `away`: logged in and not to be counted on. */
export type AgentPhase = 'idle' | 'reserved' | 'talking' | 'wrap-up' | 'away';

/** How a dial ended: what answered, or why nothing did. */
export type DialResult = 'live' | 'machine' | 'no-answer' | 'busy' | 'failed' | 'cancelled';

/**
 * Decides how many to dial for a pool: the campaigns whose calls the same agents take. It has no clock and no chance of its own: the same
 * happenings give the same decisions. Times are UTC ms and never go back.
 */
export interface Pacer {
  /** A campaign is in the pool, with these settings; undefined: no more. Its part of new dials grows with `weight`. */
  setCampaign(campaign: string, settings: (PacingSettings & { readonly weight: number }) | undefined): void;
  /** An agent is in a phase since `since`; undefined: gone. `reserved`: an answered customer is being put through. */
  setAgent(agent: string, phase: AgentPhase | undefined, since: number): void;
  /** A dial goes out. @param propensity how probable a live answer is for this lead, if anybody knows: 0 to 1 */
  dialled(dial: string, campaign: string, at: number, propensity?: number): void;
  /** It rings. */
  ringing(dial: string, at: number): void;
  /** It was answered, or came to nothing. One that was answered live waits for an agent until `served`. */
  resolved(dial: string, result: DialResult, at: number): void;
  /** What became of a live answer: an agent had him in time, he was abandoned, or he hung up before. */
  served(dial: string, fate: 'connected' | 'abandoned' | 'hung-up', at: number): void;
  /** What is to be done now. Changes nothing: what is done of it is told by `dialled` and `resolved`. */
  decide(now: number): PacingDecision;
}

export interface PacingDecision {
  /** Whose leads to dial now, one entry per dial, in this order. */
  readonly dial: readonly string[];
  /** Dials to let go: they have rung for longer than they must. */
  readonly cancel: readonly string[];
  /** For whoever asks why. */
  readonly why: PacingReason;
}

/** What a decision was made by. Probabilities are 0 to 1. */
export interface PacingReason {
  readonly idle: number;
  readonly busy: number;
  readonly waiting: number;
  readonly ringing: number;
  /** How probable it is that the next answer finds no agent in time. */
  readonly risk: number;
  /** The risk that was allowed. */
  readonly allowed: number;
  /** Share of dials that are answered live, as it is expected now. */
  readonly answerRate: number;
}

/** What only a lab can know, to see what knowing it would be worth. */
export interface Foreknowledge {
  /** When an agent will be free, UTC ms; undefined: he is now, or never. */
  freeAt?(agent: string): number | undefined;
  /** When a dial that is under way will be answered live, UTC ms; undefined: never. */
  liveAt?(dial: string): number | undefined;
}
