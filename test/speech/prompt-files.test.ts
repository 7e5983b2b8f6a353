import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Refused } from '../../src/base/errors.ts';
import { type Log, silentLog } from '../../src/base/log.ts';
import type { Media } from '../../src/pbx/pbx.ts';
import type { Persona } from '../../src/speech/persona.ts';
import type { FillIn, Prompt, Voice } from '../../src/speech/prompt.ts';
import { PromptFiles } from '../../src/speech/prompt-files.ts';
import type { Speech } from '../../src/speech/speech.ts';
import { vocabulary } from '../../src/speech/value-words.ts';
import { toneWav } from '../phones/tone.ts';

let folder: string;
/** Everything that was spoken, in order. */
let spoken: string[];
/** Words that the speech program fails at. */
let unspeakable: string;

/** Writes the words themselves instead of sound, and cannot read recordings that begin with "broken". */
const speech: Speech = {
  voice: 'test',
  async speak(text, language, file, delivery) {
    if (text === unspeakable) throw new Refused('speech-failed', `"${text}" could not be spoken`);
    const voice = delivery?.voices?.[language]?.voice;
    const said = `${language} ${voice === undefined ? '' : `(${voice}) `}${text}`;
    spoken.push(said);
    await setImmediate();
    writeFileSync(file, said.padEnd(100));
  },
  async convert(recording, file) {
    const content = readFileSync(recording, 'latin1');
    if (content.startsWith('broken'))
      throw new Refused('recording-unreadable', `${recording} is not a sound file that can be read`);
    writeFileSync(file, content.padEnd(100));
  },
};

