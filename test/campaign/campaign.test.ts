import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkDigitHolds, checkDigitOf, entryComplete, validityOf } from '../../src/campaign/campaign.ts';
import { CodeGuesses, GUESS_LIMIT } from '../../src/campaign/guesses.ts';
import { campaign } from '../engine/centre-lab.ts';

const CODES = ['8001', '8002', '80012'];

test.each([
  ['', false],
  ['8', false],
  ['80', false],
  ['8002', true],
  ['8001', false], // 80012 may still follow
  ['80012', true],
  ['7777', false], // wrong, and it does not tell so early
  ['77777', true],
])('entry %j complete: %s', (digits, complete) => {
  expect(entryComplete(CODES, digits)).toBe(complete);
});

test.each([
  ['7992739871', '3'], // the example of ISO/IEC 7812-1
  ['0', '0'],
  ['18', '2'],
])('the check digit of %s is %s', (digits, digit) => {
  expect(checkDigitOf(digits)).toBe(digit);
  expect(checkDigitHolds(digits + digit)).toBe(true);
});

test('one wrong digit is always found by the check digit', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^\d{2,11}$/),
      fc.nat(),
      fc.integer({ min: 1, max: 9 }),
      (base, at, shift) => {
        const code = base + checkDigitOf(base);
        const place = at % code.length;
        const wrong = code.slice(0, place) + ((Number(code[place]) + shift) % 10) + code.slice(place + 1);
        return checkDigitHolds(code) && !checkDigitHolds(wrong);
      },
    ),
  );
});

test.each([
  [99, 'not-yet-valid'],
  [100, 'valid'],
  [199, 'valid'],
  [200, 'expired'],
])('at %i a campaign of 100 to 200 is %s', (now, validity) => {
  expect(validityOf(campaign('1', { validFrom: 100, validUntil: 200 }), now)).toBe(validity);
});

test('wrong codes lock a number for a while; hidden numbers share a larger account', () => {
  const guesses = new CodeGuesses();
  for (let guess = 0; guess < GUESS_LIMIT.wrongCodes; guess += 1) {
    expect(guesses.mayGuess('138', 1000)).toBe(true);
    guesses.noteWrong('138', 1000);
    guesses.noteWrong('', 1000);
  }
  expect(guesses.mayGuess('138', 1001)).toBe(false);
  expect(guesses.mayGuess('139', 1001)).toBe(true);
  expect(guesses.mayGuess('', 1001)).toBe(true);
  expect(guesses.mayGuess('138', 1000 + GUESS_LIMIT.windowMs)).toBe(true);
});
