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

const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
/** Ordinals that are not made of the number and "th". */
const ORDINALS: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
  twenty: 'twentieth',
  thirty: 'thirtieth',
};
/** One, many; one and many of the hundredths. */
const CURRENCIES: Readonly<Record<string, readonly [string, string, string, string]>> = {
  CNY: ['yuan', 'yuan', 'fen', 'fen'],
  USD: ['US dollar', 'US dollars', 'cent', 'cents'],
  EUR: ['euro', 'euros', 'cent', 'cents'],
  HKD: ['Hong Kong dollar', 'Hong Kong dollars', 'cent', 'cents'],
  JPY: ['yen', 'yen', '', ''],
  GBP: ['pound', 'pounds', 'penny', 'pence'],
};
const KEYS: Readonly<Record<string, string>> = { '*': 'star', '#': 'hash', '+': 'plus' };

/** 0 to 99 in one word. */
const small = (value: number): string => {
  if (value < 20) return ONES[value]!;
  const tens = TENS[Math.floor(value / 10) - 2]!;
  return value % 10 === 0 ? tens : `${tens}-${ONES[value % 10]}`;
};

const ordinal = (day: number): string => {
  const [head, tail] = small(day).split('-') as [string, string?];
  const last = tail ?? head;
  return `${tail === undefined ? '' : `${head}-`}${ORDINALS[last] ?? `${last}th`}`;
};

const EVERY_WORD = [
  ...Array.from({ length: 100 }, (_, value) => small(value)),
  ...['hundred', 'thousand', 'million', 'billion', 'point', 'minus', 'and', 'oh'],
  ...new Set(Object.values(CURRENCIES).flat()),
  ...MONTHS,
  ...Array.from({ length: 31 }, (_, index) => ordinal(index + 1)),
  ...["o'clock", 'a m', 'p m', 'noon', 'midnight'],
  ...Object.values(KEYS),
  ...LETTERS,
].filter((word) => word !== '');

/**
 * Every word that a value in English can need, with the name of its sound file without `.wav`: the word in small letters, with
 * a hyphen for all else (`twenty-two`, `us-dollars`, `o-clock`).
 */
export const ENGLISH_WORDS: ReadonlyMap<string, string> = new Map(
  EVERY_WORD.map((word) => [word, word.toLowerCase().replace(/[^a-z]+/g, '-')]),
);

/** The words of a value in American English: no "and" within numbers, the month before the day, twelve hours. */
export function englishWords(value: Value): readonly string[] {
  switch (value.as) {
    case 'number':
      return numberWords(plainDecimal(value.value));
    case 'digits':
      return readableDigits(value.digits).map(digitWord);
    case 'amount':
      return amountWords(value.value, currencyCode(value.currency));
    case 'date':
      return isDate(value) ? [MONTHS[value.month - 1]!, ordinal(value.day), ...yearWords(value.year)] : [];
    case 'time':
      return isTime(value) ? timeWords(value.hour, value.minute) : [];
  }
}

function digitWord(key: string): string {
  return KEYS[key] ?? ONES[Number(key)] ?? key;
}

function numberWords(decimal: Decimal | undefined): string[] {
  if (!decimal) return [];
  const fraction = decimal.fraction === '' ? [] : ['point', ...[...decimal.fraction].map(digitWord)];
  return [...signWords(decimal), ...wholeWords(decimal.whole), ...fraction];
}

const signWords = (decimal: Decimal): string[] => (decimal.negative ? ['minus'] : []);

function amountWords(value: number, currency: string): string[] {
  const units = CURRENCIES[currency];
  if (!units) {
    const words = numberWords(plainDecimal(value, 2));
    return words.length === 0 ? [] : [...words, ...currency];
  }
  const decimal = decimalOf(value, placesOfCurrency(currency));
  if (!decimal) return [];
  const hundredths = Number(decimal.fraction);
  const words: string[] = [];
  if (decimal.whole !== '0' || hundredths === 0)
    words.push(...wholeWords(decimal.whole), decimal.whole === '1' ? units[0] : units[1]);
  if (hundredths > 0) {
    if (words.length > 0) words.push('and');
    words.push(small(hundredths), hundredths === 1 ? units[2] : units[3]);
  }
  return [...signWords(decimal), ...words];
}

/** Groups of three digits with billion, million, thousand and nothing. Beyond 999 billion digit by digit. */
function wholeWords(whole: string): string[] {
  if (whole === '0') return ['zero'];
  if (whole.length > MOST_WHOLE_DIGITS) return [...whole].map(digitWord);
  const padded = whole.padStart(MOST_WHOLE_DIGITS, '0');
  return ['billion', 'million', 'thousand', ''].flatMap((unit, index) => {
    const group = Number(padded.slice(3 * index, 3 * index + 3));
    if (group === 0) return [];
    const hundreds = Math.floor(group / 100);
    return [
      ...(hundreds > 0 ? [small(hundreds), 'hundred'] : []),
      ...(group % 100 > 0 ? [small(group % 100)] : []),
      ...(unit === '' ? [] : [unit]),
    ];
  });
}

/** 2026 is "twenty twenty-six", 2006 "two thousand six", 1905 "nineteen oh five", 1900 "nineteen hundred". */
function yearWords(year: number): string[] {
  const century = Math.floor(year / 100);
  const rest = year % 100;
  if (century < 10 || (century % 10 === 0 && rest < 10)) return wholeWords(`${year}`);
  if (rest === 0) return [small(century), 'hundred'];
  return [small(century), ...(rest < 10 ? ['oh'] : []), small(rest)];
}

function timeWords(hour: number, minute: number): string[] {
  const twelfth = small(hour % 12 === 0 ? 12 : hour % 12);
  if (minute === 0 && hour % 12 === 0) return [twelfth, hour === 0 ? 'midnight' : 'noon'];
  const minutes = minute === 0 ? ["o'clock"] : [...(minute < 10 ? ['oh'] : []), small(minute)];
  return [twelfth, ...minutes, hour < 12 ? 'a m' : 'p m'];
}
