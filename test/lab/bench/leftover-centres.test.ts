import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { removeLeftoverCentres } from '../../../src/lab/bench/leftover-centres.ts';

const parent = mkdtempSync(join(tmpdir(), 'carillon-leftovers-'));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(parent, { recursive: true, force: true });
});

/** A bench's folder in which something runs that looks like `carillon start`. */
async function centreOf(bench: number) {
  const data = join(parent, `${bench}-x`, 'data');
  mkdirSync(data, { recursive: true });
  const script = join(parent, `${bench}-x`, 'cli.ts');
  writeFileSync(script, 'console.log("up"); setInterval(() => undefined, 1000);');
  const child = spawn(process.execPath, [script, 'start'], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  writeFileSync(join(data, 'start.lock'), `${child.pid}\n`);
  return { child, data };
}

test('the supervisor of a bench that was killed is ended and its data removed; a bench that lives keeps both', async () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  const [left, ours] = [await centreOf(gone), await centreOf(process.pid)];
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    left.child.once('exit', (_code, signal) => resolve(signal)),
  );
  await removeLeftoverCentres(parent);
  expect(await ended).toBe('SIGKILL');
  expect([existsSync(left.data), existsSync(ours.data)]).toEqual([false, true]);
  expect([ours.child.exitCode, ours.child.signalCode]).toEqual([null, null]);
});
