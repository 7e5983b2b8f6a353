import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Refused } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import type { Media } from '../../src/pbx/pbx.ts';
import type { Persona } from '../../src/speech/persona.ts';
import type { FillIn, Prompt } from '../../src/speech/prompt.ts';
import { PromptFiles } from '../../src/speech/prompt-files.ts';
import type { Delivery, Speech } from '../../src/speech/speech.ts';

let folder: string;
let clock: VirtualClock;
/** How long speech takes for a text, ms, and whether it then fails. */
let takes: (text: string, voice: string) => { readonly ms: number; readonly fails?: boolean };
/** Every text that speech was asked for, in order. */
let asked: string[];
let told: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-dead-speech-'));
  clock = new VirtualClock();
  asked = [];
  told = [];
  takes = () => HANGS;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const HANGS = { ms: 20_000, fails: true };
const FAILS = { ms: 0, fails: true };
const WORKS = { ms: 10 };

const speech: Speech = {
  voice: 'test',
  async speak(text: string, language: string, file: string, delivery?: Delivery) {
    asked.push(text);
    const voice = delivery?.voices?.[language]?.voice ?? '';
    const { ms, fails } = takes(text, voice);
    if (ms > 0) await new Promise<void>((resolve) => clock.at(clock.now() + ms, resolve));
    if (fails) throw new Refused('speech-failed', `"${text}" could not be spoken: no answer`);
    writeFileSync(file, `${voice} ${text}`.trim().padEnd(100));
  },
  async convert() {
    throw new Refused('recording-unreadable', 'there are no recordings');
  },
};

const personas: Readonly<Record<string, Persona>> = { mei: { voices: { en: { voice: 'mei' } } } };

const promptFiles = (parts: { readonly clock?: VirtualClock } = { clock }) =>
  new PromptFiles({
    recorded: join(folder, 'prompts'),
    cache: join(folder, 'cache'),
    speech,
    persona: (name) => personas[name],
    log: {
      ...silentLog,
      info: (_, message) => told.push(message),
      error: (_, message) => told.push(message),
    },
    ...parts,
  });

const prompts = (count: number): Prompt[] =>
  Array.from({ length: count }, (_, index) => ({ texts: { en: `prompt ${index}` } }));

const prepare = (files: PromptFiles, wanted: readonly Prompt[], names = ['']) =>
  files.prepare(wanted, ['en'], names, () => undefined);

/** Lets `ms` pass and tells what `work` came to by then, undefined for nothing. */
async function within<Result>(ms: number, work: Promise<Result>): Promise<Result | undefined> {
  let result: Result | undefined;
  void work.then((value) => {
    result = value;
  });
  await clock.advance(ms);
  return result;
}

const nothing: FillIn = () => {
  throw new Error('there is no place to fill in');
};

async function heard(files: PromptFiles, prompt: Prompt, persona = '', fill = nothing): Promise<string[]> {
  const media: readonly Media[] = await files.media(prompt, { language: 'en', persona }, fill);
  return media.map((item) => ('file' in item ? readFileSync(`${item.file}.wav`, 'utf8').trim() : 'beep'));
}

test('speech that hangs holds up a start for three time-outs at most, and what is left is one sentence', async () => {
  const problems = await within(60_000, prepare(promptFiles(), prompts(600)));
  expect(problems?.at(-1)).toBe(
    'speech does not answer ("prompt 2" could not be spoken: no answer): 600 prompts have no sound yet; they are made as soon as it does',
  );
  expect(problems?.length).toBeLessThanOrEqual(5);
  expect(asked.length).toBeLessThanOrEqual(4);
});

test('while speech is dead a saved flow is not held up at all, and what exists is used', async () => {
  const files = promptFiles();
  const [first, second, third] = prompts(3) as [Prompt, Prompt, Prompt];
  takes = () => WORKS;
  await within(100, prepare(files, [first]));
  takes = () => FAILS;
  await within(100, prepare(files, prompts(9)));
  const tries = asked.length;
  expect(await within(0, prepare(files, [first, second]))).toEqual([
    expect.stringMatching(/^speech does not answer .*: 1 prompt has no sound yet; they are made/),
  ]);
  expect(asked).toHaveLength(tries);
  expect(await heard(files, first)).toEqual(['prompt 0']);
  expect(await heard(files, third)).toEqual(['beep']);
});

test('all that was missing is made within two minutes after speech is back, and that is logged', async () => {
  const files = promptFiles();
  await within(60_000, prepare(files, prompts(50)));
  await clock.advance(10 * 60_000);
  // One or two tries a minute find out that it is still dead.
  expect(asked.length).toBeLessThan(30);
  expect(told).toEqual([]);
  takes = () => WORKS;
  await clock.advance(2 * 60_000);
  expect(await heard(files, { texts: { en: 'prompt 49' } })).toEqual(['prompt 49']);
  expect(told).toEqual(['the sounds of prompts that were missing are there now']);
  const tries = asked.length;
  await clock.advance(10 * 60_000);
  expect(asked).toHaveLength(tries);
});

test('flows that are saved again and again do not put the next try off', async () => {
  const files = promptFiles();
  takes = () => FAILS;
  await within(0, prepare(files, prompts(9)));
  takes = () => WORKS;
  for (let saved = 1; saved <= 3; saved += 1) {
    await files.prepare([{ texts: { fr: `autre ${saved}` } }], ['fr'], [''], () => undefined);
    await clock.advance(25_000);
  }
  expect(await heard(files, { texts: { en: 'prompt 8' } })).toEqual(['prompt 8']);
});

