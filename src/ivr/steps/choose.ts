import { z } from 'zod';
import { condition, language, name, value, variableName } from '../grammar.ts';
import { stepKind } from '../step.ts';
import type { Expression } from '../values.ts';

// biome-ignore lint/suspicious/noThenProperty: the word of the flow language
const oneCase = z.strictObject({ when: condition, then: name });
const cases = z.array(oneCase).min(1).max(50);

/** Exits are the cases, counted from 1, and `else`. */
export const choose = stepKind({
  verb: 'choose',
  summary: 'Goes to the first step whose condition holds.',
  args: cases,
  waiting: 'none',
  exits: (list) => [...list.map((_, index) => `case-${index + 1}`), 'else'],
  targets: (list) => Object.fromEntries(list.map((one, index) => [`case-${index + 1}`, one.then])),
  async run(step, list) {
    const index = list.findIndex((one) => step.evaluate(one.when) === true);
    return { exit: index < 0 ? 'else' : `case-${index + 1}` };
  },
});

export const set = stepKind({
  verb: 'set',
  summary: 'Puts values into variables: set: { tries: vars.tries + 1 }.',
  args: z
    .record(variableName, value)
    .refine((values) => Object.keys(values).length > 0, 'name a variable and its value'),
  waiting: 'none',
  exits: () => ['next'],
  sets: (values) => values as Record<string, Expression>,
  async run(step, values) {
    const entries = Object.entries(values as Record<string, Expression>);
    return {
      exit: 'next',
      set: Object.fromEntries(entries.map(([into, from]) => [into, step.evaluate(from)])),
    };
  },
});

export const setLanguage = stepKind({
  verb: 'language',
  summary: 'Speaks this language from here on.',
  args: language,
  waiting: 'none',
  exits: () => ['next'],
  speaks: (chosen) => chosen,
  run: async (_step, chosen) => ({ exit: 'next', facts: { language: chosen } }),
});

export const setPersona = stepKind({
  verb: 'persona',
  summary: 'Speaks with the voice, music and recordings of this persona from here on.',
  args: name,
  waiting: 'none',
  exits: () => ['next'],
  mentions: (persona) => [{ kind: 'persona', name: persona }],
  run: async (_step, persona) => ({ exit: 'next', facts: { persona } }),
});
