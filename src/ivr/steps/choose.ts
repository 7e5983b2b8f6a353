import { z } from 'zod';
import { type Condition, readCondition } from '../expression.ts';
import { language, name } from '../grammar.ts';
import { stepKind } from '../step.ts';

const condition = z
  .string()
  .max(500)
  .transform((text, context): Condition => {
    const read = readCondition(text);
    if (typeof read !== 'string') return read;
    context.addIssue({ code: 'custom', message: `the condition cannot be read: ${read}` });
    return z.NEVER;
  });

// biome-ignore lint/suspicious/noThenProperty: the word of the flow language
const cases = z.array(z.strictObject({ when: condition, then: name })).min(1);

/** Exits are the cases, counted from 1, and `else`. */
export const choose = stepKind({
  verb: 'choose',
  summary: 'Goes to the first step whose condition holds.',
  args: cases,
  exits: (list) => [...list.map((_, index) => `case-${index + 1}`), 'else'],
  targets: (list) => Object.fromEntries(list.map((one, index) => [`case-${index + 1}`, one.then])),
  async run(step, list) {
    const index = list.findIndex((one) => one.when.holds(step.call));
    return { exit: index < 0 ? 'else' : `case-${index + 1}` };
  },
});

export const setLanguage = stepKind({
  verb: 'language',
  summary: 'Speaks this language from here on.',
  args: language,
  exits: () => ['next'],
  run: async (_step, chosen) => ({ exit: 'next', facts: { language: chosen } }),
});

export const go = stepKind({
  verb: 'go',
  summary: 'Goes on in another flow, at its start.',
  args: z.strictObject({ flow: name }),
  exits: () => [],
  mentions: (args) => ({ flow: args.flow }),
  run: async (_step, args) => ({ enterFlow: args.flow }),
});
