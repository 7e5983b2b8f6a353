import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImportOptions, ImportProgress, KeptLead } from '../../src/list/list.ts';
import { ended, type ListCentre, listCentre } from './centre.ts';

let centre: ListCentre;
let lists = 0;
beforeAll(async () => {
  centre = await listCentre({
    shortCodes: new URL('../../dialer/short-codes.yaml', import.meta.url).pathname,
  });
});
afterAll(() => centre[Symbol.asyncDispose]());

/** A list in a campaign of its own. */
async function newList() {
  lists += 1;
  const { id, campaign } = await centre.keeper.createList({ campaign: `m${lists}`, name: 'a list' });
  const all = (zones = [['Asia/Shanghai']]): Promise<readonly KeptLead[]> =>
    centre.keeper.next({ campaign, count: 100, now: 0, zones, except: [] }) as Promise<readonly KeptLead[]>;
  return {
    id,
    campaign,
    leads: all,
    import: (content: string | Uint8Array, options?: ImportOptions) => centre.imported(id, content, options),
  };
}

/** The file of refusals, line by line, without its heading. */
async function refusals({ id }: ImportProgress): Promise<string[]> {
  const { path, bytes } = (await centre.keeper.refusedFile(id))!;
  const file = await readFile(path);
  expect(file.length).toBe(bytes);
  return bytes === 0 ? [] : file.toString().trimEnd().split('\r\n').slice(1);
}

const utf16 = (text: string, isBig: boolean, mark: boolean): Buffer => {
  const little = Buffer.from(`${mark ? '\ufeff' : ''}${text}`, 'utf16le');
  return isBig ? little.swap16() : little;
};
/** 客户号,姓名,手机 / 1,张三,13812345678 */
const GB18030 = Buffer.concat([
  Buffer.from([
    0xbf, 0xcd, 0xbb, 0xa7, 0xba, 0xc5, 0x2c, 0xd0, 0xd5, 0xc3, 0xfb, 0x2c, 0xca, 0xd6, 0xbb, 0xfa, 0x0a,
  ]),
  Buffer.from([0x31, 0x2c, 0xd5, 0xc5, 0xc8, 0xfd]),
  Buffer.from(',13812345678\n'),
]);
const CHINESE = '客户号,姓名,手机\n1,张三,13812345678\n';

describe('reads a list', () => {
  test.each<[string, string | Buffer, string, ImportOptions?]>([
    ['in UTF-8', CHINESE, 'utf-8'],
    ['in UTF-8 with a mark', `\ufeff${CHINESE}`, 'utf-8'],
    ['in GB18030', GB18030, 'gb18030'],
    ['in GB18030 as told', GB18030, 'gb18030', { encoding: 'gb18030' }],
    ['in UTF-16 with a mark', utf16(CHINESE, false, true), 'utf-16le'],
    ['in big-endian UTF-16 with a mark', utf16(CHINESE, true, true), 'utf-16be'],
    ['in UTF-16 without a mark', utf16(CHINESE, false, false), 'utf-16le'],
    ['in big-endian UTF-16 without a mark', utf16(CHINESE, true, false), 'utf-16be'],
    ['with CRLF', CHINESE.replaceAll('\n', '\r\n'), 'utf-8'],
    ['with CR', CHINESE.replaceAll('\n', '\r'), 'utf-8'],
    ['with semicolons', CHINESE.replaceAll(',', ';'), 'utf-8'],
    ['with tabs', CHINESE.replaceAll(',', '\t'), 'utf-8'],
    ['without a last line end', CHINESE.trimEnd(), 'utf-8'],
    [
      'with other headings, as told',
      'a,b,c\n1,张三,13812345678',
      'utf-8',
      { columns: { a: 'person', b: 'name', c: 'phone' } },
    ],
  ])('%s', async (_, content, encoding, options) => {
    const list = await newList();
    const progress = await list.import(content, options);
    expect(progress).toMatchObject({
      status: 'finished',
      problem: '',
      rows: 1,
      added: 1,
      refused: 0,
      encoding,
      share: 1,
    });
    expect(await list.leads()).toMatchObject([
      {
        person: '1',
        name: '张三',
        numbers: [{ number: '+8613812345678', zones: ['Asia/Shanghai'] }],
        fields: {},
      },
    ]);
  });

  test('with several numbers, a zone, a priority, and columns of its own', async () => {
    const list = await newList();
    await list.import(
      'Customer No.,Full name,Mobile,Home phone,Time zone,Rank,Product,"=cmd|x",Product\n' +
        '7,Ann,13812345678,010-88886666,Asia/Urumqi,5,gold card,"a\nb",\n' +
        '8,Bob,95588,,,-3,,,silver\n',
    );
    expect(await list.leads([['Asia/Urumqi'], ['Asia/Shanghai']])).toMatchObject([
      {
        person: '7',
        numbers: [
          { number: '+8613812345678', zones: ['Asia/Urumqi'] },
          { number: '+861088886666', zones: ['Asia/Urumqi'] },
        ],
        fields: { Product: 'gold card', '=cmd|x': 'a b' },
      },
      {
        person: '8',
        numbers: [{ number: '95588', zones: ['Asia/Shanghai'] }],
        fields: { 'Product (2)': 'silver' },
      },
    ]);
  });

  test('those of higher priority first, then in the order of the file', async () => {
    const list = await newList();
    await list.import(
      'name,phone,priority\na,13812345671,\nb,13812345672,2\nc,13812345673,2\nd,13812345674,-1\n',
    );
    expect((await list.leads()).map(({ name }) => name)).toEqual(['b', 'c', 'a', 'd']);
  });
});

