import { expect, test } from 'vitest';
import { columnsOf, counted, cutToColumns, harmless, table } from '../../src/cli/terminal.ts';

test.each([
  ['', 0],
  ['hello', 5],
  ['您好', 4],
  ['您好，A', 7],
  ['é', 1],
  ['e\u0301', 1],
  ['“…”—', 4],
  ['𠮷', 2],
])('%j takes %i columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns);
});

test('columns of a table are as wide as they look', () => {
  expect(
    table([
      ['name', 'words', 'x'],
      ['您好', 'a', 'y'],
      ['b', '再见。', ''],
    ]),
  ).toBe('name  words   x\n您好  a       y\nb     再见。');
});

test.each([
  ['hello', 5, 'hello'],
  ['hello', 4, 'hel…'],
  ['您好吗', 6, '您好吗'],
  ['您好吗', 5, '您好…'],
  ['您好吗', 4, '您…'],
])('%j cut to %i columns is %j', (text, columns, cut) => {
  expect(cutToColumns(text, columns)).toBe(cut);
  expect(columnsOf(cut)).toBeLessThanOrEqual(columns);
});

test('one is one, all else is many', () => {
  expect([0, 1, 2].map((count) => counted(count, 'error'))).toEqual(['0 errors', '1 error', '2 errors']);
});

test('words of a file cannot command the terminal', () => {
  expect(harmless('a\u001b]0;title\u0007b\u009b2Jc\u202ed')).toBe('a]0;titleb2Jcd');
});
