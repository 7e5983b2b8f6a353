import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Refused } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Speech } from '../../src/ivr/espeak.ts';
import { FlowLibrary } from '../../src/ivr/library.ts';
import { PromptFiles } from '../../src/ivr/prompt-files.ts';
import { choose, go } from '../../src/ivr/steps/choose.ts';
import { queueStep } from '../../src/ivr/steps/connect.ts';
import { hangup, say } from '../../src/ivr/steps/say.ts';

let folder: string;
/** Everything that was spoken, in order. */
let spoken: string[];

/** Writes the words themselves instead of sound, and cannot read recordings that begin with "broken". */
const speech: Speech = {
  voice: 'test',
  async speak(text, language, file) {
    spoken.push(`${language} ${text}`);
    writeFileSync(file, `${text}`.padEnd(100));
  },
  async convert(recording, file) {
    const content = readFileSync(recording, 'utf8');
    if (content.startsWith('broken'))
      throw new Refused('recording-unreadable', `${recording} is not a sound file that can be read`);
    writeFileSync(file, content.padEnd(100));
  },
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-flows-'));
  spoken = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const promptFiles = () =>
  new PromptFiles({
    recorded: join(folder, 'prompts'),
    cache: join(folder, 'cache'),
    speech,
    log: silentLog,
  });

function library(prompts = promptFiles()): FlowLibrary {
  return new FlowLibrary({
    folder,
    kinds: [say, hangup, choose, go, queueStep(() => undefined)],
    queueExists: (name) => name === 'general',
    prepare: (wanted, languages) => prompts.prepare(wanted, languages, () => undefined),
    log: silentLog,
  });
}

const flow = (name: string, number: string, words = 'Hello') =>
  `flow: ${name}\nnumbers: ["${number}"]\nlanguages: [en]\nstart: a\nsteps:\n  a: { say: { en: ${words} }, then: b }\n  b: { hangup: {} }\n`;
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

test('every file in order goes live, and tests beside them are left alone', async () => {
  write('one.yaml', flow('one', '1'));
  write('two.yml', flow('two', '2'));
  write('one.test.yaml', 'not: a flow');
  write('notes.txt', 'nothing');
  const flows = library();
  expect(await flows.reload()).toEqual([]);
  expect(flows.list().map((one) => one.name)).toEqual(['one', 'two']);
  expect(flows.forNumber('2', false)?.name).toBe('two');
  expect(flows.forNumber('3', false)).toBeUndefined();
});

test('a file that breaks keeps its last good version; the others change', async () => {
  write('one.yaml', flow('one', '1'));
  write('two.yaml', flow('two', '2'));
  const flows = library();
  await flows.reload();
  const before = flows.byName('one')?.version;
  write('one.yaml', flow('one', '1').replace('then: b', 'then: nowhere'));
  write('two.yaml', flow('two', '22'));
  const problems = await flows.reload();
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/one\.yaml:6:34 step "a" leads to "nowhere", which does not exist$/);
  expect(flows.problems()).toEqual(problems);
  expect(flows.byName('one')?.version).toBe(before);
  expect(flows.forNumber('22', false)?.name).toBe('two');
  write('one.yaml', flow('one', '1', 'Mended'));
  expect(await flows.reload()).toEqual([]);
  expect(flows.byName('one')?.version).not.toBe(before);
  expect(flows.version('one', before ?? '')?.version).toBe(before);
});

test('a file that is gone takes its flow with it', async () => {
  write('one.yaml', flow('one', '1'));
  const flows = library();
  await flows.reload();
  rmSync(join(folder, 'one.yaml'));
  await flows.reload();
  expect(flows.list()).toEqual([]);
});

test('what only shows across files is named: twice the same name or number, unknown queues and flows', async () => {
  write('one.yaml', flow('one', '1'));
  write('two.yaml', flow('one', '1'));
  write(
    'three.yaml',
    'flow: three\nstart: a\nsteps:\n  a: { queue: { name: nobody }, then: b }\n  b: { go: { flow: gone } }\n',
  );
  const problems = (await library().reload()).join('\n');
  expect(problems).toContain('flow "one" is also in');
  expect(problems).toContain('number 1 also leads to');
  expect(problems).toContain('step "a": there is no queue "nobody"');
  expect(problems).toContain('step "b": there is no flow "gone"');
});

test('prompts are spoken once, kept by their words, and made again when the file is lost or empty', async () => {
  const prompt = { name: 'hi', texts: { en: 'Hello', 'zh-CN': '您好' } };
  const first = promptFiles();
  expect(await first.prepare([prompt, prompt], ['en', 'zh-CN'], () => undefined)).toEqual([]);
  expect(spoken.sort()).toEqual(['en Hello', 'zh-CN 您好']);
  await promptFiles().prepare([prompt], ['en', 'zh-CN'], () => undefined);
  expect(spoken).toHaveLength(2);

  const [media] = first.media(prompt, 'en');
  const file = media && 'file' in media ? `${media.file}.wav` : '';
  truncateSync(file, 0);
  expect(await first.repair(prompt, 'en')).toEqual([media]);
  rmSync(file);
  await first.repair(prompt, 'en');
  expect(existsSync(file)).toBe(true);
  expect(spoken).toHaveLength(4);
});

test('a recording is preferred to speech, a broken one is named and its words are spoken', async () => {
  mkdirSync(join(folder, 'prompts/en'), { recursive: true });
  writeFileSync(join(folder, 'prompts/en/hi.wav'), 'recorded sound');
  writeFileSync(join(folder, 'prompts/en/bad.wav'), 'broken');
  const prompts = promptFiles();
  const hi = { name: 'hi', texts: { en: 'Hello' } };
  const bad = { name: 'bad', texts: { en: 'Sorry' } };
  const problems = await prompts.prepare([hi, bad], ['en'], () => undefined);
  expect(problems).toEqual([
    expect.stringMatching(/bad\.wav is not a sound file that can be read; its words are spoken instead$/),
  ]);
  expect(spoken).toEqual(['en Sorry']);
  const [media] = prompts.media(hi, 'en');
  expect(readFileSync(media && 'file' in media ? `${media.file}.wav` : '', 'utf8')).toContain(
    'recorded sound',
  );
});

test('a language that a prompt lacks falls back to one that it has, and nothing at all to a tone', async () => {
  const prompts = promptFiles();
  const prompt = { name: 'hi', texts: { 'zh-CN': '您好' } };
  await prompts.prepare([prompt], ['zh-CN', 'en'], () => undefined);
  expect(prompts.media(prompt, 'en')).toEqual(prompts.media(prompt, 'zh-CN'));
  expect(prompts.media({ texts: { en: 'never made' } }, 'en')).toEqual([{ tone: 'beep' }]);
});

test('words that look like a path or an option stay words', async () => {
  const prompts = promptFiles();
  await prompts.prepare(
    [{ texts: { en: '../../etc/passwd' } }, { texts: { en: '--help' } }],
    ['en'],
    () => undefined,
  );
  expect(readdirSync(join(folder, 'cache')).every((name) => /^[0-9a-f]{24}\.wav$/.test(name))).toBe(true);
  expect(spoken.sort()).toEqual(['en --help', 'en ../../etc/passwd']);
});
