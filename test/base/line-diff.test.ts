import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffLines } from '../../src/base/line-diff.ts';

const shown = (before: string, after: string): string[] =>
  diffLines(before, after).map(
    (line) => `${line.is === 'same' ? ' ' : line.is === 'added' ? '+' : '-'}${line.text}`,
  );

test.each<[before: string, after: string, lines: string[]]>([
  ['', '', []],
  ['a\nb\n', 'a\nb', [' a', ' b']],
  ['a\r\nb', 'a\nb', [' a', ' b']],
  ['', 'a', ['+a']],
  ['a\nb\nc', 'a\nx\nc', [' a', '-b', '+x', ' c']],
  ['a\nb\nc\nd', 'b\nd\ne', ['-a', ' b', '-c', ' d', '+e']],
])('%j → %j', (before, after, lines) => {
  expect(shown(before, after)).toEqual(lines);
});

test('the lines of either text are all there, in their order and under their numbers, and as few change as can be', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before.join('\n'), after.join('\n'));
      const old = lines.flatMap((line) => (line.is === 'added' ? [] : [line]));
      const now = lines.flatMap((line) => (line.is === 'removed' ? [] : [line]));
      expect(old.map((line) => [line.before, line.text])).toEqual(before.map((line, at) => [at + 1, line]));
      expect(now.map((line) => [line.after, line.text])).toEqual(after.map((line, at) => [at + 1, line]));
      expect(lines.filter(({ is }) => is === 'same')).toHaveLength(common(before, after));
    }),
  );
});

test('texts that have nothing in common are told as replaced, in no time worth mentioning', () => {
  const many = (word: string): string => Array.from({ length: 2000 }, (_, at) => `${word}${at}`).join('\n');
  const lines = diffLines(many('x'), many('y'));
  expect(lines.map(({ is }) => is)).toEqual([
    ...Array.from({ length: 2000 }, () => 'removed'),
    ...Array.from({ length: 2000 }, () => 'added'),
  ]);
});

/** Length of the longest common subsequence. */
function common(one: readonly string[], other: readonly string[]): number {
  let row = Array.from({ length: other.length + 1 }, () => 0);
  for (const letter of one) {
    const next = [0];
    for (const [at, its] of other.entries())
      next.push(letter === its ? row[at]! + 1 : Math.max(next[at]!, row[at + 1]!));
    row = next;
  }
  return row.at(-1)!;
}
