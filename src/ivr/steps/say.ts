import { z } from 'zod';
import { prompt } from '../grammar.ts';
import { stepKind } from '../step.ts';

export const say = stepKind({
  verb: 'say',
  summary: 'Says something; a key pressed meanwhile cuts it short and counts for the next menu.',
  args: prompt,
  exits: () => ['next'],
  prompts: (words) => [words],
  async run(step, words) {
    await step.say(words);
    return { exit: 'next' };
  },
});

export const hangup = stepKind({
  verb: 'hangup',
  summary: 'Ends the call.',
  args: z.strictObject({}),
  exits: () => [],
  run: async () => ({ hangUp: true }),
});
