import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { boundLog } from './bounded-log.ts';
import { inProject, projectFolder } from './project.ts';
import { hostPort, reachableHost, type Settings } from './settings.ts';

const STOP_TIMEOUT_MS = 5000;

/** What `/health` says, or that nobody answers. */
export type Health =
  | { readonly state: 'ready' }
  | { readonly state: 'not-ready' | 'silent'; readonly problems: string[] };

/** The daemon's own process. */
export interface DaemonProcess {
  readonly pid: number;
  readonly ended: Promise<void>;
  /** Asks it to end, and insists after five seconds. */
  stop(): Promise<void>;
  kill(): void;
}

/** The log of the daemon. */
export function daemonLog(data: string): string {
  return join(data, 'log/daemon.log');
}

/** Starts the daemon. It ends by itself when this process vanishes, because its IPC channel closes. */
export function launchDaemon(settings: Settings): DaemonProcess {
  mkdirSync(join(settings.data, 'log'), { recursive: true, mode: 0o700 });
  boundLog(daemonLog(settings.data));
  const output = openSync(daemonLog(settings.data), 'a', 0o600);
  const child = spawn(process.execPath, [inProject('src/main.ts'), nameTag(settings.data)], {
    cwd: projectFolder,
    env: process.env,
    // Its own process group: Ctrl-C in the terminal reaches the supervisor alone, which then stops all in order.
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
  });
  closeSync(output);
  const ended = endOf(child);
  if (child.pid) writeFileSync(pidFile(settings.data), `${child.pid}\n`, { mode: 0o600 });
  return {
    pid: child.pid ?? -1,
    ended,
    kill: () => child.kill('SIGKILL'),
    async stop() {
      child.kill('SIGTERM');
      const inTime = await Promise.race([
        ended.then(() => true),
        sleep(STOP_TIMEOUT_MS, false, { ref: false }),
      ]);
      if (!inTime) child.kill('SIGKILL');
      await ended;
      rmSync(pidFile(settings.data), { force: true });
    },
  };
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

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
}

function isDaemon(pid: number, data: string): boolean {
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
