import type { AttemptOutcome } from '../list/lead.ts';
import type { Conduct } from './data.ts';
import type { NewWish } from './wish.ts';

/** Somebody is about to be contacted for a campaign. */
export interface ContactRequest {
  readonly campaign: string;
  /** See `Lead.person`. */
  readonly person: string;
  /** E.164 or a short code. */
  readonly number: string;
  /** Zones in which it may ring; hours hold in all of them. */
  readonly zones: readonly string[];
  /** It has begun, and is judged once more before he is dialled: itself it does not count. */
  readonly attempt?: string;
  /** He asked for this call: caps and gaps do not hold, hours, do-not-call lists and the lock-out of the abandoned do. */
  readonly asked: boolean;
  /** An agent waits for his answer: he cannot be abandoned. */
  readonly attended: boolean;
}

/** An attempt that was made. */
export interface PastContact {
  readonly attempt: string;
  readonly campaign: string;
  readonly person: string;
  readonly number: string;
  /** UTC ms. */
  readonly at: number;
  /** Undefined while it is under way. */
  readonly outcome?: AttemptOutcome;
}

/** A wish, of a person or for a number, that is remembered. */
export interface ContactWish {
  /** `do-not-call`: on a list, or said so. `refused`: did not want what was offered. `consent`: may be called. */
  readonly kind: 'do-not-call' | 'refused' | 'consent';
  /** '' for all campaigns. */
  readonly campaign: string;
  /** Where it comes from: a list's name, `opt-out`, an agent's id. */
  readonly source: string;
  /** UTC ms. */
  readonly at: number;
  /** UTC ms; undefined: for good. */
  readonly until?: number;
}

/** What is known of a person and a number. */
export interface ContactFacts {
  /** The last 30 days at least, in any order, of this person or this number. */
  readonly contacts: readonly PastContact[];
  readonly wishes: readonly ContactWish[];
}

/** The rules by which a contact can be forbidden, in the order in which they are asked. */
export const CONTACT_RULES = [
  /** Nobody knows which rules hold for the campaign: there is none of this name, or no file that can be read. */
  'no-policy',
  /** What was done and wished cannot be read now. */
  'facts-unknown',
  'do-not-call',
  'refused',
  'no-consent',
  /** Outside the days on which the campaign may dial. */
  'campaign-dates',
  'unknown-zone',
  'unknown-year',
  'holiday',
  'calling-window',
  /** Outside the campaign's own hours. */
  'campaign-hours',
  'under-way',
  'minimum-gap',
  'abandoned-lock-out',
  'machine-lock-out',
  /** He talked with somebody lately. */
  'conversation-lock-out',
  'day-cap',
  'week-cap',
  'month-cap',
] as const;
export type ContactRule = (typeof CONTACT_RULES)[number];

export type ContactVerdict = { readonly allowed: true } | Refusal;

export interface Refusal {
  readonly allowed: false;
  readonly rule: ContactRule;
  /** UTC ms, after now: the first moment at which this rule may permit it, by what is known now; undefined: never. */
  readonly retryAt?: number;
  /** A sentence's worth of values. */
  readonly detail: Readonly<Record<string, string | number>>;
}

/** What was done and wished, to be asked within a turn: it answers at once. */
export interface ContactRecord {
  factsOf(person: string, number: string, now: number): ContactFacts;
  /** Takes note of an attempt at its beginning and at its end, before it is in the store. */
  note(contact: PastContact): void;
  /** Takes note of a wish before it is in the store. */
  wished(wish: NewWish): void;
}

/** The gate that every attempt of every campaign passes. */
export interface ContactGate {
  /** Judges now. The caller notes the attempt in the same turn, so that no two pass where one may. @param now UTC ms */
  judge(request: ContactRequest, now: number): ContactVerdict;
  /** True while calls to a number in all these zones are permitted by hours and calendars. */
  isOpen(campaign: string, zones: readonly string[], now: number): boolean;
  note(contact: PastContact): void;
  wished(wish: NewWish): void;
  /** What the campaign's policy wants of the dialling itself; undefined where it has none. */
  conduct(campaign: string): Conduct | undefined;
}
