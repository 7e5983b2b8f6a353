import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, Refused } from '../base/errors.ts';
import { choosePbx, findOtherPbx } from './choose-pbx.ts';
import { ensureConsole } from './console-build.ts';
import { askHealth, daemonLog, endLeftoverDaemon, type Health } from './daemon-process.ts';
import { checkSpace, ensureDataFolder, SPACE_TO_RUN } from './data-folder.ts';
import { ensureSpeech } from './find-speech.ts';
import type { PbxInstallation, RunningPbx } from './pbx-installation.ts';
import type { Phone } from './phone.ts';
import { checkHttpPort, checkSipPort } from './ports.ts';
import { prepareData } from './prepare.ts';
import { lastLines } from './run-program.ts';
import { ensureSecrets } from './secrets.ts';
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
  /** What it runs on, for people. */
  readonly pbx: string;
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
  refuseOther(settings);
  const pbx = choosePbx(settings, secrets);
  if (pbx.findRunning() === undefined) await checkSipPort(settings);
  const found = await pbx.find(say);
  say(found);
  await ensureSpeech(settings, say);
  // Calls are worth more than pages: without them the centre starts too.
  await ensureConsole(say).catch((error: unknown) => say(messageOf(error)));
  signal.throwIfAborted();
  const { phones, seeded } = await prepareData(settings, secrets, say);
  const changed = await pbx.configure(phones);
  const running = await upToDate(await pbx.start(), pbx, changed, say);
  const supervision = supervise(settings, pbx, running, say);
  try {
    await untilReady(settings, pbx, supervision, say, signal);
  } catch (error) {
    await supervision.stop();
    throw error;
  }
  return {
    phones,
    seeded,
    pbx: found,
    async stop() {
      await supervision.stop();
      release();
    },
  };
}

/** Two would answer at the same port, and the calls of the other one would be left alone. */
function refuseOther(settings: Settings): void {
  const other = findOtherPbx(settings);
  if (other)
    throw new Refused(
      'other-pbx-running',
      `Another PBX, ${other.kind} (process ${other.pid}), still runs on this data folder, perhaps with calls. Start once more with CARILLON_PBX=${other.kind} and stop that with Ctrl-C, or end the process; then start with CARILLON_PBX=${settings.pbx}.`,
    );
}

/** A fresh PBX has read the files; an adopted one reads them again, or starts again where that does not do. */
async function upToDate(
  running: RunningPbx,
  pbx: PbxInstallation,
  changed: readonly string[],
  say: (line: string) => void,
): Promise<RunningPbx> {
  if (!running.adopted) return running;
  say(`${pbx.name} was running already (process ${running.pid}); its calls go on`);
  if (pbx.canReload(changed)) {
    await pbx.reload(changed);
    return running;
  }
  say(`Settings have changed that need a restart of ${pbx.name}; restarting it`);
  await running.stop();
  return pbx.start();
}

async function untilReady(
  settings: Settings,
  pbx: PbxInstallation,
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
      : `The daemon takes no calls after ${READY_TIMEOUT_MS / 1000} seconds: ${reason}. Look into ${daemonLog(settings.data)} and ${pbx.logs[0]}.`,
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