test('what a later preparation no longer wants is not made any more', async () => {
  const files = promptFiles();
  takes = () => FAILS;
  await within(0, prepare(files, prompts(9)));
  await within(0, prepare(files, prompts(1)));
  asked = [];
  takes = () => WORKS;
  await clock.advance(3 * 60_000);
  expect(asked).toEqual(['prompt 0']);
});

test('slow speech holds nobody up for more than a minute, prompts go before words, and the rest is made at once', async () => {
  takes = () => ({ ms: 5_000 });
  const files = promptFiles();
  const counting: Prompt = { texts: { en: '{number(x)}' } };
  const problems = await within(60_000, prepare(files, [counting, ...prompts(10)]));
  expect(problems).toEqual([
    expect.stringMatching(/^speech is slow: \d+ prompts have no sound yet; they are being made$/),
  ]);
  expect(asked.slice(0, 10)).toEqual(prompts(10).map((prompt) => prompt.texts.en));
  const before = asked.length;
  await clock.advance(30_000);
  expect(asked.length - before).toBeGreaterThanOrEqual(10);
  // Another flow does not wait behind all of them.
  expect(await within(15_000, prepare(files, [{ texts: { en: 'new' } }]))).toEqual([]);
});

test('what was left of a preparation is dropped when a later one wants less', async () => {
  takes = () => ({ ms: 5_000 });
  const files = promptFiles();
  await within(60_000, prepare(files, prompts(100)));
  await clock.advance(1_000);
  expect(await within(0, prepare(files, prompts(1)))).toEqual([]);
  await clock.advance(20_000);
  asked = [];
  await clock.advance(10 * 60_000);
  expect(asked).toEqual([]);
});

test('texts that fail now and then do not make speech dead', async () => {
  const unspeakable = ['prompt 3', 'prompt 8', 'prompt 12', 'prompt 16'];
  takes = (text) => (unspeakable.includes(text) ? FAILS : WORKS);
  const files = promptFiles();
  expect(await within(5_000, prepare(files, prompts(20)))).toHaveLength(4);
  expect(asked).toHaveLength(20);
});

test('a single text that fails stops nothing, is named, and is tried again', async () => {
  takes = (text) => (text === 'prompt 3' ? FAILS : WORKS);
  const files = promptFiles();
  expect(await within(5_000, prepare(files, prompts(20)))).toEqual([
    '"prompt 3" could not be spoken: no answer',
  ]);
  takes = () => WORKS;
  await clock.advance(61_000);
  expect(await heard(files, { texts: { en: 'prompt 3' } })).toEqual(['prompt 3']);
});

test('a persona’s voice that fails leaves the ordinary one alone, which speaks for her until hers is made', async () => {
  takes = (_, voice) => (voice === 'mei' ? FAILS : WORKS);
  const files = promptFiles();
  const wanted = prompts(20);
  const problems = await within(5_000, prepare(files, wanted, ['mei']));
  expect(problems?.[0]).toBe(
    '"prompt 0" could not be spoken: no answer; the ordinary voice is heard instead',
  );
  expect(problems?.at(-1)).toMatch(/: 20 prompts are heard in the ordinary voice; they are made as soon/);
  expect(await within(5_000, prepare(files, wanted))).toEqual([]);
  expect(await heard(files, wanted[19]!, 'mei')).toEqual(['prompt 19']);
  takes = () => WORKS;
  await clock.advance(2 * 60_000);
  expect(await heard(files, wanted[19]!, 'mei')).toEqual(['mei prompt 19']);
});

test('callers wait for texts of their calls three times at most, and no reason tells the text', async () => {
  const files = promptFiles();
  const greeting: Prompt = { texts: { en: '{text(name)}' } };
  takes = () => FAILS;
  for (const text of ['Li Lei', 'Han Mei', 'Wang Wu', 'Zhao Liu'])
    expect(await heard(files, greeting, '', () => ({ as: 'text', text }))).toEqual(['beep']);
  expect(asked).toEqual(['Li Lei', 'Han Mei', 'Wang Wu']);
  const problems = await prepare(files, prompts(2));
  expect([...told, ...problems].join()).not.toMatch(/Li Lei|Han Mei|Wang Wu|Zhao Liu/);
  expect(problems).toEqual([
    expect.stringMatching(/^speech does not answer \(a text that a call filled in could not be spoken\): 2 /),
  ]);
});

test('after closing nothing is tried any more', async () => {
  const files = promptFiles();
  takes = () => FAILS;
  await within(0, prepare(files, prompts(9)));
  files.close();
  asked = [];
  await clock.advance(10 * 60_000);
  expect(asked).toEqual([]);
});

test('a command without a clock waits for slow speech as long as it takes, but not for dead speech', async () => {
  takes = () => ({ ms: 5_000 });
  const files = promptFiles({});
  expect(await within(10 * 60_000, prepare(files, prompts(100)))).toEqual([]);
  takes = () => FAILS;
  asked = [];
  const problems = await within(10 * 60_000, prepare(files, prompts(200)));
  expect(problems?.at(-1)).toMatch(/: 100 prompts have no sound yet$/);
  expect(asked.length).toBeLessThanOrEqual(4);
});
