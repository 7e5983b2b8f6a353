import { z } from 'zod';
import type { Problem } from '../ivr/report.ts';
import { readYaml } from '../ivr/yaml.ts';

/** Numbers of a country that are dialled as they are, such as 95588 or 12345. */
export interface ShortCodes {
  has(digits: string): boolean;
  /** Nobody's campaign calls these. */
  isEmergency(digits: string): boolean;
}

const pattern = z
  .string('a short code in quotes, such as "95588"')
  .regex(/^[\dx]{2,6}$/, '2 to 6 digits, x for any digit, such as "95588" or "955xx"');

/** The file `short-codes.yaml`: by country. */
const shortCodeFile = z.record(
  z.string().regex(/^[A-Z]{2}$/, 'a country in two capital letters (ISO 3166), such as CN'),
  z.strictObject({ numbers: z.array(pattern).max(10_000), emergency: z.array(pattern).max(100) }),
);

export interface ReadShortCodes {
  /** Undefined when there are problems. */
  readonly of?: (country: string) => ShortCodes;
  readonly problems: readonly Problem[];
}

export const NO_SHORT_CODES: ShortCodes = { has: () => false, isEmergency: () => false };

/** Reads the table of short codes. Never throws. @param file as it is named in messages */
export function readShortCodes(text: string, file: string): ReadShortCodes {
  const { content, report, problems } = readYaml(text, file);
  if (!report) return { problems };
  const parsed = shortCodeFile.safeParse(content ?? {});
  if (!parsed.success) {
    report.addIssues([], parsed.error, shortCodeFile);
    return { problems: report.problems };
  }
  const tables = new Map(
    Object.entries(parsed.data).map(([country, { numbers, emergency }]) => {
      const [all, urgent] = [matcherOf(numbers), matcherOf(emergency)];
      return [country, { has: all, isEmergency: urgent }] as const;
    }),
  );
  return { of: (country) => tables.get(country) ?? NO_SHORT_CODES, problems: [] };
}

function matcherOf(patterns: readonly string[]): (digits: string) => boolean {
  const plain = new Set(patterns.filter((text) => !text.includes('x')));
  const open = patterns
    .filter((text) => text.includes('x'))
    .map((text) => new RegExp(`^${text.replaceAll('x', '\\d')}$`));
  return (digits) => plain.has(digits) || open.some((form) => form.test(digits));
}
