import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CsvReader, type CsvRow, LONGEST_ROW, separatorOf } from '../../src/list/csv.ts';
import type { Separator } from '../../src/list/list.ts';

function read(text: string, separator: Separator = ',', pieceLength = text.length): CsvRow[] {
  const reader = new CsvReader(separator);
  const rows: CsvRow[] = [];
  for (let at = 0; at < text.length; at += Math.max(1, pieceLength))
    rows.push(...reader.push(text.slice(at, at + pieceLength)));
  return [...rows, ...reader.end()];
}

/** Cells, or the fault, each with the line. */
const told = (rows: readonly CsvRow[]): unknown[] =>
  rows.map((row) => [row.line, 'fault' in row ? row.fault : row.cells]);

describe('reads', () => {
  test.each<[string, string, unknown[]]>([
    [
      'plain rows',
      'a,b\n1,2\n',
      [
        [1, ['a', 'b']],
        [2, ['1', '2']],
      ],
    ],
    [
      'a last row without an end',
      'a,b\n1,2',
      [
        [1, ['a', 'b']],
        [2, ['1', '2']],
      ],
    ],
    [
      'CRLF',
      'a,b\r\n1,2\r\n',
      [
        [1, ['a', 'b']],
        [2, ['1', '2']],
      ],
    ],
    [
      'CR alone',
      'a,b\r1,2\r',
      [
        [1, ['a', 'b']],
        [2, ['1', '2']],
      ],
    ],
    [
      'a mixture of line ends',
      'a\r\nb\nc\rd',
      [
        [1, ['a']],
        [2, ['b']],
        [3, ['c']],
        [4, ['d']],
      ],
    ],
    [
      'empty lines as nothing',
      'a\n\n\nb\n',
      [
        [1, ['a']],
        [4, ['b']],
      ],
    ],
    ['quoted cells', '"a","b,c"\n', [[1, ['a', 'b,c']]]],
    ['doubled marks', '"say ""hi""",x\n', [[1, ['say "hi"', 'x']]]],
    ['an empty quoted cell', '"",x\n', [[1, ['', 'x']]]],
    [
      'a quoted cell of two lines',
      'a,b\n"x\r\ny",2\n3,4\n',
      [
        [1, ['a', 'b']],
        [2, ['x\ny', '2']],
        [4, ['3', '4']],
      ],
    ],
    ['a mark in the midst of a cell', 'a"b,c\n', [[1, ['a"b', 'c']]]],
    ['a formula as text', '=1+1,"=cmd|x"\n', [[1, ['=1+1', '=cmd|x']]]],
    ['blanks behind a quoted cell', '"a" ,b\n', [[1, ['a', 'b']]]],
    ['the separator that a spreadsheet names', 'sep=;\na;b\n', [[2, ['a', 'b']]]],
    ['nothing', '', []],
  ])('%s', (_, text, rows) => {
    for (const pieceLength of [1, 2, 3, 1000]) expect(told(read(text, ',', pieceLength))).toEqual(rows);
  });

  test.each<Separator>([',', ';', '\t'])('rows with %j between cells', (separator) => {
    expect(told(read(`a${separator}"b${separator}"\n`, separator))).toEqual([[1, ['a', `b${separator}`]]]);
  });
});

describe('a row that is none costs its own line only', () => {
  test.each<[string, string, unknown[]]>([
    [
      'an open mark',
      'a,b\n"x,2\n3,4\n',
      [
        [1, ['a', 'b']],
        [2, 'open-quote'],
        [3, ['3', '4']],
      ],
    ],
    [
      'an open mark that a later mark closes',
      'a,b\n"x,2\n3,"4"\n5,6\n',
      [
        [1, ['a', 'b']],
        [2, 'after-quote'],
        [3, ['3', '4']],
        [4, ['5', '6']],
      ],
    ],
    [
      'an open mark that a later cell closes by accident',
      'a,b\n1,"x\n3,4\n5",6\n7,8\n',
      [
        [1, ['a', 'b']],
        [2, 'open-quote'],
        [3, ['3', '4']],
        [4, ['5"', '6']],
        [5, ['7', '8']],
      ],
    ],
    [
      'text behind a mark',
      'a,b\n"x"y,2\n3,4\n',
      [
        [1, ['a', 'b']],
        [2, 'after-quote'],
        [3, ['3', '4']],
      ],
    ],
    [
      'the end of the file within a mark',
      'a,b\n1,"x',
      [
        [1, ['a', 'b']],
        [2, 'cut-off'],
      ],
    ],
  ])('%s', (_, text, rows) => {
    for (const pieceLength of [1, 2, 1000]) expect(told(read(text, ',', pieceLength))).toEqual(rows);
  });

  test('an open mark at the beginning of a million lines', () => {
    const lines = Array.from({ length: 1_000_000 }, (_, at) => `${at},x\n`).join('');
    const rows = read(`a,b\n"1,x\n${lines}`, ',', 1 << 16);
    expect(rows.length).toBe(1_000_002);
    expect(told(rows.slice(1, 3))).toEqual([
      [2, 'open-quote'],
      [3, ['0', 'x']],
    ]);
  });

  test('a line that is too long, and is let go as it comes', () => {
    const reader = new CsvReader(',');
    expect(reader.push('a,b\n')).toHaveLength(1);
    expect(reader.push('x'.repeat(LONGEST_ROW + 1))).toMatchObject([{ line: 2, fault: 'too-long' }]);
    for (let piece = 0; piece < 100; piece += 1) expect(reader.push('x'.repeat(100_000))).toEqual([]);
    expect(told(reader.push('x\n1,2\n'))).toEqual([[3, ['1', '2']]]);
  });
});

test('whatever is written is read again, in pieces of any length', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '张', '"', ',', '\n', ' ', '=', '\u0000') });
  const written = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(written, fc.integer({ min: 1, max: 9 }), (rows, pieceLength) => {
      const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      const text = rows.map((row) => `${row.map(quote).join(',')}\r\n`).join('');
      expect(read(text, ',', pieceLength).map((row) => 'cells' in row && row.cells)).toEqual(rows);
    }),
  );
});

test('no text makes it throw, and no line is told twice', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'sep=;\n') });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 5 }), (some, pieceLength) => {
      const lines = read(some, ',', pieceLength).map(({ line }) => line);
      expect(lines).toEqual([...new Set(lines)].sort((a, b) => a - b));
      expect(lines).toEqual(read(some).map(({ line }) => line));
    }),
  );
});

test.each([
  ['a,b,c', ','],
  ['a;b;c', ';'],
  ['a\tb', '\t'],
  ['"a,b,c";d', ';'],
  ['姓名', ','],
])('%j is separated by %j', (line, separator) => {
  expect(separatorOf(line)).toBe(separator);
});
