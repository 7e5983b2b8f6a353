import type { Media } from '../pbx/pbx.ts';

/**
 * Something to say: a text per language, and the name under which a recording of it may lie. A text may hold places to
 * fill in, `{amount(vars.balance)}`; see `template.ts`.
 */
export interface Prompt {
  readonly name?: string;
  /** The flow whose own prompt this is: its recordings lie in a folder of that name. Undefined for shared ones. */
  readonly flow?: string;
  readonly texts: Readonly<Record<string, string>>;
}

/** Whose voice speaks, in which language. */
export interface Voice {
  readonly language: string;
  /** Name of a persona, '' for the ordinary one. */
  readonly persona: string;
}

/** A value to be spoken where a text has a place for it. */
export type Saying =
  | { readonly as: 'number'; readonly value: number }
  /** One by one, as an account or telephone number is read out. */
  | { readonly as: 'digits'; readonly digits: string }
  /** `currency` by ISO 4217. */
  | { readonly as: 'amount'; readonly value: number; readonly currency: string }
  | { readonly as: 'date'; readonly year: number; readonly month: number; readonly day: number }
  | { readonly as: 'time'; readonly hour: number; readonly minute: number }
  /** Words that are known only during the call. */
  | { readonly as: 'text'; readonly text: string };

/** Gives the value for a place in a text, by what stands between its braces. */
export type FillIn = (place: string) => Saying;

/** Turns prompts into sound. All fixed words are rendered before a flow goes live, so that a look-up during a call is immediate. */
export interface PromptBook {
  /** What to play for `prompt` by `voice` (or the next best one); a beep rather than nothing. */
  media(prompt: Prompt, voice: Voice, fillIn: FillIn): Promise<readonly Media[]>;
  /** Makes the sound anew after it failed to play. */
  repair(prompt: Prompt, voice: Voice, fillIn: FillIn): Promise<readonly Media[]>;
}

/** What is played when there is nothing else: a caller must never hear silence. */
export const LAST_RESORT: readonly Media[] = [{ tone: 'beep' }];
