import { expect, test } from 'vitest';
import { type NumberFault, type NumberRules, readNumber } from '../../src/list/phone-number.ts';
import { readShortCodes } from '../../src/list/phone-number-short.ts';

const table = readShortCodes(
  'CN: { numbers: ["955xx", "12345", "10086"], emergency: ["110", "12x"] }',
  'short-codes.yaml',
);
const china: NumberRules = { country: 'CN', shortCodes: table.of!('CN') };
const america: NumberRules = { country: 'US', shortCodes: table.of!('US') };

test.each([
  ['a mobile number', '13812345678', '+8613812345678'],
  ['with the country code', '8613812345678', '+8613812345678'],
  ['with +', '+86 138-1234-5678', '+8613812345678'],
  ['with 00', '0086 138 1234 5678', '+8613812345678'],
  ['with a carrier before it', '17951 13812345678', '+8613812345678'],
  ['with a needless 0', '013812345678', '+8613812345678'],
  ['full-width', '１３８　１２３４－５６７８', '+8613812345678'],
  ['full-width with +', '＋８６（１３８）１２３４５６７８', '+8613812345678'],
  ['with marks that nobody sees', '\u202d138\u200b12345678\u202c', '+8613812345678'],
  ['as text in a formula', '="13812345678"', '+8613812345678'],
  ['behind an apostrophe', "'13812345678", '+8613812345678'],
  ['as a decimal number', '13812345678.0', '+8613812345678'],
  ['a landline', '010-88886666', '+861088886666'],
  ['a landline in brackets', '(0755) 2600 1234', '+8675526001234'],
  ['a 400 number', '400-812-3456', '+864008123456'],
  ['from abroad', '+44 20 7946 0958', '+442079460958'],
  ['from abroad with 00', '00442079460958', '+442079460958'],
  ['a short code', '95588', '95588'],
  ['a full-width short code', '１００８６', '10086'],
])('takes %s', (_, cell, number) => {
  expect(readNumber(cell, china)).toEqual({ kind: 'number', number });
});

test.each<[string, string, NumberFault]>([
  ['too few digits', '1381234567', 'not-in-plan'],
  ['too many digits', '138123456789', 'not-in-plan'],
  ['40 digits', '1'.repeat(40), 'too-long'],
  ['a cell of 1,000 characters', ' '.repeat(1000), 'too-long'],
  ['no area code', '88886666', 'too-short'],
  ['letters', '1-800-FLOWERS', 'letters'],
  ['Chinese words', '无', 'letters'],
  ['Chinese digits', '一三八', 'letters'],
  ['a power of ten', '1.38E+10', 'power'],
  ['an extension', '010-88886666 ext. 12', 'extension'],
  ['an extension in Chinese', '010-88886666转12', 'extension'],
  ['two numbers', '13812345678/13912345678', 'several'],
  ['two numbers in Chinese', '13812345678、13912345678', 'several'],
  ['a dial string', '1&PJSIP/x', 'letters'],
  ['an address', '1@evil', 'letters'],
  ['a pipe', '138|139', 'several'],
  ['an underscore', '138_1234_5678', 'signs'],
  ['a plus within', '138+12345678', 'signs'],
  ['an emergency number', '110', 'emergency'],
  ['an emergency number by its pattern', '120', 'emergency'],
  ['an unknown short code', '99999', 'unknown-short'],
  ['an unknown country', '+999 12345678', 'unknown-country'],
  ['an area that is none', '12012345678', 'not-in-plan'],
  ['a command', '=cmd|calc', 'letters'],
])('refuses %s', (_, cell, fault) => {
  expect(readNumber(cell, china)).toEqual({ kind: 'fault', fault });
});

test.each(['', '   ', '\u3000', '""'.slice(2), '\u200b'])('takes %j for no number', (cell) => {
  expect(readNumber(cell, china)).toEqual({ kind: 'empty' });
});

test('a number without a country code is at home in the country that was told', () => {
  expect(readNumber('(602) 555-1234', america)).toEqual({ kind: 'number', number: '+16025551234' });
  expect(readNumber('(602) 555-1234', china)).toMatchObject({ kind: 'fault' });
});

test('00 means what + means, also where it is not dialled so', () => {
  expect(readNumber('0044 20 7946 0958', america)).toEqual({ kind: 'number', number: '+442079460958' });
});

test('a short code is one of its own country only', () => {
  expect(readNumber('95588', america)).toEqual({ kind: 'fault', fault: 'unknown-short' });
});

test.each([
  ['a number without quotes', 'CN: { numbers: [12345], emergency: [] }', 'a short code in quotes'],
  ['a country in words', 'China: { numbers: [], emergency: [] }', 'ISO 3166'],
  ['a long number', 'CN: { numbers: ["1234567"], emergency: [] }', '2 to 6 digits'],
  ['no YAML', 'CN: [', ''],
])('a table of short codes with %s is refused with its place', (_, text, words) => {
  const { of, problems } = readShortCodes(text, 'short-codes.yaml');
  expect(of).toBeUndefined();
  expect(problems[0]).toMatchObject({ file: 'short-codes.yaml', line: 1 });
  expect(problems.map(({ message, hint }) => `${message} ${hint}`).join()).toContain(words);
});
