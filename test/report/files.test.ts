import fc from 'fast-check';
import { strFromU8, unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { type Cell, ZoneClock } from '../../src/report/cell.ts';
import { CsvWriter, defused } from '../../src/report/csv.ts';
import { XlsxWriter } from '../../src/report/xlsx.ts';

const CLOCK = new ZoneClock('Asia/Shanghai');
const AT = Date.UTC(2026, 10, 22, 1, 2, 3);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function csvOf(rows: readonly (readonly Cell[])[]): string {
  const writer = new CsvWriter(CLOCK);
  const parts = rows.flatMap((row) => writer.rows([row]));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(joined([...parts, ...writer.end()]));
}

function xlsxOf(rows: readonly (readonly Cell[])[], mostRows?: number): Record<string, string> {
  const writer = new XlsxWriter({
    sheet: '通话',
    goesOn: (next) => `goes on: ${next}`,
    clock: CLOCK,
    at: AT,
    ...(mostRows !== undefined && { mostRows }),
  });
  const parts = rows.flatMap((row) => writer.rows([row]));
  const files = unzipSync(joined([...parts, ...writer.end()]));
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)]));
}

const rowsIn = (sheet: string): string[][] =>
  [...sheet.matchAll(/<row>(.*?)<\/row>/gs)].map(([, row]) =>
    [...row!.matchAll(/<c(?:\/>|[^>]*>(.*?)<\/c>)/gs)].map(([, cell = '']) => cell.replace(/<[^>]*>/g, '')),
  );

test('CSV is what spreadsheets in China and elsewhere read: a mark, commas, quotes, CRLF', () => {
  expect(
    csvOf([
      ['姓名', 'Note'],
      ['孙丽', 'a "b", c\nd'],
      [3.5, null],
      [{ at: AT }, { share: 0.85333 }],
    ]),
  ).toBe('\ufeff姓名,Note\r\n孙丽,"a ""b"", c\nd"\r\n3.5,\r\n2026-11-22 09:02:03,0.8533\r\n');
});

test.each([
  '=1+1',
  '+8613800138000',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '  =cmd|calc',
  '\u0000=1',
  '＝1+1',
  '＋1',
  '＠x',
  '|x',
  '\ntext',
])('%j is no formula in CSV', (text) => {
  expect(defused(text)).toBe(`'${text}`);
  expect(defused('孙丽 =1')).toBe('孙丽 =1');
});

test('a number that is a number stays one, also when it is less than nothing', () => {
  expect(csvOf([[-5, '-5']])).toBe("\ufeff-5,'-5\r\n");
});

test('whatever stands in a cell comes back out of CSV', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 }),
      (row) => {
        const text = csvOf([row]).slice(1, -2);
        const cells = [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/gs)].map(
          ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
        );
        expect(cells).toEqual(row.map((cell) => defused(cell.toWellFormed())));
      },
    ),
    { numRuns: 100 },
  );
});

test('an XLSX file has its parts, and numbers, moments and shares as such', () => {
  const files = xlsxOf([
    ['开始', 'n', 'share', 'text'],
    [{ at: AT }, 42.5, { share: 0.5 }, '=1+1'],
    [null, -3, null, ''],
  ]);
  expect(Object.keys(files).sort()).toEqual([
    '[Content_Types].xml',
    '_rels/.rels',
    'xl/_rels/workbook.xml.rels',
    'xl/styles.xml',
    'xl/workbook.xml',
    'xl/worksheets/sheet1.xml',
  ]);
  expect(files['xl/workbook.xml']).toContain('<sheet name="通话" sheetId="1" r:id="rId1"/>');
  const sheet = files['xl/worksheets/sheet1.xml']!;
  // 2026-11-22 09:02:03 in days since the end of 1899, by the clocks of the centre.
  expect(sheet).toContain('<c s="2"><v>46348.376423611</v></c><c><v>42.5</v></c><c s="3"><v>0.5</v></c>');
  expect(sheet).not.toContain('<f');
  expect(rowsIn(sheet)).toEqual([
    ['开始', 'n', 'share', 'text'],
    ['46348.376423611', '42.5', '0.5', '=1+1'],
    ['', '-3', '', ''],
  ]);
});

test('an export of nothing is a file that opens', () => {
  const files = xlsxOf([['a', 'b']]);
  expect(rowsIn(files['xl/worksheets/sheet1.xml']!)).toEqual([['a', 'b']]);
});

test('what XML may not hold is left out, what it means is written out', () => {
  const [, [cell] = []] = rowsIn(
    xlsxOf([['h'], ['a<b>&"\u0000\u000b\ud800x_x000D_y\ufffe']])['xl/worksheets/sheet1.xml']!,
  );
  expect(cell).toBe('a&lt;b&gt;&amp;&quot;\ufffdx_x005F_x000D_y');
});

test('a full sheet says so, and it goes on on the next one, under the same names', () => {
  const rows = [['n'], ...Array.from({ length: 7 }, (_, index) => [index])];
  const files = xlsxOf(rows, 4);
  expect(['1', '2', '3', '4'].map((n) => rowsIn(files[`xl/worksheets/sheet${n}.xml`] ?? ''))).toEqual([
    [['n'], ['0'], ['1'], ['goes on: 通话 2']],
    [['n'], ['2'], ['3'], ['goes on: 通话 3']],
    [['n'], ['4'], ['5'], ['goes on: 通话 4']],
    [['n'], ['6']],
  ]);
  expect(files['xl/workbook.xml']).toContain('name="通话 4" sheetId="4" r:id="rId4"');
  expect(files['[Content_Types].xml']).toContain('/xl/worksheets/sheet4.xml');
});

test('clocks that change within a file show what they showed', () => {
  const clock = new ZoneClock('Europe/Berlin');
  expect(
    ['2026-10-25T00:59:59', '2026-10-25T01:00:00'].map((text) => clock.text(Date.parse(`${text}Z`))),
  ).toEqual(['2026-10-25 02:59:59', '2026-10-25 02:00:00']);
});
