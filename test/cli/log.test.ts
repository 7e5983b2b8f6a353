import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  durationMs,
  fieldsText,
  jsonLine,
  type LogFilter,
  logFilter,
  readLogLine,
} from '../../src/cli/log-line.ts';
import { inProject } from '../../src/setup/project.ts';
import { Place } from './carillon.ts';

const line = (time: string, level: number, msg: string, fields: object = {}): string =>
  JSON.stringify({ level, time, ...fields, msg });

const LOG = [
  line('2026-07-20T10:00:00.000Z', 30, 'callers enter this version', { part: 'flows', flow: 'hotline' }),
  line('2026-07-20T10:01:00.000Z', 40, 'the PBX refused', { part: 'engine', call: 'call-1', leg: 'leg-7' }),
  line('2026-07-20T10:02:00.000Z', 20, 'leg not ready', { leg: 'leg-7' }),
  line('2026-07-20T10:03:00.000Z', 50, 'a step failed', { call: 'call-2', stack: 'Error: x\n    at y' }),
  'Error: no port',
  '    at main.ts:40',
  line('2026-07-20T10:04:00.000Z', 30, 'Carillon is up'),
];

test.each<[string, LogFilter, string[]]>([
  [
    'all but what is for developers',
    { level: 30 },
    [
      'callers enter this version',
      'the PBX refused',
      'a step failed',
      'Error: no port',
      '    at main.ts:40',
      'Carillon is up',
    ],
  ],
  ['one call', { level: 20, call: 'call-1' }, ['the PBX refused']],
  ['one leg', { level: 20, call: 'leg-7' }, ['the PBX refused', 'leg not ready']],
  [
    'the last while, with the crash report in it',
    { level: 30, since: Date.parse('2026-07-20T10:02:30Z') },
    ['a step failed', 'Error: no port', '    at main.ts:40', 'Carillon is up'],
  ],
  ['what is bad', { level: 50 }, ['a step failed', 'Error: no port', '    at main.ts:40']],
])('%s', (_what, filter, expected) => {
  expect(
    LOG.map(readLogLine)
      .filter(logFilter(filter))
      .map(({ message }) => message),
  ).toEqual(expected);
});

test('lengths of time, and fields in few words', () => {
  expect(['90s', '10m', '2h', '1d', '10', 'm', '-1m', '1w'].map(durationMs)).toEqual([
    90_000,
    600_000,
    7_200_000,
    86_400_000,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(fieldsText({ call: 'call-1', reason: 'no answer', n: 3, stack: 'x', list: ['a'] })).toBe(
    'call=call-1 reason="no answer" n=3 list=["a"]',
  );
});

test('the command shows both files, nothing that a terminal obeys, and says what it does not understand', async () => {
  const place = new Place();
  mkdirSync(join(place.data, 'log'), { recursive: true });
  writeFileSync(join(place.data, 'log/daemon.log.1'), `${LOG[0]}\n`);
  writeFileSync(
    join(place.data, 'log/daemon.log'),
    `${LOG[1]}\n${line('2026-07-20T10:05:00.000Z', 30, 'said \u001b[2J', { name: 'a\u001bb' })}\n`,
  );
  const [all, call, wrong, level] = await Promise.all([
    place.run(['log']),
    place.run(['log', '--call', 'call-1', '--json']),
    place.run(['log', '--since', 'yesterday']),
    place.run(['log', '--level', 'loud']),
  ]);
  expect(all.out.split('\n').slice(0, 2)).toEqual([
    '2026-07-20 10:00:00.000 info  flows: callers enter this version flow=hotline',
    '2026-07-20 10:01:00.000 warn  engine: the PBX refused call=call-1 leg=leg-7',
  ]);
  expect(all.out).not.toContain('\u001b');
  expect(call.out).toBe(`${LOG[1]}\n`);
  expect([wrong.code, level.code]).toEqual([2, 2]);
  expect(wrong.err).toContain('write such as 90s, 10m, 2h or 1d');
  expect(level.err).toContain('debug');
});

test.each(['9e15', '"+275760-09-14T00:00:00Z"', 'null', '{}'])(
  'a line whose time is %s ends nothing',
  (time) => {
    const { at, message } = readLogLine(`{"level":30,"time":${time},"msg":"x"}`);
    expect(message).toBe('x');
    expect(() => new Date(at ?? 0).toISOString()).not.toThrow();
  },
);

test('for programs every line is JSON, and nothing that a terminal obeys', () => {
  expect(jsonLine(LOG[1]!)).toBe(LOG[1]);
  expect(jsonLine('\u001b[2J{ no JSON')).toBe('{"level":50,"msg":"[2J{ no JSON"}');
  expect(jsonLine('{"msg":"a\u009b2Jb"}')).toBe('{"msg":"a2Jb"}');
  const long = line('2026-07-20T10:00:00.000Z', 50, 'x', { stack: 'y'.repeat(5_000) });
  expect(jsonLine(long)).toBe(long);
});

test('followed, it goes on with what is added, also after the file was emptied', async () => {
  const place = new Place();
  const file = join(place.data, 'log/daemon.log');
  mkdirSync(join(place.data, 'log'), { recursive: true });
  writeFileSync(file, `${LOG[0]}\n`);
  const child = spawn(process.execPath, [inProject('src/cli.ts'), 'log', '--follow'], {
    env: { PATH: '/nowhere', CARILLON_FLOWS: place.flows, CARILLON_DATA: place.data },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString();
  });
  await expect.poll(() => out, { timeout: 20_000 }).toContain('callers enter this version');
  appendFileSync(file, `${LOG[1]}\n`);
  await expect.poll(() => out, { timeout: 10_000 }).toContain('the PBX refused');
  truncateSync(file, 0);
  await new Promise((resolve) => setTimeout(resolve, 600));
  appendFileSync(file, `${LOG[6]}\n`);
  await expect.poll(() => out, { timeout: 10_000 }).toContain('Carillon is up');
});

test('status names the PBX that the settings choose, and its log', async () => {
  const place = new Place();
  const chosen = { CARILLON_HTTP_PORT: '15082', CARILLON_PBX: 'freeswitch' };
  const { out } = await place.run(['status'], chosen);
  expect(out).toMatch(/^freeswitch +not running$/m);
  expect(out).toContain(join(place.data, 'freeswitch/log/'));
  expect(out).not.toContain('asterisk');
});

test('status names what runs, says what is wrong, and ends with 1 while no calls are taken', async () => {
  const place = new Place();
  const { code, out } = await place.run(['status'], { CARILLON_HTTP_PORT: '15082' });
  expect(code).toBe(1);
  expect(out).toMatch(/^daemon +does not answer$/m);
  expect(out).toMatch(/^asterisk +not running$/m);
  expect(out).toContain('npx carillon doctor');
});
