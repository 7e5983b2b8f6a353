import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../base/errors.ts';
import { boundLog } from './bounded-log.ts';
import { type FromDaemon, SPARE, TAKE_OVER } from './lifeline.ts';
import { inProject, projectFolder } from './project.ts';
import type { Pulse } from './pulse.ts';
import { hostPort, reachableHost, type Settings } from './settings.ts';
import { starvedMs } from './starved.ts';

const STOP_TIMEOUT_MS = 5000;

/** What `/health` says, or that nobody answers. */
export type Health =
  | { readonly state: 'ready' }
  | { readonly state: 'not-ready' | 'silent'; readonly problems: string[] };

/** The daemon's own process, or that of a spare. */
export interface DaemonProcess {
  readonly pid: number;
  /** Resolves with its exit code; undefined when a signal ended it. */
  readonly ended: Promise<number | undefined>;
  pulse(): Pulse;
  /** Tells a spare that it is the daemon now. */
  takeOver(): void;
  /** Asks it to end, and insists after five seconds. */
  stop(): Promise<void>;
  kill(): void;
}

/** The log of the daemon. */
export function daemonLog(data: string): string {
  return join(data, 'log/daemon.log');
}

/**
 * Starts the daemon, or a spare: one that has loaded its code, has nothing open and waits until it is told to take over. Either
 * ends by itself when this process vanishes, because its IPC channel closes.
 */
export function launchDaemon(settings: Settings, as: 'daemon' | 'spare'): DaemonProcess {
  const { data } = settings;
  mkdirSync(join(data, 'log'), { recursive: true, mode: 0o700 });
  boundLog(daemonLog(data));
  const output = openSync(daemonLog(data), 'a', 0o600);
  const child = spawn(
    process.execPath,
    [
      ...['--import', pathToFileURL(inProject('src/setup/quick-imports.ts')).href],
      ...[inProject('src/main.ts'), nameTag(data), ...(as === 'spare' ? [SPARE] : [])],
    ],
    {
      cwd: projectFolder,
      env: { ...process.env, NODE_COMPILE_CACHE: join(data, 'cache/code') },
      // Its own process group: Ctrl-C in the terminal reaches the supervisor alone, which then stops all in order.
      detached: true,
      stdio: ['ignore', output, output, 'ipc'],
    },
  );
  closeSync(output);
  const ended = endOf(child);
  const pulse = pulseOf(child);
  const pid = child.pid ?? -1;
  if (as === 'daemon') notePid(data, pid);
  return {
    pid,
    ended,
    pulse,
    takeOver() {
      notePid(data, pid);
      // When it is gone already, its end says so.
      child.send(TAKE_OVER, () => undefined);
    },
    kill: () => child.kill('SIGKILL'),
    async stop() {
      child.kill('SIGTERM');
      const inTime = await Promise.race([
        ended.then(() => true),
        sleep(STOP_TIMEOUT_MS, false, { ref: false }),
      ]);
      if (!inTime) child.kill('SIGKILL');
      await ended;
    },
  };
}

/** For the next start, which ends whom it finds there. */
function notePid(data: string, pid: number): void {
  try {
    writeFileSync(pidFile(data), `${pid}\n`, { mode: 0o600 });
  } catch (error) {
    // A full disk must not keep calls from being served. An old note names nobody of ours.
    process.stderr.write(`${pidFile(data)}: ${messageOf(error)}\n`);
  }
}

/** Forgets the daemon after it has ended in order. */
export function forgetDaemon(data: string): void {
  rmSync(pidFile(data), { force: true });
}

/** Ends a daemon that outlived its supervisor, such as one that hangs. Two on one PBX would fight over every call. */
export async function endLeftoverDaemon(data: string): Promise<void> {
  const file = pidFile(data);
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
  for (let tries = 0; tries < 100 && pid > 1 && isDaemon(pid, data); tries += 1) {
    // A healthy one is ending already.
    if (tries === 20) process.kill(pid, 'SIGKILL');
    await sleep(50);
  }
}

/** Asks the daemon how it is. Waits at most `timeoutMs`. */
export async function askHealth(settings: Settings, timeoutMs: number): Promise<Health> {
  const address = hostPort(reachableHost(settings), settings.httpPort);
  try {
    const response = await fetch(`http://${address}/health`, { signal: AbortSignal.timeout(timeoutMs) });
    const body = (await response.json().catch(() => ({}))) as { problems?: unknown };
    if (response.status === 200) return { state: 'ready' };
    return { state: 'not-ready', problems: Array.isArray(body.problems) ? body.problems.map(String) : [] };
  } catch {
    return { state: 'silent', problems: [`nobody answers on ${address}`] };
  }
}

function endOf(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(undefined));
    child.once('exit', (code) => resolve(code ?? undefined));
  });
}

function pulseOf(child: ChildProcess): () => Pulse {
  const starved = (): number => (child.pid === undefined ? 0 : starvedMs(child.pid));
  let heard: Pulse = { heardAt: performance.now() };
  let starvedThen = starved();
  child.on('message', (said: FromDaemon) => {
    const heardAt = performance.now();
    heard = { heardAt, upSince: heard.upSince ?? (said === 'up' ? heardAt : undefined) };
    starvedThen = starved();
  });
  return () => ({ ...heard, starvedMs: Math.max(0, starved() - starvedThen) });
}

/** True while `pid` is a daemon, or a spare, of this data folder. */
export function isDaemon(pid: number, data: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(nameTag(data));
  } catch {
    return false;
  }
}

/** An argument that only tells which data folder a process belongs to. */
function nameTag(data: string): string {
  return `--data=${data}`;
}

function pidFile(data: string): string {
  return join(data, 'daemon.pid');
}
