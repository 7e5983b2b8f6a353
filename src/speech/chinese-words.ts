import {
  currencyCode,
  type Decimal,
  decimalOf,
  MOST_WHOLE_DIGITS,
  placesOfCurrency,
  plainDecimal,
} from './decimal.ts';
import { isDate, isTime, LETTERS, readableDigits } from './digits.ts';
import type { Value } from './value-words.ts';

const DIGITS = [...'零一二三四五六七八九'];
const CURRENCIES: Readonly<Record<string, string>> = {
  USD: '美元',
  EUR: '欧元',
  HKD: '港元',
  JPY: '日元',
  GBP: '英镑',
};
const KEYS: Readonly<Record<string, string>> = { '*': '星号', '#': '井号', '+': '加号' };

/** 0 to 99 in one word: 十 is 10, 二十二 is 22. */
const small = (value: number): string => {
  const tens = Math.floor(value / 10);
  const ones = value % 10;
  if (tens === 0) return DIGITS[ones]!;
  return `${tens === 1 ? '' : DIGITS[tens]}十${ones === 0 ? '' : DIGITS[ones]}`;
};

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

/**
 * Every word that a value in Chinese can need, with the name of its sound file without `.wav`: numbers by their digits
 * (`23`, `300`, `4000`), `-inside` where a number sounds otherwise within a larger one, months, days and hours as
 * `11-yue`, `22-ri`, `3-dian`, letters as themselves, all else in pinyin.
 */
export const CHINESE_WORDS: ReadonlyMap<string, string> = new Map([
  ...Array.from({ length: 100 }, (_, value): [string, string] => [small(value), `${value}`]),
  ...Array.from({ length: 10 }, (_, ones): [string, string] => [
    `一${small(10 + ones)}`,
    `${10 + ones}-inside`,
  ]),
  ...upTo(9).map((digit): [string, string] => [`${DIGITS[digit]}百`, `${digit}00`]),
  ...upTo(9).map((digit): [string, string] => [
    `${DIGITS[digit]}千`,
    digit === 2 ? '2000-inside' : `${digit}000`,
  ]),
  ['两千', '2000'],
  ['两', 'liang'],
  ['万', 'wan'],
  ['亿', 'yi'],
  ['点', 'dian'],
  ['负', 'fu'],
  ['元', 'yuan'],
  ['角', 'jiao'],
  ['分', 'fen'],
  ['美元', 'meiyuan'],
  ['欧元', 'ouyuan'],
  ['港元', 'gangyuan'],
  ['日元', 'riyuan'],
  ['英镑', 'yingbang'],
  ['年', 'nian'],
  ...upTo(12).map((month): [string, string] => [`${small(month)}月`, `${month}-yue`]),
  ...upTo(31).map((day): [string, string] => [`${small(day)}日`, `${day}-ri`]),
  ...[0, ...upTo(12)].map((hour): [string, string] => [hourWord(hour), `${hour}-dian`]),
  ['凌晨', 'lingchen'],
  ['早上', 'zaoshang'],
  ['上午', 'shangwu'],
  ['中午', 'zhongwu'],
  ['下午', 'xiawu'],
  ['晚上', 'wanshang'],
  ['星号', 'xinghao'],
  ['井号', 'jinghao'],
  ['加号', 'jiahao'],
  ...LETTERS.map((letter): [string, string] => [letter, letter.toLowerCase()]),
]);

/**
 * The words of a value in Chinese, as they are played. Digits are read plainly: 1 is 一, never 幺. Yuan have jiao and
 * fen, other currencies decimals.
 */
export function chineseWords(value: Value): readonly string[] {
  switch (value.as) {
    case 'number':
      return numberWords(plainDecimal(value.value));
    case 'digits':
      return readableDigits(value.digits).map(digitWord);
    case 'amount':
      return amountWords(value.value, currencyCode(value.currency));
    case 'date': {
      if (!isDate(value)) return [];
      const year = [...`${value.year}`].map(digitWord);
      return [...year, '年', `${small(value.month)}月`, `${small(value.day)}日`];
    }
    case 'time': {
      if (!isTime(value)) return [];
      const { hour, minute } = value;
      const minutes = minute === 0 ? [] : [...(minute < 10 ? ['零'] : []), small(minute), '分'];
      return [partOfDay(hour), hourWord(hour > 12 ? hour - 12 : hour), ...minutes];
    }
  }
}

