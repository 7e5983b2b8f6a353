import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { seededRandom } from '../../../base/random.ts';

const SURNAMES = [...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗'];
const GIVEN = [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华'];
const PREFIXES = ['130', '131', '135', '136', '137', '138', '139', '150', '158', '177', '186', '188', '199'];
const AREAS = ['010', '021', '0755', '0571', '028'];
const WRONG = [
  '1381234567',
  '无',
  '1.38E+10',
  '99999',
  '',
  '138123456789012345678901234567890',
  '13812345678转12',
];
/** Of a thousand rows so many cannot be imported. */
const WRONG_IN_THOUSAND = 10;
const SEED = 6;
const ROWS_AT_ONCE = 5_000;

/** A list as a bank's own systems write it: customer numbers, names, a mobile number, for every third a landline too, two columns more. */
export async function writeList(path: string, rows: number): Promise<void> {
  const random = seededRandom(SEED);
  const file = createWriteStream(path);
  file.write('\ufeff客户号,姓名,手机,家庭电话,产品,备注\r\n');
  for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
    const lines = Array.from({ length: Math.min(ROWS_AT_ONCE, rows - from) }, (_, at) =>
      rowOf(from + at, random),
    );
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}

function rowOf(at: number, random: () => number): string {
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)]!;
  const isWrong = at % 1000 < WRONG_IN_THOUSAND;
  // 7919 and 10^8 have no divisor in common: no number comes twice.
  const mobile = isWrong
    ? pick(WRONG)
    : `${pick(PREFIXES)}${String((at * 7919) % 100_000_000).padStart(8, '0')}`;
  const landline = at % 3 === 0 ? landlineOf(pick(AREAS), at) : '';
  const note = at % 5 === 0 ? '"上次来电, 有兴趣"' : '';
  return `${6_000_000_000 + at},${pick(SURNAMES)}${pick(GIVEN)}${pick(GIVEN)},${mobile},${isWrong ? '' : landline},理财,${note}\r\n`;
}

function landlineOf(area: string, at: number): string {
  return `${area}-${20_000_000 + ((at * 6007) % 60_000_000)}`;
}
