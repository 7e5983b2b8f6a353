/** How a call came about. */
export const DIRECTIONS = ['inbound', 'internal', 'callback', 'outbound'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** What became of a call. `unserved`: it left a queue without anybody; `unreached`: whom we called did not answer. */
export const OUTCOMES = ['live', 'answered', 'abandoned', 'unserved', 'unreached', 'self-service'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Which calls are wanted: all that is said holds. */
export interface CallFilter {
  /** Start of the call, UTC ms: from (inclusive) to (exclusive). */
  readonly from?: number;
  readonly to?: number;
  /** The other side's number, in any of these spellings. */
  readonly numbers?: readonly string[];
  readonly customer?: string;
  readonly agent?: string;
  readonly queue?: string;
  readonly campaign?: string;
  readonly outcome?: Outcome;
  readonly direction?: Direction;
  /** They talked for at least so long. */
  readonly talkedMs?: number;
  /** Only those with a recording, or only those without. */
  readonly recorded?: boolean;
  /** A contact reason, or what came of an attempt, that an agent noted. */
  readonly disposition?: string;
  /** Stands in a note. */
  readonly text?: string;
  /** The branches of whoever asks; undefined for all. */
  readonly branches?: readonly string[];
}

/** Place in the list of calls, the latest first: the last one that was looked at. */
export interface CallPlace {
  readonly at: number;
  readonly id: string;
}

/** A call as it is found. Times UTC ms. */
export interface FoundCall {
  readonly id: string;
  readonly direction: Direction;
  readonly outcome: Outcome;
  readonly ani: string;
  readonly aniName: string;
  readonly dnis: string;
  readonly customerId: string | null;
  readonly customerName: string | null;
  readonly tier: string | null;
  readonly campaignId: string | null;
  readonly queue: string | null;
  readonly agentId: string | null;
  readonly agentName: string | null;
  readonly startedAt: number;
  readonly connectedAt: number | null;
  readonly endedAt: number | null;
  readonly endedBy: string | null;
  readonly endCause: string | null;
  readonly waitedMs: number;
  readonly talkedMs: number;
  readonly recorded: boolean;
  /** What agents noted, each once, with commas between; '' for nothing. */
  readonly dispositions: string;
  readonly sale: string;
  readonly note: string;
}

/** Calls that were found, the latest first. */
export interface FoundCalls {
  readonly items: readonly FoundCall[];
  /** Where to go on: there may be more, though there was not one on this page. Undefined at the end. */
  readonly next?: CallPlace;
}