function digitWord(key: string): string {
  return KEYS[key] ?? DIGITS[Number(key)] ?? key;
}

function hourWord(hour: number): string {
  return hour === 2 ? '两点' : `${small(hour)}点`;
}

function partOfDay(hour: number): string {
  if (hour < 6) return '凌晨';
  if (hour < 9) return '早上';
  if (hour < 12) return '上午';
  if (hour === 12) return '中午';
  return hour < 18 ? '下午' : '晚上';
}

function numberWords(decimal: Decimal | undefined): string[] {
  if (!decimal) return [];
  const fraction = decimal.fraction === '' ? [] : ['点', ...[...decimal.fraction].map(digitWord)];
  return [...signWords(decimal), ...wholeWords(decimal.whole), ...fraction];
}

const signWords = (decimal: Decimal): string[] => (decimal.negative ? ['负'] : []);

function amountWords(value: number, currency: string): string[] {
  if (currency === 'CNY') return yuanWords(decimalOf(value, 2));
  const decimal = plainDecimal(value, placesOfCurrency(currency));
  const name = CURRENCIES[currency];
  const unit = name === undefined ? [...currency] : [name];
  if (decimal?.whole === '2' && decimal.fraction === '' && name !== undefined)
    return [...signWords(decimal), '两', name];
  const words = numberWords(decimal);
  return words.length === 0 ? [] : [...words, ...unit];
}

function yuanWords(decimal: Decimal | undefined): string[] {
  if (!decimal) return [];
  const [jiao, fen] = [Number(decimal.fraction[0]), Number(decimal.fraction[1])];
  const words: string[] = [];
  /** 2 is 两 at the head of an amount, 二 within it. */
  const counted = (digit: number): string => (digit === 2 && words.length === 0 ? '两' : DIGITS[digit]!);
  if (decimal.whole !== '0' || (jiao === 0 && fen === 0))
    words.push(...(decimal.whole === '2' ? ['两'] : wholeWords(decimal.whole)), '元');
  if (jiao > 0) words.push(counted(jiao), '角');
  if (fen > 0) words.push(...(jiao === 0 && words.length > 0 ? ['零'] : []), counted(fen), '分');
  return [...signWords(decimal), ...words];
}

/** Groups of four digits with 亿, 万 and nothing; a 零 where digits are left out. Beyond 9999亿 digit by digit. */
function wholeWords(whole: string): string[] {
  if (whole === '0') return ['零'];
  if (whole.length > MOST_WHOLE_DIGITS) return [...whole].map(digitWord);
  const padded = whole.padStart(MOST_WHOLE_DIGITS, '0');
  const words: string[] = [];
  let skipped = false;
  for (const [index, unit] of ['亿', '万', ''].entries()) {
    const group = Number(padded.slice(4 * index, 4 * index + 4));
    const first = words.length === 0;
    if (group === 0) {
      skipped = true;
      continue;
    }
    if (!first && (skipped || group < 1000)) words.push('零');
    words.push(...(first && group === 2 && unit !== '' ? ['两'] : groupWords(group, first)));
    if (unit !== '') words.push(unit);
    skipped = false;
  }
  return words;
}

/** 1 to 9999; `first` when nothing was said before it. */
function groupWords(group: number, first: boolean): string[] {
  const words: string[] = [];
  const thousands = Math.floor(group / 1000);
  const hundreds = Math.floor(group / 100) % 10;
  const rest = group % 100;
  if (thousands > 0) words.push(thousands === 2 && first ? '两千' : `${DIGITS[thousands]}千`);
  if (hundreds > 0) words.push(`${DIGITS[hundreds]}百`);
  if (rest === 0) return words;
  if (words.length > 0 && (hundreds === 0 || rest < 10)) words.push('零');
  const teen = rest >= 10 && rest < 20;
  words.push(teen && (words.length > 0 || !first) ? `一${small(rest)}` : small(rest));
  return words;
}
