import type { ContactWish } from './contact.ts';

export const WISH_KINDS = [
  'do-not-call',
  'refused',
  'consent',
] as const satisfies readonly ContactWish['kind'][];

/** A wish that is to be remembered: of a person, for a number, or both, in which case it holds for either. */
export interface NewWish extends ContactWish {
  /** See `Lead.person`; '' where only the number is known. */
  readonly person: string;
  /** E.164 or a short code; '' where only the person is known. */
  readonly number: string;
  /** An agent's id, the name of an API token, or `opt-out`. */
  readonly by: string;
}

export interface Wish extends NewWish {
  readonly id: number;
}

/** The source of a wish that somebody said with a key of his telephone. */
export const OPT_OUT = 'opt-out';
