import { z } from 'zod';
import { line } from '../http/fields.ts';
import type { Scope } from '../http/scope.ts';
import { LANGUAGES } from './columns.ts';

/** A day or minute on the centre's clocks, or UTC milliseconds. */
export const momentText = z.string().min(1).max(40);
export const dayText = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'is not a day such as 2026-11-22')
  .describe('A day such as 2026-11-22, by the zone of the centre; today if unset');

/** Several words in one field, with commas between. */
export const words = z
  .string()
  .max(4000)
  .transform((text) => text.split(',').filter((word) => word !== ''))
  .pipe(z.array(line(80)).max(200));

export const exportFields = {
  format: z.enum(['csv', 'xlsx']).default('xlsx'),
  language: z.enum(LANGUAGES).default('en').describe('Of the names of the columns'),
};

/** The branches of whoever asks; undefined for all. */
export function branchesOf(scope: Scope): readonly string[] | undefined {
  return scope.isWhole ? undefined : scope.branches;
}

/** With null where there is nothing, for JSON. */
export function nulled<T extends object>(row: T): { [K in keyof T]: NullFor<T[K]> } {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value ?? null])) as {
    [K in keyof T]: NullFor<T[K]>;
  };
}

type NullFor<T> = undefined extends T ? Exclude<T, undefined> | null : T;
