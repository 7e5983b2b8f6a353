import type { Media } from '../pbx/pbx.ts';
import type { Prompt } from './step.ts';

/** Turns prompts into sound. Everything is rendered before a flow goes live, so a look-up during a call is immediate. */
export interface PromptBook {
  /** What to play for `prompt` in `language` (or the next best one); a beep rather than nothing. */
  media(prompt: Prompt, language: string): readonly Media[];
  /** Makes the sound anew after it failed to play. */
  repair(prompt: Prompt, language: string): Promise<readonly Media[]>;
}

/** What is played when there is nothing else: a caller must never hear silence. */
export const LAST_RESORT: readonly Media[] = [{ tone: 'beep' }];
