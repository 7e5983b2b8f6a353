import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, Refused } from '../base/errors.ts';
import {
  asteriskLog,
  choosePbxPorts,
  findRunning,
  type RunningAsterisk,
  startAsterisk,
} from './asterisk-process.ts';
import { ensureConsole } from './console-build.ts';
import { askHealth, daemonLog, endLeftoverDaemon, type Health } from './daemon-process.ts';
import { checkSpace, ensureDataFolder, SPACE_TO_RUN } from './data-folder.ts';
import { type AsteriskProgram, findAsterisk } from './find-asterisk.ts';
import { ensureSpeech } from './find-speech.ts';
import { checkHttpPort, checkSipPort, type PbxPorts } from './ports.ts';
import { prepareData } from './prepare.ts';
import { canReload, reloadAsterisk } from './reload-asterisk.ts';
import { asteriskHome, type Phone, renderAsterisk } from './render-asterisk.ts';
import { lastLines } from './run-program.ts';
import { ensureSecrets, type Secrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import { takeStartLock } from './start-lock.ts';
import { type Supervision, supervise } from './supervise.ts';

/** How long a daemon may take from its launch until it takes calls. */
const READY_TIMEOUT_MS = 180_000;

/** Progress is told this often, ms. */
const SAY_AGAIN_MS = 4000;
/** What a daemon lacks in its first moment is not worth a line. */
const SILENT_MS = 1500;
/** A daemon that dies so often before it was ever ready will not get better by waiting. */
const HOPELESS_DEATHS = 3;

/** A Carillon that takes calls. */
export interface RunningCarillon {
  readonly phones: readonly Phone[];
  /** Whether the demo data was put in by this start. */
  readonly seeded: boolean;
  readonly asterisk: AsteriskProgram;
  stop(): Promise<void>;
}

/**
 * Everything from an empty data folder to a centre that takes calls. Throws `Refused` with a sentence for the operator;
 * then nothing is left running. So it is when `signal` tells it to stop half-way.
 */
export async function startCarillon(
  settings: Settings,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<RunningCarillon> {
  if (!existsSync(settings.flows))
    throw new Refused(
      'bad-setting',
      `CARILLON_FLOWS is ${settings.flows}, where there is no folder. Correct or unset it.`,
    );
  ensureDataFolder(settings.data);
  checkSpace(settings.data, SPACE_TO_RUN);
  const release = takeStartLock(settings.data);
  try {
    return await startLocked(settings, release, say, signal);
  } catch (error) {
    release();
    throw error;
  }
}

async function startLocked(
  settings: Settings,
  release: () => void,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<RunningCarillon> {
  const secrets = ensureSecrets(settings.data);
  await endLeftoverDaemon(settings.data);
  await checkHttpPort(settings);
  if (findRunning(settings.data) === undefined) await checkSipPort(settings);
  const program = await findAsterisk(settings, say);
  say(`Asterisk ${program.version} (${originOf(program, settings)})`);
  await ensureSpeech(settings, say);
  // Calls are worth more than pages: without them the centre starts too.
  await ensureConsole(say).catch((error: unknown) => say(messageOf(error)));
  signal.throwIfAborted();
  const { phones, seeded } = await prepareData(settings, secrets, say);
  mkdirSync(asteriskHome(settings.data), { recursive: true, mode: 0o700 });
  const ports = await choosePbxPorts(settings.data);
  const changed = renderAsterisk(settings, secrets, ports, phones, program);
  const start = () => startAsterisk(program.program, settings.data, ports, secrets.ariPassword);
  const asterisk = await upToDate(await start(), changed, start, ports, secrets, say);
  const supervision = supervise(settings, asterisk, start, say);
  try {
    await untilReady(settings, supervision, say, signal);
  } catch (error) {
    await supervision.stop();
    throw error;
  }
  return {
    phones,
    seeded,
    asterisk: program,
    async stop() {
      await supervision.stop();
      release();
    },
  };
}

/** A fresh Asterisk has read the files; an adopted one reads them again, or starts again where that does not do. */
async function upToDate(
  asterisk: RunningAsterisk,
  changed: readonly string[],
  start: () => Promise<RunningAsterisk>,
  ports: PbxPorts,
  secrets: Secrets,
  say: (line: string) => void,
): Promise<RunningAsterisk> {
  if (!asterisk.adopted) return asterisk;
  say(`Asterisk was running already (process ${asterisk.pid}); its calls go on`);
  if (canReload(changed)) {
    await reloadAsterisk(ports, secrets.ariPassword, changed);
    return asterisk;
  }
  say('Settings have changed that need a restart of Asterisk; restarting it');
  await asterisk.stop();
  return start();
}

async function untilReady(
  settings: Settings,
  supervision: Supervision,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  say('Starting the daemon …');
  const tell = onceEach(say);
  const patient = Date.now() + SILENT_MS;
  let problems: string[] = [];
  while (Date.now() < deadline) {
    signal.throwIfAborted();
    const health = await askHealth(settings, 2000);
    if (health.state === 'ready') return;
    if (Date.now() > patient) tell(health);
    problems = health.problems;
    if (supervision.daemonDeaths() >= HOPELESS_DEATHS) break;
    await sleep(50);
  }
  const reason = problems[0] ?? 'it does not say why';
  throw new Refused(
    'not-ready',
    supervision.daemonDeaths() > 0
      ? `The daemon does not start (${tailOf(daemonLog(settings.data))}). The whole story: ${daemonLog(settings.data)}`
      : `The daemon takes no calls after ${READY_TIMEOUT_MS / 1000} seconds: ${reason}. Look into ${daemonLog(settings.data)} and ${asteriskLog(settings.data)}.`,
  );
}

/** Says what the daemon waits for, each thing once, and its figures anew every few seconds. */
function onceEach(say: (line: string) => void): (health: Health) => void {
  const told = new Map<string, number>();
  return (health) => {
    if (health.state !== 'not-ready') return;
    for (const problem of health.problems) {
      const gist = problem.replace(/\d+ of \d+/, '');
      const before = told.get(gist);
      const moves = gist !== problem && before !== undefined && Date.now() - before > SAY_AGAIN_MS;
      if (before !== undefined && !moves) continue;
      say(`  ${problem}`);
      told.set(gist, Date.now());
    }
  };
}

/** The line of a crash report that names the error. */
function tailOf(log: string): string {
  const text = existsSync(log) ? readFileSync(log, 'utf8').slice(-5000) : '';
  const named = text.split('\n').findLast((line) => /^(\w*Error|Refused)\b.*:/.test(line.trim()));
  return named?.trim() ?? (lastLines(text, 1) || 'it prints nothing');
}

function originOf(asterisk: AsteriskProgram, settings: Settings): string {
  if (asterisk.origin === 'private') return `private, in ${settings.pbxRoot}`;
  return asterisk.origin === 'path' ? 'found on the PATH' : 'as CARILLON_ASTERISK says';
}