const personas: Readonly<Record<string, Persona>> = {
  mei: { prompts: 'mei', voices: { en: { voice: 'en+f3' } } },
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-prompts-'));
  spoken = [];
  unspeakable = '';
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const promptFiles = (log: Log = silentLog) =>
  new PromptFiles({
    recorded: join(folder, 'prompts'),
    cache: join(folder, 'cache'),
    speech,
    persona: (name) => personas[name],
    log,
  });

const EN: Voice = { language: 'en', persona: '' };
const ZH: Voice = { language: 'zh-CN', persona: '' };
const MEI: Voice = { language: 'en', persona: 'mei' };
const nothing: FillIn = () => {
  throw new Error('there is no place to fill in');
};
const ignore = (): void => undefined;
const prepare = (files: PromptFiles, prompts: Prompt[], languages = ['en'], names = ['']) =>
  files.prepare(prompts, languages, names, ignore);

function record(name: string, content: string | Buffer): void {
  const file = join(folder, 'prompts', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** What the files say that are played, in order. */
function heard(media: readonly Media[]): string[] {
  return media.map((item) => {
    if ('tone' in item) return item.tone;
    return 'file' in item ? readFileSync(`${item.file}.wav`, 'utf8').trim() : `${item.silenceMs} ms`;
  });
}

const fileOf = (media: readonly Media[]): string => {
  const [first] = media;
  return first && 'file' in first ? `${first.file}.wav` : '';
};

test('prompts are spoken once, kept by their words, and made again when the file is lost or empty', async () => {
  const prompt = { name: 'hi', texts: { en: 'Hello', 'zh-CN': '您好' } };
  const first = promptFiles();
  expect(await prepare(first, [prompt, { ...prompt }], ['en', 'zh-CN'])).toEqual([]);
  expect(spoken.sort()).toEqual(['en Hello', 'zh-CN 您好']);
  const again = promptFiles();
  await prepare(again, [prompt], ['en', 'zh-CN']);
  expect(spoken).toHaveLength(2);

  const media = await first.media(prompt, EN, nothing);
  truncateSync(fileOf(media), 0);
  expect(await first.repair(prompt, EN, nothing)).toEqual(media);
  expect(heard(media)).toEqual(['en Hello']);
  rmSync(fileOf(media));
  await first.repair(prompt, EN, nothing);
  expect(existsSync(fileOf(media))).toBe(true);
  expect(spoken).toHaveLength(4);
});

test('a recording is preferred to speech, a broken one is named and its words are spoken', async () => {
  record('en/hi.wav', 'recorded sound');
  record('en/bad.wav', 'broken');
  const prompts = promptFiles();
  const hi = { name: 'hi', texts: { en: 'Hello' } };
  const bad = { name: 'bad', texts: { en: 'Sorry' } };
  expect(await prepare(prompts, [hi, bad])).toEqual([
    expect.stringMatching(/bad\.wav is not a sound file that can be read; its words are spoken instead$/),
  ]);
  expect(spoken).toEqual(['en Sorry']);
  expect(heard(await prompts.media(hi, EN, nothing))).toEqual(['recorded sound']);
  expect(heard(await prompts.media(bad, EN, nothing))).toEqual(['en Sorry']);
});

test('a persona is heard by her own recording, else the ordinary one, else in her own voice', async () => {
  record('mei/en/one.wav', 'one by mei');
  record('en/one.wav', 'one');
  record('en/two.wav', 'two');
  record('mei/en/bad.wav', 'broken');
  record('en/bad.wav', 'good');
  const prompts = ['one', 'two', 'three', 'bad'].map((name) => ({ name, texts: { en: name } }));
  const files = promptFiles();
  expect(await prepare(files, prompts, ['en'], ['', 'mei'])).toEqual([
    expect.stringMatching(/mei\/en\/bad\.wav is not .* the ordinary recording is played instead$/),
  ]);
  const by = async (voice: Voice) =>
    (await Promise.all(prompts.map((prompt) => files.media(prompt, voice, nothing)))).flatMap(heard);
  expect(await by(MEI)).toEqual(['one by mei', 'two', 'en (en+f3) three', 'good']);
  expect(await by(EN)).toEqual(['one', 'two', 'en three', 'good']);
  expect(await by({ ...EN, persona: 'nobody' })).toEqual(await by(EN));
});

test('the ordinary voice or recording speaks for a persona until hers has been made', async () => {
  record('en/two.wav', 'two');
  const prompts = [...['one', 'two'].map((name) => ({ name, texts: { en: name } })), BALANCE];
  const files = promptFiles();
  await prepare(files, prompts);
  spoken = [];
  const byMei = async () =>
    (await Promise.all(prompts.map((prompt) => files.media(prompt, MEI, fill)))).map((media) =>
      heard(media).slice(0, 2),
    );
  expect(await byMei()).toEqual([['en one'], ['two'], ['en You have', 'en two']]);
  expect(spoken).toEqual(['en (en+f3) Li Lei']);
  expect(files.inventory(prompts, ['en'], ['mei'])).toMatchObject({
    prompts: [{ state: 'missing' }, { state: 'recorded' }, { state: 'missing' }],
    words: [{ spoken: 0, missing: vocabulary('en').length }],
  });
  expect(heard(await files.repair(prompts[0]!, MEI, nothing))).toEqual(['en (en+f3) one']);
  expect(await prepare(files, prompts, ['en'], ['mei'])).toEqual([]);
  expect(await byMei()).toEqual([['en (en+f3) one'], ['two'], ['en (en+f3) You have', 'en (en+f3) two']]);
});

test('the voice of one language does not make the files of another anew', async () => {
  const prompt = { texts: { 'zh-CN': '您好' } };
  const files = promptFiles();
  await prepare(files, [prompt], ['zh-CN'], ['', 'mei']);
  expect(spoken).toEqual(['zh-CN 您好']);
});

test('a language that a prompt lacks falls back to one that it has, and nothing at all to a tone', async () => {
  const prompts = promptFiles();
  const prompt = { name: 'hi', texts: { 'zh-CN': '您好' } };
  await prepare(prompts, [prompt], ['zh-CN', 'en']);
  expect(heard(await prompts.media(prompt, EN, nothing))).toEqual(['zh-CN 您好']);
  expect(await prompts.media({ texts: { en: 'never made' } }, EN, nothing)).toEqual([{ tone: 'beep' }]);
  expect(await prompts.media({ name: 'hi', texts: {} }, EN, nothing)).toEqual([{ tone: 'beep' }]);
});

test('a recording alone is enough for a language, without words', async () => {
  record('en/hi.wav', 'recorded sound');
  const prompts = promptFiles();
  const prompt = { name: 'hi', texts: { 'zh-CN': '您好' } };
  await prepare(prompts, [prompt], ['zh-CN', 'en']);
  expect(heard(await prompts.media(prompt, EN, nothing))).toEqual(['recorded sound']);
});

test('a recording that is added, changed or removed is heard after the next preparation', async () => {
  const prompt = { name: 'hi', texts: { en: 'Hello' } };
  const files = promptFiles();
  const next = async () => {
    await prepare(files, [prompt]);
    return heard(await files.media(prompt, EN, nothing));
  };
  expect(await next()).toEqual(['en Hello']);
  record('en/hi.wav', 'first');
  expect(await next()).toEqual(['first']);
  record('en/hi.wav', 'second take');
  expect(await next()).toEqual(['second take']);
  record('en/hi.wav', 'third  take');
  utimesSync(join(folder, 'prompts/en/hi.wav'), 1_000, 1_000);
  expect(await next()).toEqual(['third  take']);
  record('en/hi.wav', 'fourth, and longer');
  utimesSync(join(folder, 'prompts/en/hi.wav'), 1_000, 1_000);
  expect(await next()).toEqual(['fourth, and longer']);
  rmSync(join(folder, 'prompts/en/hi.wav'));
  expect(await next()).toEqual(['en Hello']);
  expect(spoken).toHaveLength(1);
});

test('what is there is not made again, and progress is told of what is missing only', async () => {
  const progress: number[][] = [];
  const tell = (done: number, all: number) => progress.push([done, all]);
  const files = promptFiles();
  const prompts = ['a', 'b', 'c'].map((en) => ({ texts: { en } }));
  await files.prepare(prompts.slice(0, 1), ['en'], [''], tell);
  await files.prepare(prompts, ['en'], [''], tell);
  await files.prepare(prompts, ['en'], [''], tell);
  expect(progress).toEqual([
    [1, 1],
    [1, 2],
    [2, 2],
  ]);
});

test('files that were removed from the cache are made again at the next preparation', async () => {
  const prompt = { texts: { en: 'Hello' } };
  const files = promptFiles();
  await prepare(files, [prompt]);
  rmSync(fileOf(await files.media(prompt, EN, nothing)));
  await prepare(files, [prompt]);
  expect(heard(await files.media(prompt, EN, nothing))).toEqual(['en Hello']);
});

test('words that look like a path or an option stay words, and names lead nowhere', async () => {
  writeFileSync(join(folder, 'secret.wav'), 'secret');
  mkdirSync(join(folder, 'prompts/en'), { recursive: true });
  const prompts = promptFiles();
  const named = { name: '../../secret', texts: { en: 'nothing to see' } };
  await prepare(prompts, [{ texts: { en: '../../etc/passwd' } }, { texts: { en: '--help' } }, named]);
  const names = readdirSync(join(folder, 'cache'));
  expect(names.every((name) => /^[0-9a-f]{24}\.wav$/.test(name))).toBe(true);
  expect(spoken.sort()).toEqual(['en --help', 'en ../../etc/passwd', 'en nothing to see']);
});

const BALANCE: Prompt = {
  name: 'balance',
  texts: { en: 'You have {amount(balance)}, {text(name)}.', 'zh-CN': '余额{amount(balance)}。' },
};
const fill: FillIn = (place) =>
  place === 'text(name)'
    ? { as: 'text', text: 'Li\u0007 Lei' }
    : { as: 'amount', value: 2.5, currency: 'CNY' };

test('a text with places is put together from stretches, words and the text of the call', async () => {
  const files = promptFiles();
  expect(await prepare(files, [BALANCE], ['en', 'zh-CN'])).toEqual([]);
  // The letters A to Z are the same sounds in both languages.
  expect(spoken).toHaveLength(2 + vocabulary('en').length + vocabulary('zh-CN').length - 26);
  spoken = [];
  expect(heard(await files.media(BALANCE, EN, fill))).toEqual([
    'en You have',
    ...['en two', 'en yuan', 'en and', 'en fifty', 'en fen'],
    '200 ms',
    'en Li Lei',
  ]);
  expect(spoken).toEqual(['en Li Lei']);
  expect(heard(await files.media(BALANCE, ZH, fill)).length).toBe(5);
  expect(readdirSync(join(folder, 'cache/text'))).toHaveLength(1);
});

test('stretches and words are recorded one by one, the persona’s before the ordinary', async () => {
  record('en/balance.1.wav', 'your balance is');
  record('en/balance.wav', 'not for a text with places');
  record('mei/en/words/two.wav', 'two by mei');
  record('en/words/two.wav', 'two by us');
  record('en/words/yuan.wav', 'yuan by us');
  const files = promptFiles();
  await prepare(files, [BALANCE], ['en'], ['', 'mei']);
  expect(heard(await files.media(BALANCE, MEI, fill)).slice(0, 4)).toEqual([
    'your balance is',
    'two by mei',
    'yuan by us',
    'en (en+f3) and',
  ]);
  expect(heard(await files.media(BALANCE, EN, fill)).slice(0, 3)).toEqual([
    'your balance is',
    'two by us',
    'yuan by us',
  ]);
});

test('the words of numbers are made only where a place can need them', async () => {
  const files = promptFiles();
  await prepare(files, [{ texts: { en: 'Dear {text(name)}', 'zh-CN': '余额{amount(x)}' } }], ['en']);
  expect(spoken).toEqual(['en Dear']);
});

test('a word that was not made beforehand is made during the call', async () => {
  const prompt = { texts: { en: '{text(x)}' } };
  const files = promptFiles();
  await prepare(files, [prompt]);
  expect(heard(await files.media(prompt, EN, () => ({ as: 'number', value: 7 })))).toEqual(['en seven']);
});

test('an amount that lacks a word is a beep, never another amount', async () => {
  unspeakable = 'fifty';
  const errors: unknown[] = [];
  const files = promptFiles({ ...silentLog, error: (fields) => errors.push(fields) });
  expect(await prepare(files, [BALANCE])).toEqual(['"fifty" could not be spoken']);
  expect(heard(await files.media(BALANCE, EN, fill))).toEqual(['en You have', 'beep', '200 ms', 'en Li Lei']);
  expect(errors).toEqual([{ word: 'fifty' }]);
});

test.each<[string, ReturnType<FillIn>, readonly string[]]>([
  ['no number', { as: 'number', value: Number.NaN }, ['en You have', 'beep']],
  ['no digits', { as: 'digits', digits: '' }, ['en You have', 'beep']],
  ['an empty text', { as: 'text', text: ' \u0000. ' }, ['en You have']],
])('%s in a place still gives something to hear', async (_, saying, sounds) => {
  const prompt = { texts: { en: 'You have {x}' } };
  const files = promptFiles();
  await prepare(files, [prompt]);
  expect(heard(await files.media(prompt, EN, () => saying))).toEqual(sounds);
});

test('a text of a call that cannot be spoken is a beep, and the log does not repeat it', async () => {
  unspeakable = 'Li Lei';
  const lines: string[] = [];
  const files = promptFiles({
    ...silentLog,
    error: (fields, message) => lines.push(JSON.stringify(fields) + message),
  });
  const prompt = { texts: { en: '{text(name)}' } };
  expect(await files.media(prompt, EN, fill)).toEqual([{ tone: 'beep' }]);
  expect(lines).toHaveLength(1);
  expect(lines.join()).not.toContain('Li Lei');
});

test('a text of a call is cut, and no more than 500 are kept, the oldest going first', async () => {
  const prompt = { texts: { en: '{text(name)}' } };
  const files = promptFiles();
  const say = (text: string) => files.media(prompt, EN, () => ({ as: 'text', text }));
  await say('x'.repeat(1_000));
  expect(spoken[0]).toHaveLength('en '.length + 200);
  const second = fileOf(await say('second'));
  const third = fileOf(await say('third'));
  for (let count = 3; count < 500; count += 1) await say(`text ${count}`);
  await say('second');
  await say('one more');
  await say('and another');
  expect(readdirSync(join(folder, 'cache/text'))).toHaveLength(500);
  expect([existsSync(second), existsSync(third)]).toEqual([true, false]);
});

test('what the expression of a place throws reaches whoever evaluates it', async () => {
  const files = promptFiles();
  await prepare(files, [BALANCE]);
  await expect(
    files.media(BALANCE, EN, () => {
      throw new Error('no such variable');
    }),
  ).rejects.toThrow('no such variable');
});

test('a stretch that cannot be spoken sends the caller to another language of the prompt', async () => {
  unspeakable = 'You have';
  const files = promptFiles();
  await prepare(files, [BALANCE], ['en', 'zh-CN']);
  expect(heard(await files.media(BALANCE, EN, fill)).length).toBe(5);
});

test('the inventory says what is recorded, spoken and missing, how long it is, and what belongs to nothing', async () => {
  record('en/hi.wav', toneWav(440, 500));
  record('mei/en/balance.1.wav', toneWav(440, 250));
  record('en/words/two.wav', toneWav(440, 100));
  record('en/words/nonsense.wav', 'x');
  record('en/old.wav', 'x');
  record('en/balance.wav', 'x');
  const files = promptFiles();
  const hi = { name: 'hi', texts: { en: 'Hello' } };
  const bye = { name: 'bye', texts: { 'zh-CN': '再见' } };
  await prepare(files, [hi, BALANCE], ['en'], ['']);
  spoken = [];
  const { prompts, words, orphans } = files.inventory([hi, bye, BALANCE], ['en'], ['', 'mei']);
  const line = (name: string, persona: string) =>
    prompts.find((one) => one.name === name && one.persona === persona);
  expect(line('hi', '')).toEqual({
    name: 'hi',
    words: 'Hello',
    language: 'en',
    persona: '',
    state: 'recorded',
    file: join(folder, 'prompts/en/hi.wav'),
    ms: 500,
  });
  expect(line('hi', 'mei')).toMatchObject({ state: 'recorded', ms: 500 });
  expect(line('bye', '')).toMatchObject({ state: 'missing', words: '' });
  expect(line('balance.1', '')).toMatchObject({ state: 'spoken', words: 'You have' });
  expect(line('balance.1', 'mei')).toMatchObject({ state: 'recorded', ms: 250 });
  expect(prompts).toHaveLength(6);
  expect(words).toEqual([
    { language: 'en', persona: '', recorded: 1, spoken: vocabulary('en').length - 1, missing: 0 },
    expect.objectContaining({ persona: 'mei', recorded: 1 }),
  ]);
  expect(orphans).toEqual(['en/balance.wav', 'en/old.wav', 'en/words/nonsense.wav']);
  expect(spoken).toEqual([]);
});

test('preparing and asking at the same time makes every file once', async () => {
  const files = promptFiles();
  const prompt = { texts: { en: 'Hello' } };
  await Promise.all([prepare(files, [prompt]), prepare(files, [prompt]), files.repair(prompt, EN, nothing)]);
  expect(spoken).toEqual(['en Hello']);
});