describe('refuses a file as a whole', () => {
  test.each<[string, string | Uint8Array, string, ImportOptions?]>([
    ['that is empty', '', 'empty'],
    ['that has headings only', '姓名,手机\n', 'no rows'],
    ['that has no headings', '张三,13812345678\n李四,13812345679\n', 'Name it|which column'],
    ['in gzip', gzipSync(CHINESE), 'gzip'],
    ['that is a workbook', Buffer.from('PK\u0003\u0004 xl/workbook.xml'), 'Excel'],
    ['with 10,000 columns', `${Array.from({ length: 10_000 }, () => 'tel').join(',')}\n`, 'at most 500'],
    ['whose column is named wrongly', CHINESE, 'did you mean "手机"', { columns: { 手几: 'phone' } }],
    ['that came in part', CHINESE, 'only a part of it', { expected: { bytes: 5000 } }],
    [
      'that is another one',
      CHINESE,
      'SHA-256',
      { expected: { sha256: createHash('sha256').update('x').digest('hex') } },
    ],
  ])('%s', async (_, content, words, options) => {
    const list = await newList();
    const progress = await list.import(content, options);
    expect(progress).toMatchObject({ status: 'refused', rows: 0, added: 0 });
    expect(progress.problem).toMatch(new RegExp(words));
    expect(await list.leads()).toEqual([]);
  });

  test('and takes it when size and digest are those that were sent', async () => {
    const list = await newList();
    const expected = {
      bytes: Buffer.byteLength(CHINESE),
      sha256: createHash('sha256').update(CHINESE).digest('hex'),
    };
    expect(await list.import(CHINESE, { expected })).toMatchObject({ status: 'finished', added: 1 });
  });
});

