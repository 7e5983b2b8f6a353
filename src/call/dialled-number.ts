/** How numbers are dialled where the trunk is. */
export interface HomeDialling {
  /** Country code without +. */
  readonly country: string;
  /** What is dialled before a country code. */
  readonly international: string;
  /** What is dialled before an area code, '' where there is no such thing. */
  readonly national: string;
}

/** Telephone numbers that have something in common: `0[3-9]xx[2-8]xxxxxx`, `+44...`. */
export interface NumberPattern {
  readonly text: string;
  /** Begins with +: it is for numbers of other countries. */
  readonly foreign: boolean;
  /** The digits that each place may have, a bit per digit. */
  readonly places: readonly number[];
  /** Any further digits may follow. */
  readonly open: boolean;
}

/** E.164, 6: no number is longer, without the +. */
const MOST_DIGITS = 15;

/** A shorter one that begins with the country code is a number at home. */
const LEAST_AT_HOME = 7;

const ANY_DIGIT = 0b11_1111_1111;

const PATTERN = /^\+?(?:[0-9x]|\[[0-9-]+\])*(?:\.\.\.)?$/;

/** Reads a pattern: digits, `x` for any, `[2-57]` for some, `...` at its end for any further ones. Undefined for anything else. */
export function readPattern(text: string): NumberPattern | undefined {
  if (!PATTERN.test(text)) return undefined;
  const places: number[] = [];
  for (const [part] of text.matchAll(/[0-9x]|\[[0-9-]+\]/g)) {
    const digits = part.startsWith('[') ? digitsIn(part.slice(1, -1)) : part === 'x' ? ANY_DIGIT : bit(part);
    if (digits === 0) return undefined;
    places.push(digits);
  }
  const foreign = text.startsWith('+');
  const open = text.endsWith('...');
  if (places.length > MOST_DIGITS || (places.length === 0 && !(foreign && open))) return undefined;
  return { text, foreign, places, open };
}

function bit(digit: string): number {
  return 1 << Number(digit);
}

/** The bits of `2-57`; 0 when it is no list of digits. */
function digitsIn(list: string): number {
  if (!/^(?:\d(?:-\d)?)+$/.test(list)) return 0;
  let bits = 0;
  for (const [, first, last = first] of list.matchAll(/(\d)(?:-(\d))?/g)) {
    if (Number(last) < Number(first)) return 0;
    for (let digit = Number(first); digit <= Number(last); digit += 1) bits |= 1 << digit;
  }
  return bits;
}

/** True for a number in the form of `formsOf`. */
export function fitsPattern({ foreign, places, open }: NumberPattern, form: string): boolean {
  if (form.startsWith('+') !== foreign) return false;
  const digits = foreign ? form.slice(1) : form;
  if (open ? digits.length < places.length : digits.length !== places.length) return false;
  return places.every((place, at) => (place & bit(digits[at]!)) !== 0);
}

/** How many numbers of so many digits a pattern covers: of two that fit, the narrower one counts. */
export function breadthOf({ places }: NumberPattern, digits: number): number {
  let breadth = 1;
  for (let at = 0; at < digits; at += 1) breadth *= bitsIn(places[at] ?? ANY_DIGIT);
  return breadth;
}

function bitsIn(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** True when a number fits both and neither is narrower: nobody could tell which one counts. */
export function clash(a: NumberPattern, b: NumberPattern): boolean {
  if (a.foreign !== b.foreign) return false;
  const [short, long] = a.places.length <= b.places.length ? [a, b] : [b, a];
  if (short.places.length < long.places.length && !short.open) return false;
  if (!short.places.every((place, at) => (place & long.places[at]!) !== 0)) return false;
  const digits = long.places.length;
  return breadthOf(a, digits) === breadthOf(b, digits);
}

/**
 * What a number may mean, as it would be dialled at home, or with + and country code for other countries. A home number
 * that is written with its country code has two readings, with and without the national prefix. Empty for what nobody can
 * read: other signs than ASCII digits, a country code or a home number that begins with 0, more digits than there can be.
 * @param written blanks, brackets, dots and dashes are not minded
 */
export function formsOf(written: string, home: HomeDialling): readonly string[] {
  const text = plainNumber(written);
  if (!/^\+?[0-9]+$/.test(text)) return [];
  const called = text.startsWith('+')
    ? text.slice(1)
    : text.startsWith(home.international)
      ? text.slice(home.international.length)
      : undefined;
  if (called === undefined) return text.length <= MOST_DIGITS ? [text] : [];
  if (called.length > MOST_DIGITS || !/^[1-9][0-9]{4}/.test(called)) return [];
  if (!called.startsWith(home.country)) return [`+${called}`];
  const inside = called.slice(home.country.length);
  return /^[1-9]/.test(inside) ? [...new Set([inside, `${home.national}${inside}`])] : [];
}

/** The number without the signs that people write between digits. */
export function plainNumber(written: string): string {
  return written.replace(/[ ().-]/g, '');
}

/**
 * One name for a caller, to count his calls by: '' for whoever hides. He spells his number as he likes, so prefixes and country
 * code do not count, though two callers may then be one.
 */
export function callerCountedAs(written: string, { country }: HomeDialling): string {
  const digits = written.replace(/[^0-9]/g, '').replace(/^0+/, '');
  const inside = digits.startsWith(country) ? digits.slice(country.length).replace(/^0+/, '') : '';
  return inside.length >= LEAST_AT_HOME ? inside : digits;
}

/** One name for all spellings of a number, to count calls by. */
export function countedAs(written: string, home: HomeDialling): string {
  const form = formsOf(written, home)[0] ?? plainNumber(written);
  return home.national !== '' && form.startsWith(home.national) ? form.slice(home.national.length) : form;
}
