import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load as parse } from 'js-yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import type { Media } from '../../src/pbx/pbx.ts';
import { findSpeech } from '../../src/setup/find-speech.ts';
import { readSettings } from '../../src/setup/settings.ts';
import { espeak } from '../../src/speech/espeak.ts';
import { estimateMs } from '../../src/speech/length.ts';
import type { Prompt, Saying } from '../../src/speech/prompt.ts';
import { PromptFiles } from '../../src/speech/prompt-files.ts';
import { wavMs } from '../../src/speech/wav.ts';
import { sharedPbxRoot } from '../asterisk/asterisk.ts';

const folder = mkdtempSync(join(tmpdir(), 'carillon-values-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tools = findSpeech(readSettings({ CARILLON_PBX_ROOT: sharedPbxRoot() }));
const speech = tools && espeak(tools);

const LANGUAGES = ['zh-CN', 'en'];
const PROMPT: Prompt = { name: 'value', texts: { 'zh-CN': '{amount(x)}', en: '{amount(x)}' } };
let prompts: PromptFiles;

beforeAll(async () => {
  if (!speech)
    throw new Error('there is no espeak-ng: this test needs the PBX root, see test/asterisk/asterisk.ts');
  const parts = { recorded: join(folder, 'prompts'), cache: join(folder, 'cache'), speech };
  prompts = new PromptFiles({ ...parts, persona: () => undefined, log: silentLog });
  expect(await prompts.prepare([PROMPT], LANGUAGES, [''], () => undefined)).toEqual([]);
});

const samplesOf = (file: string): number[] => {
  const wav = readFileSync(`${file}.wav`);
  const samples: number[] = [];
  for (let at = 44; at + 1 < wav.length; at += 2) samples.push(wav.readInt16LE(at));
  return samples;
};

/** As the caller hears it: all files, one after the other, at 8,000 samples a second. */
const joined = (media: readonly Media[]): number[] =>
  media.flatMap((item) => ('file' in item ? samplesOf(item.file) : []));

const STEP = 80;

const loudness = (samples: readonly number[]): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

/** The longest stretch below half a percent of full scale, ms, in steps of 10 ms. */
function longestSilenceMs(samples: readonly number[]): number {
  let [longest, current] = [0, 0];
  for (let at = 0; at < samples.length; at += STEP) {
    current = loudness(samples.slice(at, at + STEP)) < 164 ? current + 10 : 0;
    longest = Math.max(longest, current);
  }
  return longest;
}

test.each<[string, string, Saying, number, number]>([
  ['CNY 1,234.56', 'zh-CN', { as: 'amount', value: 1234.56, currency: 'CNY' }, 8, 10],
  ['CNY 1,234.56', 'en', { as: 'amount', value: 1234.56, currency: 'CNY' }, 9, 12],
  ['a date', 'zh-CN', { as: 'date', year: 2026, month: 11, day: 22 }, 7, 9],
  ['a date', 'en', { as: 'date', year: 2026, month: 11, day: 22 }, 4, 6],
  ['a time', 'zh-CN', { as: 'time', hour: 15, minute: 5 }, 5, 7],
  ['digits', 'en', { as: 'digits', digits: '62220210' }, 8, 8],
])('%s in %s is one fluent stretch of words', async (_, language, saying, files, syllables) => {
  const media = await prompts.media(PROMPT, { language, persona: '' }, () => saying);
  expect(media).toHaveLength(files);
  const samples = joined(media);
  const ms = samples.length / 8;
  expect(ms).toBeGreaterThan(syllables * 150);
  expect(ms).toBeLessThan(syllables * 600);
  expect(loudness(samples)).toBeGreaterThan(1_500);
  expect(longestSilenceMs(samples)).toBeLessThan(110);
});

test('every word is there, and none is cut to nothing', () => {
  const { words } = prompts.inventory([PROMPT], LANGUAGES, ['']);
  expect(words.map((line) => line.missing)).toEqual([0, 0]);
  const files = readdirSync(join(folder, 'cache')).filter((name) => name.endsWith('.wav'));
  const lengths = files.map((name) => samplesOf(join(folder, 'cache', name.slice(0, -4))).length / 8);
  expect(Math.min(...lengths)).toBeGreaterThan(100);
  expect(Math.max(...lengths)).toBeLessThan(2_000);
});

test('the estimate of the length is right within a fifth for nineteen in twenty prompts of the hotline', async () => {
  const hotline = parse(readFileSync(new URL('../../ivr-flows/hotline.yaml', import.meta.url), 'utf8')) as {
    readonly prompts: Record<string, Record<string, string>>;
  };
  const off: string[] = [];
  let count = 0;
  for (const texts of Object.values(hotline.prompts))
    for (const [language, text] of Object.entries(texts)) {
      if (text.includes('{')) continue;
      const file = join(folder, 'estimate.wav');
      await speech?.speak(text, language, file);
      const wav = readFileSync(file);
      const share = estimateMs(text, language) / (wavMs(wav, wav.length) ?? 0);
      if (!(share > 0.8 && share < 1.2)) off.push(`${share.toFixed(2)} ${text}`);
      count += 1;
    }
  expect(count).toBeGreaterThan(20);
  expect(off.length, off.join('\n')).toBeLessThanOrEqual(count / 20);
});
