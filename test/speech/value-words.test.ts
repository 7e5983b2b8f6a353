import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHINESE_WORDS } from '../../src/speech/chinese-words.ts';
import { ENGLISH_WORDS } from '../../src/speech/english-words.ts';
import {
  fileOfWord,
  needsVocabulary,
  pronunciationOf,
  type Value,
  vocabulary,
  wordsOf,
} from '../../src/speech/value-words.ts';

const chinese = (value: Value): string => wordsOf(value, 'zh-CN').join('');
const english = (value: Value): string => wordsOf(value, 'en').join(' ');
const number = (value: number): Value => ({ as: 'number', value });
const amount = (value: number, currency: string): Value => ({ as: 'amount', value, currency });

test.each([
  [0, '零', 'zero'],
  [2, '二', 'two'],
  [10, '十', 'ten'],
  [22, '二十二', 'twenty-two'],
  [110, '一百一十', 'one hundred ten'],
  [200, '二百', 'two hundred'],
  [1_005, '一千零五', 'one thousand five'],
  [1_010, '一千零一十', 'one thousand ten'],
  [1_050, '一千零五十', 'one thousand fifty'],
  [2_222, '两千二百二十二', 'two thousand two hundred twenty-two'],
  [10_000, '一万', 'ten thousand'],
  [10_010, '一万零一十', 'ten thousand ten'],
  [22_000, '两万二千', 'twenty-two thousand'],
  [102_000, '十万二千', 'one hundred two thousand'],
  [150_005, '十五万零五', 'one hundred fifty thousand five'],
  [2_000_000, '二百万', 'two million'],
  [20_000_000, '两千万', 'twenty million'],
  [100_000_005, '一亿零五', 'one hundred million five'],
  [200_005_000, '两亿零五千', 'two hundred million five thousand'],
  [100_020_000, '一亿零二万', 'one hundred million twenty thousand'],
  [1_000_000_000, '十亿', 'one billion'],
  [
    999_999_999_999.99,
    '九千九百九十九亿九千九百九十九万九千九百九十九点九九',
    'nine hundred ninety-nine billion nine hundred ninety-nine million nine hundred ninety-nine thousand nine hundred ninety-nine point nine nine',
  ],
  [-0.5, '负零点五', 'minus zero point five'],
  [7.1008, '七点一零零八', 'seven point one zero zero eight'],
  [0.1 + 0.2, '零点三', 'zero point three'],
  [5e-7, '零点零零零零零一', 'zero point zero zero zero zero zero one'],
  [-4e-7, '零', 'zero'],
  [1e12, '一零零零零零零零零零零零零', 'one zero zero zero zero zero zero zero zero zero zero zero zero'],
  [1e21, '', ''],
  [-1e300, '', ''],
  [Number.NaN, '', ''],
  [Number.NEGATIVE_INFINITY, '', ''],
])('the number %d is %s and %s', (value, zh, en) => {
  expect([chinese(number(value)), english(number(value))]).toEqual([zh, en]);
});

test.each([
  [0, 'CNY', '零元', 'zero yuan'],
  [2, 'CNY', '两元', 'two yuan'],
  [12, 'CNY', '十二元', 'twelve yuan'],
  [2_002, 'CNY', '两千零二元', 'two thousand two yuan'],
  [123.45, 'CNY', '一百二十三元四角五分', 'one hundred twenty-three yuan and forty-five fen'],
  [2.5, 'CNY', '两元五角', 'two yuan and fifty fen'],
  [1.22, 'CNY', '一元二角二分', 'one yuan and twenty-two fen'],
  [1.02, 'CNY', '一元零二分', 'one yuan and two fen'],
  [0.2, 'CNY', '两角', 'twenty fen'],
  [0.02, 'CNY', '两分', 'two fen'],
  [-2, 'CNY', '负两元', 'minus two yuan'],
  [1.005, 'CNY', '一元零一分', 'one yuan and one fen'],
  [-1.005, 'CNY', '负一元零一分', 'minus one yuan and one fen'],
  [0.995, 'CNY', '一元', 'one yuan'],
  [-0.004, 'CNY', '零元', 'zero yuan'],
  [1.01, 'USD', '一点零一美元', 'one US dollar and one cent'],
  [2, 'usd', '两美元', 'two US dollars'],
  [2.5, 'EUR', '二点五欧元', 'two euros and fifty cents'],
  [1, 'HKD', '一港元', 'one Hong Kong dollar'],
  [1.01, 'GBP', '一点零一英镑', 'one pound and one penny'],
  [3.02, 'GBP', '三点零二英镑', 'three pounds and two pence'],
  [2.5, 'JPY', '三日元', 'three yen'],
  [-2.5, 'JPY', '负三日元', 'minus three yen'],
  [2, 'CHF', '二CHF', 'two C H F'],
  [2.346, 'CHF', '二点三五CHF', 'two point three five C H F'],
  [2, '', '二', 'two'],
  [2, '$%&/(12', '二', 'two'],
  [Number.NaN, 'CNY', '', ''],
  [Number.POSITIVE_INFINITY, 'CHF', '', ''],
])('%d %s is %s and %s', (value, currency, zh, en) => {
  expect([chinese(amount(value, currency)), english(amount(value, currency))]).toEqual([zh, en]);
});

