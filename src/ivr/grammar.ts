import { z } from 'zod';
import type { Prompt } from '../speech/prompt.ts';
import { type Expression, VARIABLE_TYPES, type Wanted } from './values.ts';

/** `5s`, `500ms`, `2m` → milliseconds. */
export const duration = z
  .string({ error: 'a time such as 500ms, 5s or 2m' })
  .regex(/^\d{1,5}(ms|s|m)$/, 'a time such as 500ms, 5s or 2m')
  .meta({ examples: ['5s', '500ms', '2m'] })
  .transform((text) => {
    const amount = Number.parseInt(text, 10);
    if (text.endsWith('ms')) return amount;
    return text.endsWith('m') ? amount * 60_000 : amount * 1000;
  });

export const name = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u, 'a name of letters, digits, - and _');

/** A name that expressions can write as `vars.name`. */
export const variableName = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9_]{0,39}$/, 'a variable: a small letter, then letters, digits and _');

/** A voicemail box. It becomes part of file names. */
export const box = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'a box of plain letters, digits, - and _');

export const language = z.enum(['zh-CN', 'en']);

export const variableType = z.enum(VARIABLE_TYPES);

const text = z.string().trim().min(1, 'some words to say').max(1000, 'at most 1000 characters');

const promptTexts = z.partialRecord(language, text);

/** The name of a prompt, or the words in each language. */
export const prompt: z.ZodType<Prompt> = z
  .union([
    name.transform((promptName): Prompt => ({ name: promptName, texts: {} })),
    promptTexts.transform((texts): Prompt => ({ texts: texts as Record<string, string> })),
  ])
  .describe('The name of a prompt, or the words in each language');

/** A key of the telephone. */
export const key = z.string().regex(/^[0-9*#]$/, 'one key: 0 to 9, * or #');

const written = z.union([z.string().trim().min(1).max(500), z.number(), z.boolean()]);

function expressionOf(wants: Wanted, more: Pick<Expression, 'secrets'> = {}): z.ZodType<Expression> {
  return written.transform((value): Expression => ({ expression: String(value), wants, ...more }));
}

/** Expressions, by what they have to give. */
export const condition = expressionOf('yes-no').describe(
  'An expression that is true or false, such as customer.tier == "vip"',
);
export const value = expressionOf('any').describe(
  'An expression, such as vars.tries + 1; a text stands in quotes',
);
export const textValue = expressionOf('text').describe(
  'An expression that gives a text, such as caller.number',
);
/** It may name the secrets of the call. */
export const sentValue = expressionOf('any', { secrets: true }).describe(
  'An expression; secrets.pin is a secret',
);

/** Where an exit leads: one step for all, or one per exit. */
export const ways = z.union([name, z.record(z.string(), name)]);

const dialledNumber = z
  .string({ error: 'a number to dial, in quotes' })
  .regex(/^[+*#]?[0-9x*#]{1,20}$/, 'a number to dial; x stands for any digit');

const typed = z.record(variableName, variableType);

/** The frame of a flow file; its steps are read one by one, by the verb they name. */
export const flowFrame = z.strictObject({
  flow: name.describe('The name of the flow'),
  description: z.string().max(500).optional().describe('What it is for, for people'),
  numbers: z.array(dialledNumber).default([]).describe('Numbers that lead here; x stands for any digit'),
  callers: z.enum(['anyone', 'phones']).default('anyone').describe('phones: only our own registered phones'),
  languages: z
    .array(language)
    .min(1)
    .default(['zh-CN', 'en'])
    .describe('The first is spoken until something says otherwise'),
  persona: z
    .union([name, z.record(dialledNumber, name)])
    .optional()
    .describe('Voice, music and recordings: one persona, or one per number'),
  takes: typed.default({}).describe('Variables that a calling flow gives to this one'),
  gives: typed.default({}).describe('Variables that the calling flow gets back'),
  start: name.describe('The first step'),
  'on-error': name.optional().describe('Where a step that fails leads'),
  prompts: z.record(name, promptTexts).default({}).describe('Words that steps say by name, in each language'),
  steps: z.record(name, z.record(z.string(), z.unknown())).describe('The steps, by name'),
});

export type FlowFrame = z.output<typeof flowFrame>;
