import type { Lead } from '../list/lead.ts';
import type { AbandonmentCounts } from './abandonment.ts';
import type { Disposition } from './attempt.ts';
import type { Occupancy } from './occupancy.ts';
import type { AgentPhase, PacingReason } from './pacing.ts';
import type { WhyNot } from './why-not.ts';

/** The dialer at work, as those see it who look at it and steer it. */
export interface Dialling {
  status(): DiallingStatus;
  /** The stored campaigns have changed: they hold as they are now. Resolves when they do. */
  campaignsChanged(): Promise<void>;
  /**
   * The lead that an agent is to look at; asked again, the same one.
   * @param campaign only of this one, '' for any whose calls he takes
   * @throws Refused `agent-unknown`, `no-lead`
   */
  previewNext(agent: string, campaign: string): Promise<Preview>;
  /** Has what he looks at called: his phone first. @returns the attempt's id; @throws Refused `no-preview`, `agent-not-idle`, `not-dialling`, `not-permitted` */
  previewAccept(agent: string): Promise<string>;
  /** He does not call this one. @throws Refused `no-preview` */
  previewSkip(agent: string, reason: string): Promise<void>;
  /** Keeps what an agent noted; the fate of the lead follows. @throws Refused `unknown-attempt`, `callback-in-the-past` */
  dispose(attempt: string, disposition: Disposition): Promise<void>;
}

/** A lead that an agent looks at before he has it called. */
export interface Preview {
  readonly lead: Lead;
  readonly campaign: string;
  /** Until then it is his, UTC ms. */
  readonly until: number;
}

export interface DiallingStatus {
  readonly campaigns: readonly CampaignStatus[];
  readonly pools: readonly PoolStatus[];
}

/** A campaign that is at work, or of which something is under way. */
export interface CampaignStatus {
  readonly campaign: string;
  /** Attempts under way that nobody has answered yet. */
  readonly dialling: number;
  /** Of those, the ones that ring. */
  readonly ringing: number;
  /** Those who have answered and wait for an agent. */
  readonly waiting: number;
  readonly talking: number;
  /** Leads that are at hand to be dialled. */
  readonly atHand: number;
  /** Why nothing is dialled, '' while something is or nobody is idle. */
  readonly whyNot: WhyNot | '';
  /** Of the last decision of its pool. */
  readonly reason?: PacingReason;
  /** Until then the trunk is left alone, UTC ms. */
  readonly trunkRestsUntil?: number;
  readonly abandonment: AbandonmentCounts;
}

/** The agents who take the calls of a queue that campaigns dial for. */
export interface PoolStatus {
  readonly queue: string;
  readonly agents: Readonly<Record<AgentPhase, number>>;
  /** Of the last hour. */
  readonly lastHour: Occupancy;
}
