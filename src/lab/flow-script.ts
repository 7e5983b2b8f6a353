import { z } from 'zod';
import { box, duration, language, name } from '../ivr/grammar.ts';
import { number } from './world.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const values = z.record(z.string().min(1).max(64), scalar);
const words = z
  .string({ error: 'some words or the name of a prompt; figures stand in quotes' })
  .trim()
  .min(1, 'some words or the name of a prompt')
  .max(1000);
const yes = z.literal(true, { error: 'it can only be true' });

/** What the caller does. */
const deeds = {
  presses: z
    .string({ error: 'put the keys in quotes: "1"' })
    .regex(/^[0-9*#]{1,64}$/, 'keys of a telephone: 0 to 9, * and #, in quotes')
    .optional()
    .describe('Presses these keys, one every 150 ms'),
  silent: duration.optional().describe('Presses nothing for so long'),
  'leaves-message': duration.optional().describe('When he is recorded: speaks for so long, then presses #'),
  'hangs-up': yes.optional().describe('Hangs up'),
  'other-hangs-up': yes.optional().describe('The agent, or whoever he talks with, hangs up'),
};

/** What has to happen. */
const hopes = {
  hears: words.optional().describe('A prompt begins: its name, or a part of its words, values filled in'),
  'hears-out': words.optional().describe('A prompt begins, and he listens to its end'),
  music: name.optional().describe('This music begins'),
  reaches: z
    .string()
    .regex(/^[^\s/]+(\/[^\s/]+)?$/, 'a step, or a flow and a step: hotline/main')
    .optional()
    .describe('This step is entered: its name, or flow/step'),
  asked: z
    .strictObject({
      service: z.string().min(1).describe('The name of the service, or its address'),
      path: z.string().optional().describe('The path that was asked'),
      with: values.optional().describe('Values that were sent, among others'),
    })
    .optional()
    .describe('A service was asked'),
  event: z
    .strictObject({
      type: z.string().min(1).describe('The type of the event'),
      with: values.optional().describe('What it holds, among other things'),
    })
    .optional()
    .describe('An event stands in the log'),
  callback: z
    .strictObject({
      queue: name.describe('The queue whose agents call back'),
      number: number.optional().describe('The number to be called'),
    })
    .optional()
    .describe('A callback was noted'),
  'message-kept': box.optional().describe('A message is kept in this box'),
  'waits-in': name.optional().describe('He is in this queue'),
  'talks-with': z
    .string({ error: 'put it in quotes: "1001"' })
    .min(1)
    .optional()
    .describe('He talks with this agent, phone or outside number'),
  language: language.optional().describe('He is spoken to in this language'),
  persona: name.optional().describe('This persona speaks'),
  customer: name.optional().describe('He was found to be this customer'),
  tier: name.optional().describe('He is served as one of this tier'),
  variables: values.optional().describe('Variables of the present flow have these values'),
  ended: z.enum(['by-carillon', 'by-caller']).optional().describe('The call is over, and who hung up'),
};

const bans = {
  'not-heard': words.optional().describe('He has not heard this prompt or these words, up to here'),
};

/** Every word that a line can begin with. */
export const WORDS: readonly string[] = Object.keys({ ...deeds, ...hopes, ...bans });

/** A line of a script: one word, and how long it waits. */
export const scriptLine = z
  .strictObject(
    {
      ...deeds,
      ...hopes,
      ...bans,
      within: duration.optional().describe('How long it waits at most, for a word that waits; else 60 s'),
    },
    // Not for a word that does not exist: that is told by its name.
    { error: ({ code }) => (code === 'invalid_type' ? 'a line such as "- hears: welcome"' : undefined) },
  )
  .superRefine((line, context) => {
    const said = Object.keys(line).filter((word) => word !== 'within');
    const [word, second] = said;
    if (word === undefined)
      context.addIssue({ code: 'custom', message: `a line begins with one of ${WORDS.join(', ')}` });
    else if (second !== undefined)
      context.addIssue({
        code: 'custom',
        path: [second],
        message: `"${word}" and "${second}" are two lines`,
      });
    else if (line.within !== undefined && !(word in hopes))
      context.addIssue({ code: 'custom', path: ['within'], message: `"${word}" does not wait` });
  })
  .meta({ minProperties: 1, maxProperties: 2 });

export type ScriptLine = z.output<typeof scriptLine>;

/** True when `there` holds all of `wanted`; a number and its digits as text are the same. */
export function matches(
  there: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, string | number | boolean>> = {},
): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => Object.hasOwn(there, name) && String(there[name]) === String(value),
  );
}