test.each([
  ['6222', '六二二二', 'six two two two'],
  ['110', '一一零', 'one one zero'],
  ['+86*#', '加号八六星号井号', 'plus eight six star hash'],
  ['a-1 ', 'A一', 'A one'],
  ['', '', ''],
  ['../;', '', ''],
])('the digits %j are read %s and %s', (digits, zh, en) => {
  expect([chinese({ as: 'digits', digits }), english({ as: 'digits', digits })]).toEqual([zh, en]);
});

test('a row of digits that is no number of anything is cut short', () => {
  expect(wordsOf({ as: 'digits', digits: '7'.repeat(100_000) }, 'en')).toHaveLength(64);
});

test.each([
  [2026, 11, 22, '二零二六年十一月二十二日', 'November twenty-second twenty twenty-six'],
  [2006, 1, 1, '二零零六年一月一日', 'January first two thousand six'],
  [2000, 2, 3, '二零零零年二月三日', 'February third two thousand'],
  [1900, 5, 12, '一九零零年五月十二日', 'May twelfth nineteen hundred'],
  [1905, 12, 30, '一九零五年十二月三十日', 'December thirtieth nineteen oh five'],
  [2110, 8, 31, '二一一零年八月三十一日', 'August thirty-first twenty-one ten'],
  [987, 9, 18, '九八七年九月十八日', 'September eighteenth nine hundred eighty-seven'],
  [2026, 13, 1, '', ''],
  [2026, 0, 1, '', ''],
  [2026, 1, 32, '', ''],
  [2026.5, 1, 1, '', ''],
  [Number.NaN, 1, 1, '', ''],
])('the date %d-%d-%d is %s and %s', (year, month, day, zh, en) => {
  const date: Value = { as: 'date', year, month, day };
  expect([chinese(date), english(date)]).toEqual([zh, en]);
});

test.each([
  [0, 0, '凌晨零点', 'twelve midnight'],
  [0, 5, '凌晨零点零五分', 'twelve oh five a m'],
  [2, 0, '凌晨两点', "two o'clock a m"],
  [8, 2, '早上八点零二分', 'eight oh two a m'],
  [9, 30, '上午九点三十分', 'nine thirty a m'],
  [12, 0, '中午十二点', 'twelve noon'],
  [12, 1, '中午十二点零一分', 'twelve oh one p m'],
  [15, 5, '下午三点零五分', 'three oh five p m'],
  [14, 59, '下午两点五十九分', 'two fifty-nine p m'],
  [18, 0, '晚上六点', "six o'clock p m"],
  [23, 10, '晚上十一点十分', 'eleven ten p m'],
  [24, 0, '', ''],
  [12, 60, '', ''],
  [-1, 0, '', ''],
])('the time %d:%d is %s and %s', (hour, minute, zh, en) => {
  const time: Value = { as: 'time', hour, minute };
  expect([chinese(time), english(time)]).toEqual([zh, en]);
});

const values: fc.Arbitrary<Value> = fc.oneof(
  fc.record({ as: fc.constant('number' as const), value: fc.double() }),
  fc.record({ as: fc.constant('digits' as const), digits: fc.string() }),
  fc.record({
    as: fc.constant('amount' as const),
    value: fc.double({ min: -1e13, max: 1e13 }),
    currency: fc.oneof(fc.constantFrom('CNY', 'USD', 'EUR', 'HKD', 'JPY', 'GBP'), fc.string()),
  }),
  fc.record({
    as: fc.constant('date' as const),
    year: fc.integer(),
    month: fc.integer({ min: 0, max: 13 }),
    day: fc.integer({ min: 0, max: 32 }),
  }),
  fc.record({
    as: fc.constant('date' as const),
    year: fc.integer({ min: 1, max: 9999 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 31 }),
  }),
  fc.record({
    as: fc.constant('time' as const),
    hour: fc.integer({ min: -1, max: 24 }),
    minute: fc.integer({ min: -1, max: 60 }),
  }),
);

