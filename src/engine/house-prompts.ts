import type { Prompt } from '../speech/prompt.ts';

/** Asks whoever answers a phone elsewhere, who may be a mailbox. A recording of this name takes the place of the words. */
export const TAKE_THE_CALL: Prompt = {
  name: 'take-the-call',
  texts: {
    'zh-CN': '有一位客户来电。接听请按一。',
    en: 'A customer is calling. Press 1 to take the call.',
  },
};

/** What the centre itself says, whatever its flows are. */
export const HOUSE_PROMPTS: readonly Prompt[] = [TAKE_THE_CALL];

/** Fills in what has no places. */
export function nothing(place: string): never {
  throw new Error(`the prompts of the house have no place ${place}`);
}
