import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningPbx } from './pbx-installation.ts';
import type { Program } from './run-program.ts';

const POLL_MS = 50;

/** How a PBX of ours is known and ended. */
export interface PbxProcess {
  /** An argument that only the one with this configuration was started with. */
  readonly mark: string;
  /** How long it may take to say goodbye to all callers, ms; then it is killed. */
  readonly stopWithinMs: number;
}

/**
 * Starts it in a process group of its own: Ctrl-C in the terminal, or the end of the supervisor, must not take the calls along.
 * @param console file for what it prints, which is added to
 */
export function launchPbx(
  program: Program,
  args: readonly string[],
  { cwd, console }: { readonly cwd: string; readonly console: string },
  { stopWithinMs }: Pick<PbxProcess, 'stopWithinMs'>,
): RunningPbx {
  const output = openSync(console, 'a', 0o600);
  // What it writes is for its owner alone: FreeSWITCH writes down its whole configuration, passwords included.
  const before = process.umask(0o077);
  const child = spawn(program.command, [...program.args, ...args], {
    cwd,
    env: { ...process.env, ...program.env },
    detached: true,
    stdio: ['ignore', output, output],
  });
  process.umask(before);
  closeSync(output);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  const pid = child.pid ?? -1;
  return { pid, adopted: false, ended, stop: () => end(pid, ended, stopWithinMs) };
}

/** Takes over one that an earlier supervisor started. */
export function adoptPbx(pid: number, { mark, stopWithinMs }: PbxProcess): RunningPbx {
  const ended = (async () => {
    while (wasStartedWith(pid, mark)) await sleep(POLL_MS * 5);
  })();
  return { pid, adopted: true, ended, stop: () => end(pid, ended, stopWithinMs) };
}

/** The process that the file names, if it runs and was started with `mark`: process ids are used again. */
export function runningIn(pidFile: string, mark: string): number | undefined {
  const pid = Number.parseInt(textOf(pidFile), 10);
  return Number.isInteger(pid) && pid > 1 && wasStartedWith(pid, mark) ? pid : undefined;
}

/** Absolute path of the program that a process runs; undefined when it has ended, or is another user's. */
export function programOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}

/** Whether it takes calls, waiting for at most `timeoutMs`; false as soon as it has ended. */
export async function isBooted(
  running: RunningPbx,
  answers: () => Promise<boolean>,
  timeoutMs: number,
): Promise<boolean> {
  let over = false;
  void running.ended.then(() => {
    over = true;
  });
  const deadline = Date.now() + timeoutMs;
  while (!over && Date.now() < deadline) {
    if (await answers()) return true;
    await sleep(POLL_MS);
  }
  return false;
}

async function end(pid: number, ended: Promise<void>, patienceMs: number): Promise<void> {
  signal(pid, 'SIGTERM');
  const inTime = await Promise.race([ended.then(() => true), sleep(patienceMs, false, { ref: false })]);
  if (inTime) return;
  signal(pid, 'SIGKILL');
  await ended;
}

function signal(pid: number, name: NodeJS.Signals): void {
  if (pid <= 1) return;
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function wasStartedWith(pid: number, mark: string): boolean {
  return textOf(`/proc/${pid}/cmdline`).split('\0').includes(mark);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
