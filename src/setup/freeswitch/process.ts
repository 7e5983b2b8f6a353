import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refused } from '../../base/errors.ts';
import { encodeApi } from '../../pbx/freeswitch/esl-encoder.ts';
import { sayOnce } from '../../pbx/freeswitch/esl-once-link.ts';
import { boundLog } from '../bounded-log.ts';
import type { RunningPbx } from '../pbx-installation.ts';
import { adoptPbx, isBooted, launchPbx, runningIn } from '../pbx-process.ts';
import { recordingsFolder } from '../recordings.ts';
import { plainProgram } from '../run-program.ts';
import type { FreeswitchProgram } from './find.ts';
import { freeswitchConsole, freeswitchEtc, freeswitchHome, freeswitchLog } from './home.ts';
import type { FreeswitchPorts } from './ports.ts';

/** On its first start it makes certificates, which takes a slow machine a while. */
const BOOT_TIMEOUT_MS = 90_000;
/** An adopted one is up already, or hangs. */
const ADOPT_TIMEOUT_MS = 5_000;
/** It takes 4 to 5 s when all is well. */
const STOP_TIMEOUT_MS = 8_000;
/** Folders of its own in its home; each is told it by the flag of that name. */
const FOLDERS = [
  'log',
  'db',
  'run',
  'certs',
  'storage',
  'cache',
  'temp',
  'sounds',
  'scripts',
  'htdocs',
  'grammar',
];

/** Process id of a FreeSWITCH that runs with the configuration of this data folder, if there is one. */
export function findRunningFreeswitch(data: string): number | undefined {
  return runningIn(join(freeswitchHome(data), 'run/freeswitch.pid'), freeswitchEtc(data));
}

/** The folders that it needs, absolute. */
export function freeswitchFolders(data: string): string[] {
  return [...FOLDERS.map((name) => join(freeswitchHome(data), name)), recordingsFolder(data)];
}

/**
 * Starts FreeSWITCH on the rendered configuration and waits until it takes calls. One that runs already is adopted, with all its
 * calls. Throws `Refused('freeswitch-failed')` with what it said last.
 */
export async function startFreeswitch(
  program: FreeswitchProgram,
  data: string,
  ports: FreeswitchPorts,
  eslPassword: string,
): Promise<RunningPbx> {
  const answers = () => takesCalls(ports, eslPassword);
  const found = findRunningFreeswitch(data);
  if (found !== undefined) {
    const running = adoptPbx(found, { mark: freeswitchEtc(data), stopWithinMs: STOP_TIMEOUT_MS });
    if (await isBooted(running, answers, ADOPT_TIMEOUT_MS)) return running;
    await running.stop();
  }
  for (const log of [freeswitchConsole(data), freeswitchLog(data)]) boundLog(log);
  const saidBefore = [freeswitchLog(data), freeswitchConsole(data)].map((log) => textOf(log).length);
  const running = launch(program, data);
  if (await isBooted(running, answers, BOOT_TIMEOUT_MS)) return running;
  await running.stop();
  throw new Refused(
    'freeswitch-failed',
    `FreeSWITCH did not start: ${firstComplaint(data, saidBefore)} See ${freeswitchLog(data)}.`,
  );
}

function launch(program: FreeswitchProgram, data: string): RunningPbx {
  const console = freeswitchConsole(data);
  const folders = FOLDERS.flatMap((name) => [`-${name}`, join(freeswitchHome(data), name)]);
  const args = [
    // In the foreground, without a console that would read from us; no priority above everything else on the machine.
    ...['-nf', '-nc', '-np', '-nonat', '-nonatmap'],
    ...['-conf', freeswitchEtc(data), '-mod', program.modules, '-recordings', recordingsFolder(data)],
    ...folders,
  ];
  return launchPbx(
    plainProgram(program.command),
    args,
    { cwd: freeswitchHome(data), console },
    {
      stopWithinMs: STOP_TIMEOUT_MS,
    },
  );
}

/** Its event socket answers before its SIP side takes anything. */
async function takesCalls({ esl }: FreeswitchPorts, password: string): Promise<boolean> {
  try {
    const said = await sayOnce({ host: '127.0.0.1', port: esl, password }, encodeApi('sofia', 'status'));
    return /^\s*carillon\s+profile\s.*\bRUNNING\b/m.test(said);
  } catch {
    return false;
  }
}

/** What FreeSWITCH complained about first in this start, for a sentence: later complaints mostly follow from it. */
function firstComplaint(data: string, saidBefore: readonly number[]): string {
  const said = [freeswitchLog(data), freeswitchConsole(data)].map((log, at) =>
    textOf(log).slice(saidBefore[at]),
  );
  const lines = said.flatMap((text) => text.trim().split('\n')).filter((line) => line !== '');
  const complaint = lines.find((line) => /\[(ERR|CRIT|ALERT)\]|^Cannot /.test(line)) ?? lines.at(-1);
  const text = complaint?.replace(/^.*?\[(ERR|CRIT|ALERT)\]\s*/, '').trim();
  return text ? `"${text.slice(0, 200)}".` : 'it said nothing.';
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
