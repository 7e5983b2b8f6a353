import { expect, test } from 'vitest';
import type { FillIn, Saying } from '../../src/speech/prompt.ts';
import { written, writtenPrompt } from '../../src/speech/written.ts';

test.each<[Saying, string, string]>([
  [{ as: 'number', value: 1234567.5 }, '1,234,567.5', '1,234,567.5'],
  [{ as: 'number', value: -0.25 }, '-0.25', '-0.25'],
  [{ as: 'number', value: Number.NaN }, '', ''],
  [{ as: 'digits', digits: '6222 0210-1#' }, '622202101#', '622202101#'],
  [{ as: 'amount', value: 1234.555, currency: 'CNY' }, '1,234.56元', 'CNY 1,234.56'],
  [{ as: 'amount', value: -5, currency: 'usd' }, '-5.00美元', 'USD -5.00'],
  [{ as: 'amount', value: 1234.5, currency: 'JPY' }, '1,235日元', 'JPY 1,235'],
  [{ as: 'amount', value: 7, currency: 'CHF' }, '7.00 CHF', 'CHF 7.00'],
  [{ as: 'amount', value: 7, currency: '' }, '7.00', '7.00'],
  [{ as: 'amount', value: Number.NaN, currency: 'CNY' }, '', ''],
  [{ as: 'date', year: 2026, month: 11, day: 22 }, '2026年11月22日', 'Nov 22, 2026'],
  [{ as: 'date', year: 2026, month: 14, day: 22 }, '', ''],
  [{ as: 'time', hour: 15, minute: 5 }, '15:05', '15:05'],
  [{ as: 'time', hour: 25, minute: 5 }, '', ''],
  [{ as: 'text', text: 'Li\u0000 Lei\u202e' }, 'Li Lei', 'Li Lei'],
])('%o is written %j and %j', (saying, zh, en) => {
  expect([written(saying, 'zh-CN'), written(saying, 'en')]).toEqual([zh, en]);
});

test('a text of a call is cut to 200 characters', () => {
  expect(written({ as: 'text', text: 'x'.repeat(5_000) }, 'en')).toHaveLength(200);
});

const balance: FillIn = (place) =>
  place === 'b' ? { as: 'amount', value: 12.5, currency: 'CNY' } : { as: 'text', text: place };

test.each([
  ['zh-CN', { 'zh-CN': '余额{b}。', en: 'You have {b}.' }, '余额12.50元。'],
  ['en', { 'zh-CN': '余额{b}。', en: 'You have {b} {{all in all}}.' }, 'You have CNY 12.50 {all in all}.'],
  ['en', { 'zh-CN': '余额{b}。' }, '余额12.50元。'],
  ['en', { en: 'broken {b' }, 'broken {b'],
  ['en', {}, ''],
])('in %s %o reads %j', (language, texts, read) => {
  expect(writtenPrompt({ texts }, { language, persona: '' }, balance)).toBe(read);
});
