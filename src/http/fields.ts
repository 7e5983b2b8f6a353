import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { cleanNumber, cleanText, maskNumber } from '../base/text.ts';
import type { Principal } from './principal.ts';
import { seesMasked } from './roles.ts';

/** Kinds of fields that several features' requests and answers share. */

const CONTROL = 'may not hold control characters';

/** One line of text. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .refine((text) => cleanText(text, max) === text, CONTROL);

export const nameText = line(80).min(1);

/** Text of several lines. */
export const noteText = (max = 2000) =>
  z
    .string()
    .trim()
    .max(max)
    .refine((text) => text.split(/\r?\n/).every((part) => cleanText(part, max) === part.trim()), CONTROL);

export const id = z.string().regex(/^[\w.-]{1,64}$/, 'is not an id');
export const idParams = z.strictObject({ id });

/** A branch in bodies and queries. */
export const branchId = id.or(z.literal('')).describe('A branch, empty for the head office');

/** A phone number, without the blanks and brackets that people write. */
export const number = z
  .string()
  .max(40)
  .refine((text) => cleanNumber(text) !== '', 'is not a phone number')
  .transform(cleanNumber)
  .describe('A phone number: digits, with a leading + for a foreign one');

export const extension = z.string().regex(/^[0-9]{2,10}$/, 'is not an extension of 2 to 10 digits');

/** A moment in answers and bodies. */
export const moment = z.number().int().min(0).max(8.64e15).describe('UTC milliseconds');
/** A moment in a query. */
export const momentQuery = z.coerce.number().int().min(0).max(8.64e15).describe('UTC milliseconds');

export const pageLimit = z.coerce.number().int().min(1).max(200).default(50);

/** Where to go on in a list that is ordered by time: what the answer before called `next`. */
export const pageCursor = z
  .string()
  .regex(/^\d{1,16}_[\w.-]{1,64}$/, 'is not a cursor of this list')
  .transform((text) => {
    const cut = text.indexOf('_');
    return { at: Number(text.slice(0, cut)), id: text.slice(cut + 1) };
  });

/** The answer to a list: `next` is null on the last page. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().describe('Give it as `cursor` to go on; null at the end'),
  });

/** Makes a page of rows that were asked for with `limit`. */
export function page<Row, Item>(
  rows: readonly Row[],
  limit: number,
  cursorAt: (row: Row) => string,
  show: (row: Row) => Item,
): { items: Item[]; next: string | null } {
  const last = rows.length < limit ? undefined : rows.at(-1);
  return { items: rows.map(show), next: last === undefined ? null : cursorAt(last) };
}

/** How this role sees phone numbers. */
export function numbersFor(principal: Principal): (number: string) => string {
  return seesMasked(principal) ? maskNumber : (number) => number;
}

/** How this role sees text that may be or hold phone numbers, such as a caller's name. */
export function textFor(principal: Principal): (text: string) => string {
  return seesMasked(principal) ? (text) => text.replace(/\+?\d{6,}/g, maskNumber) : (text) => text;
}

/** Who sees numbers masked may not find them out by asking for one after the other. @throws Refused `forbidden` */
export function checkMaySearchNumbers(principal: Principal): void {
  if (seesMasked(principal)) throw new Refused('forbidden', 'Who sees numbers masked may not search by them');
}
