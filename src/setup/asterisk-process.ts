import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refused } from '../base/errors.ts';
import { boundLog } from './bounded-log.ts';
import { freeTcpPort, obstacle, type PbxPorts } from './ports.ts';
import { asteriskEtc, asteriskHome } from './render-asterisk.ts';
import type { Program } from './run-program.ts';

const BOOT_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5000;
const POLL_MS = 50;

/** An Asterisk of ours that is up. */
export interface RunningAsterisk {
  readonly pid: number;
  /** It was running already: an earlier supervisor left it behind. */
  readonly adopted: boolean;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends it: asks first, so that every caller gets a BYE; after five seconds insists. */
  stop(): Promise<void>;
}

/** The log that Asterisk writes notices, warnings and errors to. */
export function asteriskLog(data: string): string {
  return join(asteriskHome(data), 'log/messages.log');
}

/** What Asterisk prints outside of its log, such as why it does not start. */
export function asteriskConsole(data: string): string {
  return join(asteriskHome(data), 'log/console.log');
}

/**
 * The ports of the control interfaces, as remembered from the last time; chosen anew where there is none, or where
 * somebody else took one. While an Asterisk of this folder runs, its ports stay.
 */
export async function choosePbxPorts(data: string): Promise<PbxPorts> {
  const known = readPbxPorts(data);
  if (known && (findRunning(data) !== undefined || (await areFree(known)))) return known;
  const ari = await freeTcpPort();
  let ami = await freeTcpPort();
  while (ami === ari) ami = await freeTcpPort();
  const ports = { ari, ami };
  writeFileSync(portsFile(data), `${JSON.stringify(ports)}\n`, { mode: 0o600 });
  return ports;
}

/** The remembered ports of the control interfaces, or undefined before the first start. */
export function readPbxPorts(data: string): PbxPorts | undefined {
  if (!existsSync(portsFile(data))) return undefined;
  try {
    const { ari, ami } = JSON.parse(readFileSync(portsFile(data), 'utf8')) as Partial<PbxPorts>;
    return Number.isInteger(ari) && Number.isInteger(ami)
      ? { ari: Number(ari), ami: Number(ami) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Process id of an Asterisk that runs with the configuration of this data folder, if there is one. */
export function findRunning(data: string): number | undefined {
  const file = join(asteriskHome(data), 'run/asterisk.pid');
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
  return Number.isInteger(pid) && pid > 1 && isOurs(pid, data) ? pid : undefined;
}

/**
 * Starts Asterisk on the rendered configuration and waits until it takes calls. One that runs already is adopted, with
 * all its calls. Throws `Refused('asterisk-failed')` with what it said last.
 */
export async function startAsterisk(
  program: Program,
  data: string,
  ports: PbxPorts,
  ariPassword: string,
): Promise<RunningAsterisk> {
  const found = findRunning(data);
  if (found !== undefined) {
    const running = adopt(found, data);
    if (await isBooted(ports, ariPassword, running, 5000)) return running;
    await running.stop();
  }
  const running = launch(program, data);
  if (await isBooted(ports, ariPassword, running, BOOT_TIMEOUT_MS)) return running;
  await running.stop();
  throw new Refused(
    'asterisk-failed',
    `Asterisk did not start: ${firstComplaint(data)} See ${asteriskLog(data)}.`,
  );
}

function launch(program: Program, data: string): RunningAsterisk {
  boundLog(asteriskConsole(data));
  boundLog(asteriskLog(data));
  // A control socket of a killed Asterisk makes the next one believe that it runs already.
  rmSync(join(asteriskHome(data), 'run/asterisk.ctl'), { force: true });
  const output = openSync(asteriskConsole(data), 'a', 0o600);
  const child = spawn(program.command, [...program.args, '-f', '-n', '-C', configurationOf(data)], {
    cwd: asteriskHome(data),
    env: { ...process.env, ...program.env },
    // Its own process group: Ctrl-C in the terminal, or the end of the supervisor, must not take the calls along.
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  const pid = child.pid ?? -1;
  return { pid, adopted: false, ended, stop: () => end(pid, ended) };
}

function adopt(pid: number, data: string): RunningAsterisk {
  const ended = (async () => {
    while (isOurs(pid, data)) await sleep(POLL_MS * 5);
  })();
  return { pid, adopted: true, ended, stop: () => end(pid, ended) };
}

async function end(pid: number, ended: Promise<void>): Promise<void> {
  signal(pid, 'SIGTERM');
  const inTime = await Promise.race([ended.then(() => true), sleep(STOP_TIMEOUT_MS, false, { ref: false })]);
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

/** Whether Asterisk takes calls, waiting for at most `timeoutMs`; false as soon as it has ended. */
async function isBooted(
  ports: PbxPorts,
  ariPassword: string,
  running: RunningAsterisk,
  timeoutMs: number,
): Promise<boolean> {
  let over = false;
  running.ended.then(() => {
    over = true;
  });
  const deadline = Date.now() + timeoutMs;
  while (!over && Date.now() < deadline) {
    if (await answersPing(ports, ariPassword)) return true;
    await sleep(POLL_MS);
  }
  return false;
}

/** ARI answers 503 until every module is loaded. */
async function answersPing(ports: PbxPorts, ariPassword: string): Promise<boolean> {
  const authorization = `Basic ${Buffer.from(`carillon:${ariPassword}`).toString('base64')}`;
  try {
    const response = await fetch(`http://127.0.0.1:${ports.ari}/ari/asterisk/ping`, {
      headers: { authorization },
      signal: AbortSignal.timeout(1000),
    });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

/** What Asterisk complained about first in this start, for a sentence: later complaints mostly follow from it. */
function firstComplaint(data: string): string {
  const thisStart = (textOf(asteriskLog(data)).split(' built by ').at(-1) ?? '').split('\n');
  const lines = [...thisStart, ...textOf(asteriskConsole(data)).trim().split('\n').slice(-1)];
  const complaint = lines.find((line) => line.includes('ERROR')) ?? lines.at(-1);
  const text = complaint?.replace(/^.*?ERROR\S*\s*/, '').trim();
  return text ? `"${text.slice(0, 200)}".` : 'it said nothing.';
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function isOurs(pid: number, data: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(configurationOf(data));
  } catch {
    return false;
  }
}

async function areFree(ports: PbxPorts): Promise<boolean> {
  const taken = [
    await obstacle('127.0.0.1', ports.ari, 'tcp'),
    await obstacle('127.0.0.1', ports.ami, 'tcp'),
  ];
  return taken.every((code) => code === undefined);
}

function configurationOf(data: string): string {
  return join(asteriskEtc(data), 'asterisk.conf');
}

function portsFile(data: string): string {
  return join(asteriskHome(data), 'ports.json');
}
