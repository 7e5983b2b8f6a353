/** Somebody whom a campaign means to reach: a row of one of its lists. */
export interface Lead {
  readonly id: string;
  readonly list: string;
  readonly campaign: string;
  /** Who he is, over all lists and campaigns: the key that the list gave, such as a customer number, else his first number. */
  readonly person: string;
  readonly name: string;
  /** In the order in which they are tried, the next one first; at least one. */
  readonly numbers: readonly LeadNumber[];
  /** The list's other columns, by their heading. */
  readonly fields: Readonly<Record<string, string>>;
  /** How often he was dialled for this campaign. */
  readonly attempts: number;
  readonly lastOutcome?: AttemptOutcome;
  /** He asked to be called at `dueAt`; `agent`: by this one. */
  readonly callback?: { readonly agent?: string };
  /** Not before this, UTC ms. */
  readonly dueAt: number;
}

export interface LeadNumber {
  /** E.164 with its +, or a short code. */
  readonly number: string;
  /** IANA names of the zones in which it may ring: calling hours hold in all of them. */
  readonly zones: readonly string[];
}

/** What became of an attempt to reach somebody. */
export const ATTEMPT_OUTCOMES = [
  /** He talked with an agent. */
  'connected',
  /** He answered, and no agent was there in time. */
  'abandoned',
  /** He answered and hung up before an agent could be there. */
  'hung-up',
  'machine',
  'no-answer',
  'busy',
  'rejected',
  /** Nobody has this number. */
  'invalid-number',
  /** The network or the trunk could not do it. */
  'congestion',
  'failed',
  /** It was hung up here before he answered. */
  'cancelled',
  /** Nobody dialled him after all: no contact, and no attempt by any count. */
  'not-dialled',
  /** Nobody knows: we were not there when it ended. Counted as if he had been rung. */
  'unknown',
] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

/** How it goes on with a lead after an attempt. */
export type LeadFate =
  | {
      readonly next: 'again';
      /** UTC ms. */
      readonly dueAt: number;
      /** Only this agent calls him back. */
      readonly agent?: string;
      /** He asked to be called then: it is a callback, even where it is not for one agent. */
      readonly asked?: boolean;
      /** The next attempt goes to his next number, after the last one to the first again. */
      readonly nextNumber?: boolean;
    }
  /** `reason`: an outcome, a disposition, or the rule that forbids to call him. */
  | { readonly next: 'done'; readonly reason: string };

/** How many leads of a campaign or a list there are, by where they stand. */
export interface LeadCounts {
  readonly total: number;
  /** Never dialled. */
  readonly fresh: number;
  /** Dialled, and due again. */
  readonly again: number;
  readonly done: number;
  /** Those done, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** Where leads are kept. What it is told is kept in order and for good before its promise resolves. */
export interface LeadSource {
  /** The sets of zones in which numbers of the campaign's leads ring, each a sorted list. */
  zones(campaign: string): Promise<readonly (readonly string[])[]>;
  /**
   * Up to `count` leads that are due, callbacks first, then in the order of their lists; only those whose next number rings in one of `zones`,
   * and none of those in `except`.
   * @param query `now`: UTC ms
   */
  next(query: LeadQuery): Promise<readonly Lead[]>;
  /** Notes how it goes on with leads. Noting the same again changes nothing. */
  settle(settled: readonly SettledLead[]): Promise<void>;
  /** The `seq` of the last attempt that was noted; 0 for none. */
  lastSettledSeq(): Promise<number>;
  /** The next attempt that is noted may have any `seq` above this one, though it was used before. */
  rewind(seq: number): Promise<void>;
  counts(campaign: string): Promise<LeadCounts>;
}

export interface LeadQuery {
  readonly campaign: string;
  readonly count: number;
  readonly now: number;
  readonly zones: readonly (readonly string[])[];
  /** Ids of leads that are in hand. */
  readonly except: readonly string[];
}

/**
 * What became of a lead that was handed out. `seq` grows with every attempt that ended: what is not above the last one is known already.
 * Without it nobody dialled, because the gate sent the lead back: only its fate changes, and the last word counts.
 */
export interface SettledLead {
  readonly seq?: number;
  readonly lead: string;
  /** How often he was dialled, this time included: told again, because an agent noted something later, it counts once. */
  readonly attempts?: number;
  readonly outcome?: AttemptOutcome;
  readonly fate: LeadFate;
  /** Somebody said so: an agent who talked with him, or a supervisor. Else it follows from a rule. */
  readonly noted?: true;
}
