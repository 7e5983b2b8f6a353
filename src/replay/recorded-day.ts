import type { AgentFacts } from '../queue/queue.ts';
import type { WaiterFacts } from '../queue/waiting.ts';

/** What the event log tells of a day: who came, who worked, and how everything ended. Times in UTC ms. */
export interface RecordedDay {
  readonly from: number;
  readonly to: number;
  /** Their waits, one after the other, call by call. */
  readonly calls: readonly RecordedCall[];
  readonly agents: readonly RecordedAgent[];
  readonly staff: StaffTime;
  /** Agents of whom it is not known what they were like when they logged in. */
  readonly agentsUnknown: readonly string[];
  /** Digest of the rules that were in force when it began, if the log tells. */
  readonly rulesBefore?: string;
  /** Digests of those that came into force later in the day, in order. */
  readonly rulesChanged: readonly string[];
  /** Calls that waited before the day began, or of which the log has no end. */
  readonly leftOut: number;
}

export interface RecordedCall {
  readonly id: string;
  readonly visits: readonly Visit[];
}

/** One wait in one queue. */
export interface Visit {
  readonly queue: string;
  readonly facts: Omit<WaiterFacts, 'call' | 'since'>;
  readonly arrivedAt: number;
  /** His place counted for so long already when he came, for the order, and for his wait. */
  readonly aheadMs: number;
  readonly waitedBeforeMs: number;
  readonly maxWaitMs: number;
  /** From his arrival to his end here. */
  readonly tookMs: number;
  /** Since the last visit of the same call ended. */
  readonly afterMs: number;
  readonly end: VisitEnd;
  readonly offers: readonly RecordedOffer[];
}

export type VisitEnd =
  | { readonly how: 'answered'; readonly agent: string; readonly talkMs: number; readonly wrapUpMs: number }
  | { readonly how: 'abandoned' }
  /** `exit`: `timeout`, `no-agents`, or a key that he pressed. */
  | { readonly how: 'left'; readonly exit: string };

export interface RecordedOffer {
  readonly agent: string;
  readonly rule: string;
  readonly step: number;
  /** From the offer to the talk, or to its failure. */
  readonly ringMs: number;
}

export interface RecordedAgent {
  readonly id: string;
  /** In order: what he wished to do, and from when on. */
  readonly wishes: readonly Wish[];
  /** Offers that he did not take, in order. */
  readonly missed: readonly Missed[];
}

export interface Wish {
  readonly at: number;
  readonly to: 'out' | 'away' | 'ready';
  /** From now on he is like this. */
  readonly facts?: AgentFacts;
}

/** Somebody let his phone ring, declined, or could not be reached, and was not to be had for a while after that. */
export interface Missed {
  readonly at: number;
  readonly ringMs: number;
  readonly awayMs: number;
}

/** Time of all agents together, ms: ready and free, and busy with callers (ringing, talking, wrapping up). */
export interface StaffTime {
  readonly idleMs: number;
  readonly busyMs: number;
}
