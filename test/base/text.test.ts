import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanNumber, cleanText, maskNumber } from '../../src/base/text.ts';

test.each([
  ['1\r\nX-Evil: 1', '1X-Evil: 1'],
  ['a\u0000b\u202ec\u2028', 'abc'],
  ['  王芳 ', '王芳'],
  ['x'.repeat(300), 'x'.repeat(80)],
  [undefined, ''],
  [42, ''],
])('%j is cleaned to %j', (text, clean) => {
  expect(cleanText(text)).toBe(clean);
});

test('cleaned text holds no control character, whatever came in', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      (text) => !/\p{Cc}/u.test(cleanText(text)) && cleanText(text).isWellFormed(),
    ),
  );
});

test.each([
  ['+86 138-1234 5678', '+8613812345678'],
  ['anonymous', ''],
  ['1&PJSIP/x', ''],
  ['1@evil', ''],
  ["';DROP TABLE", ''],
  ['1\r\n2', '12'],
  ['9'.repeat(40), ''],
  ['', ''],
])('number %j is cleaned to %j', (text, clean) => {
  expect(cleanNumber(text)).toBe(clean);
});

test.each([
  ['13812345678', '138****5678'],
  ['1001', '1001'],
  ['', ''],
  ['02787654321', '027****4321'],
])('number %s is masked to %s', (number, masked) => {
  expect(maskNumber(number)).toBe(masked);
});
