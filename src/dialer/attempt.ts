import type { AttemptOutcome, Lead, LeadFate } from '../list/lead.ts';
import type { PacingMode } from './outbound.ts';

/** One try to reach somebody. It is written down before anything is dialled, and is never dialled twice. */
export interface Attempt {
  /** Names the call (`call-<id>`) and the customer's leg too. */
  readonly id: string;
  readonly campaign: string;
  readonly list: string;
  readonly lead: string;
  readonly person: string;
  readonly number: string;
  readonly mode: PacingMode;
  /** How often this lead was dialled before. */
  readonly earlier: number;
  /** How many numbers the lead has. */
  readonly numbers: number;
  /** He asked for this call, as his lead has it. */
  readonly callback?: Lead['callback'];
  /** UTC ms. */
  readonly at: number;
  readonly ringingAt?: number;
  readonly answeredAt?: number;
  /** When he began to wait for an agent: a live answer, which is connected, abandoned or hung up. Never of calls that agents make. */
  readonly waitedAt?: number;
  /** An agent was there. */
  readonly connectedAt?: number;
  readonly endedAt?: number;
  readonly outcome?: AttemptOutcome;
  readonly sipCode?: number;
  readonly q850?: number;
  /** What listened said, where it was asked. */
  readonly detected?: 'human' | 'machine' | 'unsure';
  readonly agent?: string;
  /** What the agent noted. */
  readonly disposition?: Disposition;
  /** How it goes on with the lead; undefined while the attempt is open. */
  readonly fate?: LeadFate;
}

export const DISPOSITIONS = [
  'sale',
  'interested',
  'callback',
  'not-interested',
  'do-not-call',
  'wrong-number',
  'machine',
  'other',
] as const;

export interface Disposition {
  readonly result: (typeof DISPOSITIONS)[number];
  readonly note: string;
  /** UTC ms; with `callback`. */
  readonly callbackAt?: number;
  /** Only this agent calls him back. */
  readonly callbackAgent?: string;
  /** An agent's id or the name of an API token. */
  readonly by: string;
  /** UTC ms. */
  readonly at: number;
}
