import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findSpeech } from '../../src/setup/find-speech.ts';
import { readSettings } from '../../src/setup/settings.ts';
import { chooseSpeech } from '../../src/speech/choose-speech.ts';
import { espeak } from '../../src/speech/espeak.ts';
import { sharedPbxRoot } from '../asterisk/asterisk.ts';
import { Sound, toneWav } from '../phones/tone.ts';

const folder = mkdtempSync(join(tmpdir(), 'carillon-speech-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tools = findSpeech(readSettings({ CARILLON_PBX_ROOT: sharedPbxRoot() }));
const speech = tools && espeak(tools);

const telephoneSound = (file: string): Sound => {
  const wav = readFileSync(file);
  expect([
    wav.toString('latin1', 0, 4),
    wav.readUInt16LE(22),
    wav.readUInt32LE(24),
    wav.readUInt16LE(34),
  ]).toEqual(['RIFF', 1, 8000, 16]);
  return Sound.of(wav);
};

test.each([
  ['zh-CN', '您好，欢迎致电客户服务中心。'],
  ['en', 'Welcome to our customer service.'],
])('%s is spoken as a file for the telephone', async (language, text) => {
  const file = join(folder, `${language}.wav`);
  await speech?.speak(text, language, file);
  const sound = telephoneSound(file);
  expect(sound.loudness).toBeGreaterThan(500);
  expect(sound.ms).toBeGreaterThan(1_000);
  expect(sound.ms).toBeLessThan(6_000);
});

test('words of both languages are said by two voices, so that neither spells the other', async () => {
  const [both, chinese, english] = ['both', 'chinese', 'english'].map((name) =>
    join(folder, `${name}.wav`),
  ) as [string, string, string];
  await speech?.speak('请按0。For English, press 8.', 'zh-CN', both);
  await speech?.speak('请按0。', 'zh-CN', chinese);
  await speech?.speak('For English, press 8.', 'en', english);
  expect(telephoneSound(both).ms).toBeCloseTo(telephoneSound(chinese).ms + telephoneSound(english).ms, -2);
});

test('a recording of another rate is converted, and what is none is refused by name', async () => {
  const recording = join(folder, 'tone44.wav');
  const wav = toneWav(500, 1000);
  wav.writeUInt32LE(16_000, 24);
  wav.writeUInt32LE(32_000, 28);
  writeFileSync(recording, wav);
  await speech?.convert(recording, join(folder, 'tone.wav'));
  const sound = telephoneSound(join(folder, 'tone.wav'));
  expect(sound.ms).toBeCloseTo(500, -1);
  expect(sound.shareAt(1_000)).toBeGreaterThan(0.9);
  writeFileSync(recording, 'no sound at all');
  await expect(speech?.convert(recording, join(folder, 'none.wav'))).rejects.toMatchObject({
    id: 'recording-unreadable',
  });
});

test('a persona speaks in her own voice, speed and pitch, and each within what espeak-ng takes', async () => {
  const file = join(folder, 'persona.wav');
  const spokenAt = async (speed: number, pitch: number) => {
    const voices = { en: { voice: 'en-us+f3', speed, pitch } };
    await speech?.speak('Welcome to our customer service.', 'en', file, { voices });
    return telephoneSound(file);
  };
  const [slow, fast, fastest] = [await spokenAt(100, 70), await spokenAt(300, 70), await spokenAt(1e9, -5)];
  expect(slow.ms).toBeGreaterThan(fast.ms * 1.5);
  expect(fast.ms).toBeGreaterThan(fastest.ms);
  expect(fastest.loudness).toBeGreaterThan(500);
});

test('without the silence around it, a word is shorter and just as loud', async () => {
  const [whole, trimmed] = ['whole', 'trimmed'].map((name) => join(folder, `${name}.wav`)) as [
    string,
    string,
  ];
  await speech?.speak('二十二', 'zh-CN', whole);
  await speech?.speak('二十二', 'zh-CN', trimmed, { trimmed: true });
  expect(telephoneSound(trimmed).ms).toBeLessThan(telephoneSound(whole).ms - 200);
  expect(telephoneSound(trimmed).loudness).toBeGreaterThan(telephoneSound(whole).loudness);
});

test('any program that writes a sound file can speak', async () => {
  if (!tools) return;
  const environment = Object.entries(tools.espeak.env ?? {}).map(([name, value]) => `${name}=${value}`);
  const line = [
    'env',
    ...environment,
    tools.espeak.command,
    ...tools.espeak.args,
    '-v',
    'en-us',
    '-w',
    '{file}',
  ];
  const file = join(folder, 'program.wav');
  await chooseSpeech(line.join(' '), tools).speak('Welcome to our customer service.', 'en', file);
  expect(telephoneSound(file).ms).toBeGreaterThan(1_000);
  expect(telephoneSound(file).loudness).toBeGreaterThan(500);
});
