import { describe, expect, test } from 'vitest';
import { previewOf, rowsOf } from '../../../src/console/pages/outbound/csv-preview.ts';
import { readHeadings } from '../../../src/list/headings.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the beginning of a list', () => {
  test('is read by its encoding and separator', () => {
    expect(previewOf(utf8('姓名;手机\n王小明;139\n'), 5)).toEqual({
      encoding: 'utf-8',
      separator: 'semicolon',
      headings: ['姓名', '手机'],
      rows: [['王小明', '139']],
    });
    // 姓名 in GB18030.
    const gb = new Uint8Array([0xd0, 0xd5, 0xc3, 0xfb, 0x0a, 0x41]);
    expect(previewOf(gb, 5)).toMatchObject({ encoding: 'gb18030', headings: ['姓名'], rows: [['A']] });
    const utf16 = new Uint8Array([0xff, 0xfe, 0x41, 0x00, 0x0a, 0x00, 0x42, 0x00]);
    expect(previewOf(utf16, 5)).toMatchObject({ encoding: 'utf-16le', headings: ['A'], rows: [['B']] });
  });

  test('may be cut in the middle of a sign', () => {
    const cut = utf8('name\n王').slice(0, -1);
    expect(previewOf(cut, 5)).toMatchObject({ encoding: 'utf-8', headings: ['name'] });
  });

  test('has no more rows than are wanted', () => {
    expect(previewOf(utf8('a,b\n1,2\n3,4\n5,6'), 2).rows).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  test('names its columns as the import does', () => {
    const headings = ['mobile', ' mobile ', '', 'x'];
    const { headings: names } = previewOf(utf8(headings.join(',')), 1);
    expect(names).toEqual(readHeadings(headings).names);
  });

  test.each([
    ['a,"b ""c"", d",e', [['a', 'b "c", d', 'e']]],
    ['"two\nlines",x\r\ny', [['two\nlines', 'x'], ['y']]],
    ['\n\na,b\n\n', [['a', 'b']]],
    ['"never closed, a', [['never closed, a']]],
    ['', []],
  ])('%j has the rows %j', (text, rows) => {
    expect(rowsOf(text, ',', 10)).toEqual(rows);
  });
});