describe.each(['zh-CN', 'en'])('%s', (language) => {
  test('every word of every value is in the vocabulary, and the vocabulary is small', () => {
    const known = new Set(vocabulary(language));
    expect(known.size).toBeLessThan(250);
    fc.assert(
      fc.property(values, (value) => wordsOf(value, language).every((word) => known.has(word))),
      { numRuns: 2_000 },
    );
  });

  test('every word has a file name of its own, of plain letters', () => {
    const names = vocabulary(language).map((word) => fileOfWord(word, language));
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
  });
});

/** Reads Chinese numerals by place value, not knowing how they were put together. */
function readChinese(words: string): number {
  let [total, group, digit] = [0, 0, 0];
  for (const letter of words) {
    const value = '零一二三四五六七八九'.indexOf(letter.replace('两', '二'));
    const unit = { 十: 10, 百: 100, 千: 1_000, 万: 10_000, 亿: 100_000_000 }[letter];
    if (unit === undefined) digit = value;
    else if (unit >= 10_000) {
      total += (group + digit) * unit;
      [group, digit] = [0, 0];
    } else {
      group += (digit === 0 ? 1 : digit) * unit;
      digit = 0;
    }
  }
  return total + group + digit;
}

function readEnglish(words: readonly string[]): number {
  const small = new Map(
    vocabulary('en')
      .slice(0, 100)
      .map((word, value) => [word, value]),
  );
  const units = new Map(Object.entries({ thousand: 1e3, million: 1e6, billion: 1e9 }));
  let [total, group] = [0, 0];
  for (const word of words) {
    if (word === 'hundred') group *= 100;
    else if (units.has(word)) {
      total += group * units.get(word)!;
      group = 0;
    } else group += small.get(word)!;
  }
  return total + group;
}

test('whole numbers up to 999,999,999,999 are read back as they were', () => {
  const whole = fc.oneof(
    fc.integer({ min: 0, max: 20_000 }),
    fc.integer({ min: 0, max: 999_999_999_999 }),
    fc
      .tuple(fc.integer({ min: 0, max: 9_999 }), fc.constantFrom(1, 10, 1e3, 1e4, 1e5, 1e8))
      .map(([digits, unit]) => digits * unit),
  );
  fc.assert(
    fc.property(whole, (value) => {
      expect(readChinese(chinese(number(value)))).toBe(value);
      expect(readEnglish(wordsOf(number(value), 'en'))).toBe(value);
    }),
    { numRuns: 2_000 },
  );
});

test('in Chinese no 零 is doubled, none stands at an end, and 两 is never followed by 十 or 百', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999_999_999 }), (value) => {
      expect(chinese(number(value))).not.toMatch(/零零|零$|^零|零[万亿千百]|两[十百]|.两/);
    }),
    { numRuns: 2_000 },
  );
});

test('a cent is never lost: yuan, jiao and fen add up', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99_999_999 }), (fen) => {
      const [, yuan = '', jiao = '', rest = ''] =
        /^(?:(.+)元)?(?:(.)角)?(?:零?(.)分)?$/.exec(chinese(amount(fen / 100, 'CNY'))) ?? [];
      expect(readChinese(yuan) * 100 + readChinese(jiao) * 10 + readChinese(rest)).toBe(fen);
    }),
  );
});

test('letters are read in English, and morning and afternoon are not read with an article', () => {
  expect(pronunciationOf('H', 'zh-CN')).toEqual({ text: 'H', language: 'en' });
  expect(pronunciationOf('a m', 'en')).toEqual({ text: 'A.M.', language: 'en' });
  expect(pronunciationOf('三点', 'zh-CN')).toEqual({ text: '三点', language: 'zh-CN' });
});

test.each([
  ['amount(vars.balance)', true],
  ['text(customer.name)', false],
  ['vars.count', true],
  ['text(customer.amount)', false],
  ['text(a) + number (b)', true],
])('the place {%s} needs the words of numbers: %s', (place, needs) => {
  expect(needsVocabulary(place)).toBe(needs);
});

test('admins who record words find them under these names', () => {
  const chineseNames = [
    '零',
    '二十三',
    '一十二',
    '三百',
    '两千',
    '二千',
    '两',
    '万',
    '亿',
    '十一月',
    '两点',
    'A',
  ];
  expect(chineseNames.map((word) => CHINESE_WORDS.get(word))).toEqual([
    '0',
    '23',
    '12-inside',
    '300',
    '2000',
    '2000-inside',
    'liang',
    'wan',
    'yi',
    '11-yue',
    '2-dian',
    'a',
  ]);
  expect(['twenty-two', 'US dollars', "o'clock", 'a m', 'A'].map((word) => ENGLISH_WORDS.get(word))).toEqual([
    'twenty-two',
    'us-dollars',
    'o-clock',
    'a-m',
    'a',
  ]);
});