describe('refuses a row, with line, reason and text, and goes on', () => {
  const GOOD = '9,last,13900000009,';
  test.each<[string, string, string]>([
    ['a number that cannot be', '1,x,1234567,', '2,row,number-too-short,'],
    ['no number', '1,x,,', '2,row,no-number,'],
    ['letters', '1,x,call me,', '2,row,number-letters,'],
    ['40 digits', `1,x,${'1'.repeat(40)},`, '2,row,number-too-long,'],
    ['an emergency number', '1,x,110,', '2,row,number-emergency,'],
    ['a NUL', '1,x\u0000,13812345678,', '2,row,nul,'],
    ['too many cells', '1,x,13812345678,,surplus', '2,row,other-width,'],
    ['10,000 cells', `1,x,13812345678${',y'.repeat(10_000)}`, '2,row,other-width,'],
    ['too few cells', '1,x', '2,row,other-width,'],
    ['an open quotation mark', '1,"x,13812345678,', '2,row,open-quote,'],
    ['a zone that does not exist', '1,x,13812345678,Mars/Phobos', '2,row,unknown-zone,'],
    ['a person as a power of ten', '6.2E+18,x,13812345678,', '2,row,bad-person,'],
  ])('%s', async (_, row, beginning) => {
    const list = await newList();
    const progress = await list.import(`客户号,姓名,手机,时区\n${row}\n${GOOD}\n`);
    expect(progress).toMatchObject({ status: 'finished', rows: 2, added: 1, refused: 1 });
    const [line, ...more] = await refusals(progress);
    expect(more).toEqual([]);
    expect(line!.startsWith(beginning), line).toBe(true);
    expect(line).toContain(row.slice(0, 5).replaceAll('"', '""'));
    expect((await list.leads()).map(({ person }) => person)).toEqual(['9']);
  });

  test('a row in another encoding than the file', async () => {
    const list = await newList();
    const rows = Buffer.concat([
      Buffer.from(`${CHINESE}2,王五五五五五五五五五,13812345670\n3,`),
      Buffer.from([0xff]),
      Buffer.from('x,13900000003\n'),
    ]);
    const progress = await list.import(rows);
    expect(progress).toMatchObject({ encoding: 'utf-8', added: 2, refused: 1 });
    expect((await refusals(progress))[0]).toContain('4,row,undecodable,');
  });

  test('one about somebody who was in an earlier line, and one whose numbers others have', async () => {
    const list = await newList();
    const progress = await list.import(
      '客户号,手机,电话\n1,13812345671,\n1,13812345672,\n2,13812345671,\n3,13812345673,13812345671\n',
    );
    expect(progress).toMatchObject({ rows: 4, added: 2, refused: 2, numbersRefused: 1 });
    expect((await refusals(progress)).map((line) => line.split(',').slice(0, 3).join())).toEqual([
      '3,row,same-person',
      '4,row,same-number',
      '5,number,number-twice',
    ]);
    expect((await list.leads()).map(({ numbers }) => numbers.map(({ number }) => number))).toEqual([
      ['+8613812345671'],
      ['+8613812345673'],
    ]);
  });

  test('a bad number of a row with a good one costs the number only', async () => {
    const list = await newList();
    const progress = await list.import('name,phone1,phone2\nx,12,13812345678\n');
    expect(progress).toMatchObject({ rows: 1, added: 1, refused: 0, numbersRefused: 1 });
    expect(await refusals(progress)).toEqual([
      '2,number,number-unknown-short,"The number ""12"" is too short for a telephone number and is not in the table of short codes.","x,12,13812345678"',
    ]);
  });

  test.each(['=cmd|calc', '+1-2', '-1', '@sum(1)', '\t=1', '＝1+1'])(
    'and %j is no formula in that file',
    async (text) => {
      const list = await newList();
      const [line] = await refusals(await list.import(`name,phone\n${text},12\n`));
      const cell = /,("?)('?)[^,]*,12"$/.exec(line!);
      expect(cell?.slice(1), line).toEqual(['"', "'"]);
    },
  );
});

describe('imported again', () => {
  const rows = (name: string, phone = '13812345671') =>
    `客户号,姓名,手机\n1,${name},${phone}\n2,Bob,13812345672\n`;

  test('the same file changes nothing and says so', async () => {
    const list = await newList();
    await list.import(rows('Ann'));
    const before = await list.leads();
    expect(await list.import(rows('Ann'))).toMatchObject({
      rows: 2,
      added: 0,
      changed: 0,
      unchanged: 2,
      refused: 0,
    });
    expect(await list.leads()).toEqual(before);
  });

  test('a corrected file changes what it corrects, and nobody is called anew', async () => {
    const list = await newList();
    await list.import(rows('Ann'));
    const [ann] = await list.leads();
    await centre.keeper.settle([
      { lead: ann!.id, attempts: 1, outcome: 'connected', fate: { next: 'done', reason: 'sale' } },
    ]);
    expect(await list.import(rows('Anna', '13812345679'))).toMatchObject({
      added: 0,
      changed: 1,
      unchanged: 1,
    });
    expect(await centre.keeper.lead(ann!.id)).toMatchObject({
      name: 'Anna',
      attempts: 1,
      standing: 'done',
      doneReason: 'sale',
      numbers: [{ number: '+8613812345679' }],
    });
    const sameNumber = await centre.keeper.leadsOfNumber('+8613812345671');
    expect(sameNumber.filter((lead) => lead.list === list.id)).toEqual([]);
  });

  test('a new number opens a lead again whose numbers nobody had', async () => {
    const list = await newList();
    await list.import(rows('Ann'));
    const [ann] = await list.leads();
    await centre.keeper.settle([
      {
        lead: ann!.id,
        attempts: 1,
        outcome: 'invalid-number',
        fate: { next: 'done', reason: 'invalid-number' },
      },
    ]);
    await list.import(rows('Ann'));
    expect((await list.leads()).map(({ name }) => name)).toEqual(['Bob']);
    await list.import(rows('Ann', '13812345679'));
    expect((await list.leads()).map(({ name }) => name)).toEqual(['Ann', 'Bob']);
  });

  test('the rest of a file that was cut comes with the whole file', async () => {
    const list = await newList();
    const cut = await list.import(rows('Ann').slice(0, -9));
    expect(cut).toMatchObject({ status: 'finished', added: 1, refused: 1 });
    expect(await list.import(rows('Ann'))).toMatchObject({ added: 1, unchanged: 1, refused: 0 });
  });

  test('a file that ends within a row is called cut', async () => {
    const list = await newList();
    const cut = await list.import('name,phone\na,13812345671\nb,"138');
    expect(cut.problem).toContain('ends in the middle of a row');
    expect((await list.import('name,phone\na,13812345671\nb,"13812345672"')).problem).toBe('');
  });

  test('in another list the same person is another lead', async () => {
    const [one, other] = [await newList(), await newList()];
    await one.import(rows('Ann'));
    expect(await other.import(rows('Ann'))).toMatchObject({ added: 2 });
    const both = await centre.keeper.leadsOfNumber('+8613812345671');
    expect(both.map(({ list }) => list)).toEqual(expect.arrayContaining([one.id, other.id]));
  });
});

describe('while it runs', () => {
  const many = (count: number) =>
    `name,phone\n${Array.from({ length: count }, (_, at) => `n${at},138${String(at).padStart(8, '0')}\n`).join('')}`;

  test('its progress is told, the next lead is given, and it can be cancelled', async () => {
    const list = await newList();
    const id = await centre.keeper.importFile(list.id, await centre.file(many(200_000)), {
      fileName: 'many.csv',
    });
    let progress = await centre.keeper.import(id);
    while (progress!.rows < 500) progress = await centre.keeper.import(id);
    expect(progress).toMatchObject({ status: 'running', fileName: 'many.csv', refused: 0 });
    expect(progress!.share).toBeGreaterThan(0);
    expect(progress!.share).toBeLessThan(1);
    expect((await list.leads())[0]).toMatchObject({ name: 'n0' });
    await centre.keeper.cancelImport(id);
    const last = await ended(centre.keeper, id);
    expect(last).toMatchObject({ status: 'cancelled' });
    expect(last.added).toBeLessThan(200_000);
    expect(await centre.keeper.counts(list.campaign)).toMatchObject({ total: last.added });
  });

  test('another one waits, can be cancelled before it begins, and its file is removed where that was wished', async () => {
    const list = await newList();
    const first = await centre.keeper.importFile(list.id, await centre.file(many(50_000)));
    const path = await centre.file(CHINESE, 'second.csv');
    const second = await centre.keeper.importFile(list.id, path, { removeAfter: true });
    expect(await centre.keeper.import(second)).toMatchObject({ status: 'waiting' });
    await centre.keeper.cancelImport(second);
    expect(await centre.keeper.import(second)).toMatchObject({ status: 'cancelled', rows: 0 });
    await expect(stat(path)).rejects.toThrow('ENOENT');
    await centre.keeper.cancelImport(first);
    await ended(centre.keeper, first);
  });
});

test('a file is not imported into a list that is not there, nor for a country that does not exist', async () => {
  const list = await newList();
  const path = await centre.file(CHINESE);
  await expect(centre.keeper.importFile('l-none', path)).rejects.toMatchObject({ id: 'list-not-found' });
  await expect(centre.keeper.importFile(list.id, path, { country: 'XX' })).rejects.toMatchObject({
    id: 'unknown-country',
  });
});
