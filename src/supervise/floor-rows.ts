import type { Agent } from '../agent/agent.ts';
import type { Call } from '../call/call.ts';
import type { SupervisionMode } from '../call/supervision.ts';

/*
 * What a supervisor sees of the floor: rows of plain data. They say since when something is so, never for how long, so that a row changes
 * only when something happens.
 */

/** Who is with a talk beside those who talk. */
export interface SupervisionRow {
  readonly mode: SupervisionMode;
  readonly by: string;
  readonly name: string;
  readonly isThere: boolean;
}

export interface AgentRow {
  readonly id: string;
  readonly name: string;
  readonly state: Agent['state']['at'];
  /** UTC ms. */
  readonly since: number;
  readonly reason: string;
  readonly extension: string;
  /** In hand, or wrapped up; '' for none. */
  readonly call: string;
  readonly skills: Readonly<Record<string, number>>;
  readonly supervision: SupervisionRow | null;
}

export interface CallRow {
  readonly id: string;
  /** `waiting` also while a phone rings for him. */
  readonly is: 'waiting' | 'talking';
  readonly phase: Call['phase']['at'];
  readonly kind: 'inbound' | 'callback' | 'outbound';
  readonly number: string;
  readonly name: string;
  readonly customer: string;
  readonly tier: string;
  readonly queue: string;
  readonly campaign: string;
  readonly agent: string;
  /** Since when he waits or talks, UTC ms. */
  readonly since: number;
  /** Of those who wait: when they are over their target, UTC ms. */
  readonly due: number | null;
  readonly isFirst: boolean;
  readonly keptFor: string;
  readonly supervision: SupervisionRow | null;
}

/** Figures of callers who were served or missed. */
export interface ServiceRow {
  readonly answered: number;
  readonly missed: number;
  readonly abandoned: number;
  /** Of those answered, ms; null where nobody was. */
  readonly meanWaitMs: number | null;
  /** 0 to 1; null where nobody came. */
  readonly level: number | null;
}

export interface QueueRow {
  readonly name: string;
  readonly waiting: number;
  /** Since when the first of them waits, UTC ms. */
  readonly since: number | null;
  readonly estimateMs: number | null;
  readonly loggedIn: number;
  readonly working: number;
  readonly ready: number;
  /** What its ordinary callers were promised. */
  readonly goal: number;
  readonly targetMs: number;
  readonly today: ServiceRow;
}

export interface TierRow {
  /** '' for those of no tier. */
  readonly tier: string;
  readonly goal: number;
  readonly targetMs: number;
  readonly waiting: number;
  readonly since: number | null;
  readonly today: ServiceRow;
  /** Of the last 30 minutes. */
  readonly recent: ServiceRow;
}

/** The centre in one row. */
export interface CentreRow {
  /** A call that came in now would be answered. */
  readonly ready: boolean;
  readonly pbx: string;
  readonly liveCalls: number;
  readonly inFlow: number;
  readonly waiting: number;
  readonly talking: number;
  readonly today: ServiceRow;
  /** Of the last 30 minutes. */
  readonly recent: ServiceRow;
}

/** The line to the outside. */
export interface TrunkRow {
  /** Callers who came through it and legs that we dialled. */
  readonly inbound: number;
  readonly outbound: number;
  /** In the PBX, those of the house too, and how many the audio ports allow. */
  readonly channels: number;
  readonly mostChannels: number;
  /** In the last five minutes. */
  readonly dialled: number;
  readonly failed: number;
  readonly isFailing: boolean;
  /** When the last dial failed, UTC ms. */
  readonly failedAt: number | null;
}
