import { expect, test } from 'vitest';
import { utterancesOf } from '../../src/speech/utterances.ts';

const cut = (text: string, language: string) =>
  utterancesOf(text, language).map((one) => `${one.language}:${one.text}`);

test.each([
  ['zh-CN', '请按1。', ['zh-CN:请按1。']],
  [
    'zh-CN',
    '人工服务，请按0。For English, press 8.',
    ['zh-CN:人工服务，请按0。', 'en:For English, press 8.'],
  ],
  [
    'en',
    'For an agent, press 0. 中文服务，请按8。',
    ['en:For an agent, press 0. ', 'zh-CN:中文服务，请按8。'],
  ],
  ['zh-CN', '请找hang2 zhang3。', ['zh-CN:请找hang2 zhang3。']],
  ['zh-CN', 'A12号柜台', ['zh-CN:A12号柜台']],
  ['en', '24 hours', ['en:24 hours']],
  ['en', '', []],
])('%s %j is said as %j', (language, text, said) => {
  expect(cut(text, language)).toEqual(said);
});
