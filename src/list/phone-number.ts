import {
  type CountryCode,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
} from 'libphonenumber-js/max';
import type { ShortCodes } from './phone-number-short.ts';

/** How the numbers of a list are to be read. */
export interface NumberRules {
  /** Where a number without a country code is at home, ISO 3166-1 alpha-2. */
  readonly country: CountryCode;
  /** Numbers of that country that are no telephone numbers in the sense of E.164. */
  readonly shortCodes: ShortCodes;
}

/** Why a number is not taken. */
export const NUMBER_FAULTS = {
  letters: 'has letters in it: write it in digits',
  signs: 'has signs in it that no telephone number has',
  power: 'was turned into a power of ten by a spreadsheet: format the column as text and save it again',
  several: 'is more than one number: give each a column of its own',
  extension: 'has an extension, which cannot be dialled: leave it out if the main number will do',
  emergency: 'is an emergency number',
  'unknown-short': 'is too short for a telephone number and is not in the table of short codes',
  'too-short': 'is too short: digits or the area code are missing',
  'too-long': 'is too long for a telephone number',
  'unknown-country': 'begins with a country code that does not exist',
  'not-in-plan': 'cannot be: the numbering plan of its country has no such number',
} as const;
export type NumberFault = keyof typeof NUMBER_FAULTS;

/** `number`: E.164 with its +, or a short code. `empty`: there was none. */
export type NumberReading =
  | { readonly kind: 'number'; readonly number: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'fault'; readonly fault: NumberFault };

/** No cell with one number in it is longer, characters. */
const LONGEST_CELL = 60;
/** E.164, 6: fifteen digits, and what is dialled before a country code. */
const MOST_DIGITS = 20;
/** Digits of the longest short code. */
const LONGEST_SHORT = 6;

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is its purpose
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const POWER_OF_TEN = /^\d(?:\.\d+)?e\+?\d+$/i;
const EXTENSION = /(?:ext(?:n|ension)?\.?|;ext=|x|#|\*|转|轉|分机|分機)\s*:?\s*\d+$/i;
const SEVERAL = /\d[\s-]*[/、;,，；|&]+[\s-]*[+(\d]/;
const SEPARATORS = /[\s().\-\u00b7\u2010-\u2015\u2212]/g;

/**
 * Reads a cell of a list as a number to dial. Full-width digits, blanks, hyphens, brackets and what spreadsheets put around text are
 * allowed; whatever is not surely one number is not taken.
 */
export function readNumber(cell: string, rules: NumberRules): NumberReading {
  if (cell.length > LONGEST_CELL) return fault('too-long');
  const text = unwrapped(cell.normalize('NFKC').replace(INVISIBLE, '').trim());
  if (text === '') return { kind: 'empty' };
  const wrong = wrongForm(text);
  if (wrong) return fault(wrong);
  const digits = text.replace(SEPARATORS, '').replace(/^00/, '+');
  if (!/^\+?\d+$/.test(digits)) return fault('signs');
  if (digits.length > MOST_DIGITS) return fault('too-long');
  return shortReading(digits, rules.shortCodes) ?? fullReading(digits, rules.country);
}

function fault(found: NumberFault): NumberReading {
  return { kind: 'fault', fault: found };
}

/** Without what spreadsheets and programs put around a number to keep it as text, or make of it as a number. */
function unwrapped(text: string): string {
  const quoted = /^="([^"]*)"$/.exec(text)?.[1] ?? text;
  const tel = quoted.replace(/^(?:'|tel:)\s*/i, '');
  return /^\d+\.0$/.test(tel) ? tel.slice(0, -2) : tel;
}

function wrongForm(text: string): NumberFault | undefined {
  if (POWER_OF_TEN.test(text)) return 'power';
  if (SEVERAL.test(text)) return 'several';
  if (EXTENSION.test(text)) return 'extension';
  return /\p{L}/u.test(text) ? 'letters' : undefined;
}

function shortReading(digits: string, shortCodes: ShortCodes): NumberReading | undefined {
  if (digits.length > LONGEST_SHORT || digits.startsWith('+')) return undefined;
  if (shortCodes.isEmergency(digits)) return fault('emergency');
  return shortCodes.has(digits) ? { kind: 'number', number: digits } : fault('unknown-short');
}

function fullReading(digits: string, country: CountryCode): NumberReading {
  const parsed = parsePhoneNumberFromString(digits, country);
  if (parsed?.isValid()) return { kind: 'number', number: parsed.number };
  switch (validatePhoneNumberLength(digits, country)) {
    case 'TOO_LONG':
      return fault('too-long');
    case 'TOO_SHORT':
      return fault('too-short');
    case 'INVALID_COUNTRY':
      return fault('unknown-country');
    default:
      return fault(isLocalOnly(digits) ? 'too-short' : 'not-in-plan');
  }
}

/** A number as it is dialled within one town. */
function isLocalOnly(digits: string): boolean {
  return /^[1-9]\d{6,7}$/.test(digits);
}
