import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { chooseSpeech } from '../../src/speech/choose-speech.ts';
import type { Delivery } from '../../src/speech/speech.ts';
import { joiningSox } from './joining-sox.ts';

const folder = mkdtempSync(join(tmpdir(), 'carillon-program-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'out.wav');
beforeEach(() => rmSync(file, { force: true }));

/** Writes how it was called into the file that its first argument names. */
const program = join(folder, 'says.cjs');
writeFileSync(
  program,
  `const [file, ...args] = process.argv.slice(2);
   const input = require('node:fs').readFileSync(0, 'utf8');
   require('node:fs').writeFileSync(file, JSON.stringify({ args, input }) + ' ');`,
);

/** Says the names of its environment too. */
const tellsEnvironment = join(folder, 'tells.cjs');
writeFileSync(
  tellsEnvironment,
  `require('node:fs').writeFileSync(process.argv[2], JSON.stringify(process.env));`,
);

const tools = { espeak: { command: '/nowhere/espeak-ng', args: [] }, sox: joiningSox };
const says = (args: string) => `"${process.execPath}" ${program} ${args}`;

async function said(setting: string, text: string, delivery?: Delivery, language = 'en') {
  await chooseSpeech(setting, tools).speak(text, language, file, delivery);
  return readFileSync(file, 'utf8').trim().split('} {').length === 1
    ? JSON.parse(readFileSync(file, 'utf8'))
    : readFileSync(file, 'utf8');
}

test('the text is on stdin, or in an argument where it is asked for', async () => {
  expect(await said(says('{file} --lang={language}'), 'Hello $HOME; "you"')).toEqual({
    args: ['--lang=en'],
    input: 'Hello $HOME; "you"\n',
  });
  expect(await said(says('{file} "{text}" {voice}'), 'Hello {file} "you"')).toEqual({
    args: ['Hello {file} "you"', 'en'],
    input: '',
  });
});

test('a program gets no more of our environment than it needs to run', async () => {
  process.env.CARILLON_SERVICE_TOKENS = 'bank=secret';
  const ours = { PATH: '/bin', HOME: '/home/me', LC_ALL: 'C.UTF-8', CARILLON_SERVICE_TOKENS: 'bank=secret' };
  const line = `"${process.execPath}" ${tellsEnvironment} {file}`;
  try {
    for (const [environment, passed] of [
      [ours, { PATH: '/bin', HOME: '/home/me', LC_ALL: 'C.UTF-8' }],
      [undefined, {}],
    ] as const) {
      await chooseSpeech(line, tools, environment).speak('Hello', 'en', file);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(passed);
    }
  } finally {
    delete process.env.CARILLON_SERVICE_TOKENS;
  }
});

test('espeak-ng reads the words on stdin, where other users do not see them, and gets its own environment only', async () => {
  const says = `const { readFileSync, writeFileSync } = require('node:fs');
    const args = process.argv.slice(1);
    const input = readFileSync(0, 'utf8');
    writeFileSync(args[args.indexOf('-w') + 1], JSON.stringify({ args, input, env: process.env }));`;
  for (const own of [{ ESPEAK_DATA_PATH: '/data' }, undefined]) {
    const espeak = { command: process.execPath, args: ['-e', says, '--'], env: own };
    await chooseSpeech('', { ...tools, espeak }, process.env).speak('Li Lei --help', 'en', file);
    const { args, input, env } = JSON.parse(readFileSync(file, 'utf8'));
    expect(input).toBe('Li Lei --help');
    expect(args).toContain('--stdin');
    expect(args.join(' ')).not.toContain('Li');
    expect(env).toEqual(own ?? {});
  }
});

test('the persona’s voice is named, and nothing is left beside the file', async () => {
  const delivery = { voices: { en: { voice: 'amy low' } } };
  expect(await said(says('{file} {voice}'), 'Hello', delivery)).toMatchObject({ args: ['amy low'] });
  expect(readdirSync(folder).sort()).toEqual(['out.wav', 'says.cjs', 'tells.cjs']);
});

test.each(['--help', ' -rf /', '@/etc/passwd', '/etc/passwd', '--', '---@'])(
  'the text %j cannot be taken for an option or a file',
  async (text) => {
    const { args } = await said(says('{file} {text}'), text);
    expect(args.join()).toMatch(/^(?![-@/ ])/);
  },
);

test('each stretch of a language is spoken by itself', async () => {
  const both = String(await said(says('{file} {language} {text}'), '请按1。For English', undefined, 'zh-CN'));
  expect(both).toContain('["zh-CN","请按1。"]');
  expect(both).toContain('["en","For English"]');
});

test.each([
  ['hangs', `-e "setTimeout(() => 0, 60000)" {file}`, /did not end within 300 ms$/],
  ['fails', `-e "console.error('no model'); process.exit(3)" {file}`, /no model$/],
  ['fails without a word', `-e "process.exit(4)" {file}`, /ended with 4$/],
  ['writes nothing', `-e "0" {file}`, /wrote no file$/],
])('a program that %s is named', async (_, args, reason) => {
  const speech = chooseSpeech(`"${process.execPath}" ${args}`, tools);
  await expect(speech.speak('Hello', 'en', file, { timeoutMs: 300 })).rejects.toMatchObject({
    id: 'speech-failed',
    message: expect.stringMatching(reason),
  });
});

test('with a program that hangs, all that it started is ended too', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const inner = `require('node:net').connect(${port}, '127.0.0.1').on('error', () => 0)`;
  const outer = join(folder, 'starts.cjs');
  writeFileSync(
    outer,
    `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio: 'inherit' });`,
  );
  const ended = once(server, 'connection').then(([socket]) => once(socket.resume(), 'close'));
  const speech = chooseSpeech(`"${process.execPath}" ${outer} {file}`, tools);
  await expect(speech.speak('Hello', 'en', file, { timeoutMs: 2_000 })).rejects.toThrow(/did not end/);
  await ended;
  server.close();
  rmSync(outer);
});

test('a program that is not there is named', async () => {
  await expect(chooseSpeech('/nowhere/piper {file}', tools).speak('Hello', 'en', file)).rejects.toThrow(
    'there is no program /nowhere/piper',
  );
});

test.each(['piper', 'piper --output_file out.wav', 'piper "{file}', '{file}'])(
  'the setting %j is refused with what to do',
  (setting) => {
    expect(() => chooseSpeech(setting, tools)).toThrow(expect.objectContaining({ id: 'bad-setting' }));
  },
);

test('the setting chooses espeak-ng, a service or a program', () => {
  expect(chooseSpeech(' ', tools).voice).toMatch(/^espeak-ng/);
  expect(chooseSpeech('HTTPS://tts.example/speak', tools).voice).toBe('service https://tts.example/speak');
  expect(chooseSpeech('piper -f {file}', tools).voice).toBe('program piper -f {file}');
});
