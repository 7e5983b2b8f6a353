import { z } from 'zod';
import { duration, name, prompt } from '../grammar.ts';
import { stepKind } from '../step.ts';

const spoken = z.union([
  prompt.transform((words) => ({ prompt: words, interruptible: true })),
  z.strictObject({
    prompt,
    interruptible: z.boolean().default(true).describe('false: keys pressed meanwhile do not cut it short'),
  }),
]);

export const say = stepKind({
  verb: 'say',
  summary: 'Says something; a key pressed meanwhile cuts it short and counts for the next menu.',
  args: spoken,
  waiting: 'speaks',
  exits: () => ['next'],
  prompts: (args) => [args.prompt],
  async run(step, args) {
    await step.say(args.prompt, args.interruptible);
    return { exit: 'next' };
  },
});

export const pause = stepKind({
  verb: 'pause',
  summary: 'Waits in silence; a key pressed meanwhile ends it and counts for the next menu.',
  args: duration,
  waiting: 'speaks',
  exits: () => ['next'],
  async run(step, ms) {
    await step.verbs.pause(ms);
    return { exit: 'next' };
  },
});

export const hangup = stepKind({
  verb: 'hangup',
  summary: 'Ends the call.',
  args: z.strictObject({}),
  waiting: 'none',
  exits: () => [],
  run: async () => ({ hangUp: true }),
});

/** A hint for a channel that is not the telephone: whoever sends messages takes it from the event log. */
export const textMessage = stepKind({
  verb: 'text-message',
  summary: 'Has a text message sent to the caller, as an event that a message gateway takes up.',
  args: z.strictObject({
    text: prompt,
    topic: name.optional().describe('What it is about, for reports'),
  }),
  waiting: 'none',
  exits: () => ['next', 'no-number'],
  writes: (args) => [args.text],
  async run(step, args) {
    const { ani, facts } = step.call;
    if (!/^\+?\d{6,}$/.test(ani)) return { exit: 'no-number' };
    const text = step.written(args.text);
    step.note('TextMessageRequested', {
      number: ani,
      language: facts.language,
      topic: args.topic ?? '',
      text,
    });
    return { exit: 'next' };
  },
});
