import { expect, test } from 'vitest';
import { estimateMs } from '../../src/speech/length.ts';

test.each([
  ['', 'en', 0],
  ['。', 'zh-CN', 495],
  ['感谢您的来电，再见。', 'zh-CN', 3_075],
  ['Thank you for calling. Goodbye.', 'en', 2_778],
])('%j in %s is said in about %d ms', (text, language, ms) => {
  expect(estimateMs(text, language)).toBe(ms);
});

test('a place counts as a value, and its expression as nothing', () => {
  expect(estimateMs('{amount(customer.accounts.current.balance)}', 'zh-CN')).toBe(3_000);
  expect(estimateMs('{text(a)} {text(b)}', 'en')).toBe(7_000);
  expect(estimateMs('{{x}}', 'en')).toBe(estimateMs('x', 'en'));
});
