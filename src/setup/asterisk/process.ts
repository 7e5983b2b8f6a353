import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refused } from '../../base/errors.ts';
import { boundLog } from '../bounded-log.ts';
import type { RunningPbx } from '../pbx-installation.ts';
import { adoptPbx, isBooted, launchPbx, runningIn } from '../pbx-process.ts';
import { freeTcpPort, obstacle } from '../ports.ts';
import type { Program } from '../run-program.ts';
import { asteriskEtc, asteriskHome } from './render.ts';

const BOOT_TIMEOUT_MS = 60_000;
/** An adopted one is up already, or hangs. */
const ADOPT_TIMEOUT_MS = 5_000;
const STOP_TIMEOUT_MS = 5_000;

/** Loopback TCP ports of Asterisk's control interfaces. */
export interface AsteriskPorts {
  /** HTTP: ARI, and SIP over websocket. */
  readonly ari: number;
  readonly ami: number;
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
export async function chooseAsteriskPorts(data: string): Promise<AsteriskPorts> {
  const known = readAsteriskPorts(data);
  if (known && (findRunningAsterisk(data) !== undefined || (await areFree(known)))) return known;
  const ari = await freeTcpPort();
  let ami = await freeTcpPort();
  while (ami === ari) ami = await freeTcpPort();
  const ports = { ari, ami };
  writeFileSync(portsFile(data), `${JSON.stringify(ports)}\n`, { mode: 0o600 });
  return ports;
}

/** The remembered ports of the control interfaces, or undefined before the first start. */
export function readAsteriskPorts(data: string): AsteriskPorts | undefined {
  if (!existsSync(portsFile(data))) return undefined;
  try {
    const { ari, ami } = JSON.parse(readFileSync(portsFile(data), 'utf8')) as Partial<AsteriskPorts>;
    return Number.isInteger(ari) && Number.isInteger(ami)
      ? { ari: Number(ari), ami: Number(ami) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Process id of an Asterisk that runs with the configuration of this data folder, if there is one. */
export function findRunningAsterisk(data: string): number | undefined {
  return runningIn(join(asteriskHome(data), 'run/asterisk.pid'), configurationOf(data));
}

/**
 * Starts Asterisk on the rendered configuration and waits until it takes calls. One that runs already is adopted, with
 * all its calls. Throws `Refused('asterisk-failed')` with what it said last.
 */
export async function startAsterisk(
  program: Program,
  data: string,
  ports: AsteriskPorts,
  ariPassword: string,
): Promise<RunningPbx> {
  const answers = () => answersPing(ports, ariPassword);
  const found = findRunningAsterisk(data);
  if (found !== undefined) {
    const running = adoptPbx(found, { mark: configurationOf(data), stopWithinMs: STOP_TIMEOUT_MS });
    if (await isBooted(running, answers, ADOPT_TIMEOUT_MS)) return running;
    await running.stop();
  }
  const running = launch(program, data);
  if (await isBooted(running, answers, BOOT_TIMEOUT_MS)) return running;
  await running.stop();
  throw new Refused(
    'asterisk-failed',
    `Asterisk did not start: ${firstComplaint(data)} See ${asteriskLog(data)}.`,
  );
}

function launch(program: Program, data: string): RunningPbx {
  const console = asteriskConsole(data);
  boundLog(console);
  boundLog(asteriskLog(data));
  // A control socket of a killed Asterisk makes the next one believe that it runs already.
  rmSync(join(asteriskHome(data), 'run/asterisk.ctl'), { force: true });
  const places = { cwd: asteriskHome(data), console };
  return launchPbx(program, ['-f', '-n', '-C', configurationOf(data)], places, {
    stopWithinMs: STOP_TIMEOUT_MS,
  });
}

/** ARI answers 503 until every module is loaded. */
async function answersPing(ports: AsteriskPorts, ariPassword: string): Promise<boolean> {
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

async function areFree(ports: AsteriskPorts): Promise<boolean> {
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
