import type { z } from 'zod';
import { type Said, said } from '../base/said.ts';

/** What a schema finds wrong with a value. */
export type Issue = z.core.$ZodIssue;

/** Where one of several shapes was expected, what is wrong with the one that was meant most likely. */
export function leavesOf(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const likely = issue.errors.toSorted((a, b) => unlikeliness(a) - unlikeliness(b))[0];
  if (!likely || likely.length === 0) return [issue];
  return likely.flatMap(leavesOf).map((leaf) => ({ ...leaf, path: [...issue.path, ...leaf.path] }));
}

/** A shape of another kind altogether was not meant. */
function unlikeliness(issues: readonly Issue[]): number {
  const otherKind = issues.some(
    (issue) => issue.code === 'invalid_type' && issue.path.length === 0 && !lacksQuotes(issue),
  );
  const unquoted = issues.some(lacksQuotes);
  return issues.length + (otherKind ? 100 : 0) - (unquoted ? 1 : 0);
}

/** A number, or true, where a text was expected. */
function lacksQuotes(issue: Issue): boolean {
  return (
    issue.code === 'invalid_type' &&
    issue.expected === 'string' &&
    /received (number|boolean)$/.test(issue.message)
  );
}

/** What a schema says of a key that is not there. */
export const MISSING: ReadonlySet<Issue['code']> = new Set([
  'invalid_type',
  'invalid_value',
  'invalid_union',
]);

/** The kinds of values, in words of those who write the file. */
const KINDS: Readonly<Record<string, string>> = {
  array: 'this has to be a list, such as [a, b]',
  object: 'this has to be keys with values, such as { key: value }',
  record: 'this has to be keys with values, such as { key: value }',
  number: 'this has to be a number',
  int: 'this has to be a whole number',
  boolean: 'this has to be true or false',
  string: 'this has to be text',
};

/** An issue in words of those who write the file. */
export function wordingOf(issue: Issue): string | Said {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  if (issue.code !== 'invalid_type') return issue.message;
  if (/received undefined$/.test(issue.message)) return said`"${String(issue.path.at(-1) ?? '')}" is missing`;
  if (/received null$/.test(issue.message)) return 'there is nothing in it: fill it in, or take it out';
  if (lacksQuotes(issue)) return 'this has to be text: put it into quotes';
  return issue.message.startsWith('Invalid input') ? (KINDS[issue.expected] ?? issue.message) : issue.message;
}
