import { z } from 'zod';
import type { Prompt } from './step.ts';

/** `5s`, `500ms`, `2m` → milliseconds. */
export const duration = z
  .string()
  .regex(/^\d{1,5}(ms|s|m)$/, 'a time such as 500ms, 5s or 2m')
  .transform((text) => {
    const amount = Number.parseInt(text, 10);
    if (text.endsWith('ms')) return amount;
    return text.endsWith('m') ? amount * 60_000 : amount * 1000;
  });

export const name = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u, 'a name of letters, digits, - and _');

/** A voicemail box. It becomes part of file names. */
export const box = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'a box of plain letters, digits, - and _');

export const language = z.enum(['zh-CN', 'en']);

const text = z.string().trim().min(1, 'some words to say').max(1000, 'at most 1000 characters');

/** The name of a prompt, or the words in each language. */
export const prompt: z.ZodType<Prompt> = z.union([
  name.transform((promptName): Prompt => ({ name: promptName, texts: {} })),
  z.partialRecord(language, text).transform((texts): Prompt => ({ texts: texts as Record<string, string> })),
]);

const promptTexts = z.partialRecord(language, text);

/** A key of the telephone. */
export const key = z.string().regex(/^[0-9*#]$/, 'one key: 0 to 9, * or #');

/** Where an exit leads: one step for all, or one per exit. */
export const ways = z.union([name, z.record(z.string(), name)]);

/** The frame of a flow file; its steps are read one by one, by the verb they name. */
export const flowFrame = z.strictObject({
  flow: name,
  numbers: z
    .array(z.string().regex(/^[+*#]?[0-9x*#]{1,20}$/, 'a number to dial; x stands for any digit'))
    .default([]),
  callers: z.enum(['anyone', 'phones']).default('anyone'),
  languages: z.array(language).min(1).default(['zh-CN', 'en']),
  start: name,
  'on-error': name.optional(),
  prompts: z.record(name, promptTexts).default({}),
  steps: z.record(name, z.record(z.string(), z.unknown())),
});
