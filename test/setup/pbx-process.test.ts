import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readableSettings } from '../../src/cli/doctor/gather-installation.ts';
import { asItRuns, findOtherPbx, findRunningPbx } from '../../src/setup/choose-pbx.ts';
import type { PbxKind, RunningPbx } from '../../src/setup/pbx-installation.ts';
import { adoptPbx, isBooted, launchPbx, runningIn } from '../../src/setup/pbx-process.ts';
import { readSettings } from '../../src/setup/settings.ts';
import { startCarillon } from '../../src/setup/start.ts';
import { freeSipPort } from '../asterisk/asterisk.ts';
import { temporaryFolder } from './temporary-folder.ts';

const NODE = { command: process.execPath, args: [], env: {} };
const LIVES = 'setInterval(() => undefined, 1000)';
const DEAF = `process.on('SIGTERM', () => undefined); console.log('up'); ${LIVES}`;

/** A process that was started as a PBX is, with `mark` among its arguments. */
function stranger(mark: string): ChildProcess {
  const child = spawn(process.execPath, ['-e', LIVES, mark], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

function launched(script: string, stopWithinMs = 5_000): { running: RunningPbx; console: string } {
  const cwd = temporaryFolder();
  const console = join(cwd, 'console.log');
  const running = launchPbx(NODE, ['-e', script], { cwd, console }, { stopWithinMs });
  onTestFinished(() => running.stop());
  return { running, console };
}

const isAlive = (pid: number | undefined): boolean =>
  !/^State:\s+Z/m.test(
    existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : 'State: Z',
  );

describe('a PBX as a process', () => {
  test('is one of ours only while it runs with our configuration: process ids are used again', async () => {
    const file = join(temporaryFolder(), 'pbx.pid');
    const ours = stranger('/srv/etc');
    writeFileSync(file, `${ours.pid}\n`);
    expect(runningIn(file, '/srv/etc')).toBe(ours.pid);
    expect(runningIn(file, '/srv/et')).toBeUndefined();
    expect(runningIn(join(dirname(file), 'none.pid'), '/srv/etc')).toBeUndefined();
    ours.kill('SIGKILL');
    await once(ours, 'exit');
    expect(runningIn(file, '/srv/etc')).toBeUndefined();
    for (const text of ['', '1', '-1', 'x']) {
      writeFileSync(file, text);
      expect(runningIn(file, '/srv/etc')).toBeUndefined();
    }
  });

  test('keeps what it prints, and leads a group of its own, which Ctrl-C in our terminal does not reach', async () => {
    const { running, console } = launched(DEAF);
    expect(await isBooted(running, async () => readFileSync(console, 'utf8') === 'up\n', 5_000)).toBe(true);
    const [, , , , group] = readFileSync(`/proc/${running.pid}/stat`, 'utf8').split(' ');
    expect(Number(group)).toBe(running.pid);
  });

  test('that does not end when it is asked is killed', async () => {
    const { running, console } = launched(DEAF, 200);
    await isBooted(running, async () => readFileSync(console, 'utf8') === 'up\n', 5_000);
    await running.stop();
    expect(isAlive(running.pid)).toBe(false);
  });

  test('that ends before it answers is not waited for', async () => {
    const { running } = launched('process.exit(1)');
    expect(await isBooted(running, async () => false, 60_000)).toBe(false);
  });

  test('that cannot be started has ended', async () => {
    const cwd = temporaryFolder();
    const places = { cwd, console: join(cwd, 'console.log') };
    const running = launchPbx({ ...NODE, command: '/nowhere/pbx' }, [], places, { stopWithinMs: 100 });
    await running.ended;
    await running.stop();
  });

  test('that is adopted ends when somebody ends it, and when it is told to', async () => {
    const [first, second] = [stranger('/srv/first'), stranger('/srv/second')];
    const one = adoptPbx(first.pid ?? -1, { mark: '/srv/first', stopWithinMs: 5_000 });
    const other = adoptPbx(second.pid ?? -1, { mark: '/srv/second', stopWithinMs: 5_000 });
    expect([one.adopted, one.pid]).toEqual([true, first.pid]);
    first.kill('SIGKILL');
    await one.ended;
    expect(isAlive(second.pid)).toBe(true);
    await other.stop();
    await expect.poll(() => isAlive(second.pid)).toBe(false);
  });
});

describe('a data folder that both PBXs know', () => {
  /** One that runs on this data folder, as far as anybody can see. */
  function runs(kind: PbxKind, data: string): ChildProcess {
    const mark = { asterisk: 'asterisk/etc/asterisk.conf', freeswitch: 'freeswitch/etc' }[kind];
    const child = stranger(join(data, mark));
    const file = join(data, kind, 'run', `${kind}.pid`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, String(child.pid));
    return child;
  }

  test.each<[PbxKind, PbxKind]>([
    ['asterisk', 'freeswitch'],
    ['freeswitch', 'asterisk'],
  ])('%s is found by its name, and as the other one by %s', (kind, other) => {
    const data = temporaryFolder();
    const { pid } = runs(kind, data);
    expect(findRunningPbx({ pbx: kind, data })).toBe(pid);
    expect(findOtherPbx({ pbx: kind, data })).toBeUndefined();
    expect(findRunningPbx({ pbx: other, data })).toBeUndefined();
    expect(findOtherPbx({ pbx: other, data })).toEqual({ kind, pid });
  });

  test('commands beside it find it and its program without being told', () => {
    const data = temporaryFolder();
    const settings = readSettings({ CARILLON_DATA: data });
    expect(asItRuns(settings)).toEqual(settings);
    runs('freeswitch', data);
    expect(asItRuns(settings)).toMatchObject({ pbx: 'freeswitch', freeswitch: process.execPath });
    expect(asItRuns({ ...settings, pbx: 'freeswitch', freeswitch: '/named' }).freeswitch).toBe('/named');
    expect(readableSettings({ CARILLON_DATA: data }).wrong).toEqual([]);
    expect(readableSettings({ CARILLON_DATA: data, CARILLON_PBX: 'asterisk' }).wrong).toEqual([
      'CARILLON_PBX is asterisk in this terminal, but freeswitch runs on the data folder',
    ]);
  });

  test('a start with the other one is refused, says both ways out, and leaves the one that runs alone', async () => {
    const data = temporaryFolder();
    const { pid } = runs('asterisk', data);
    const settings = readSettings({
      CARILLON_PBX: 'freeswitch',
      CARILLON_DATA: data,
      CARILLON_HTTP_PORT: String(await freeSipPort()),
      CARILLON_SIP_PORT: String(await freeSipPort()),
    });
    const start = () => startCarillon(settings, () => undefined, new AbortController().signal);
    await expect(start()).rejects.toMatchObject({ id: 'other-pbx-running' });
    // The lock of the first try is gone.
    await expect(start()).rejects.toThrow(
      new RegExp(`process ${pid}.*CARILLON_PBX=asterisk.*CARILLON_PBX=freeswitch`),
    );
    expect(isAlive(pid)).toBe(true);
  });
});
