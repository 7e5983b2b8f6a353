import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRunningPbx } from '../../../setup/choose-pbx.ts';
import type { PbxKind } from '../../../setup/pbx-installation.ts';
import { inProject } from '../../../setup/project.ts';
import { type Rig, type RigOptions, startRig } from '../rig.ts';
import { benchFlows, unlimitedDialling } from './flows.ts';

const READY_MS = 120_000;
const STOP_MS = 20_000;

/** The whole product as `npm start` runs it: supervisor, daemon, PBX. */
export interface Centre {
  readonly rig: Rig;
  /** Process id of `carillon start`. */
  readonly supervisorPid: number;
  /** Process id of the daemon that takes calls now. */
  daemonPid(): number;
  pbxPid(): number | undefined;
  stop(): Promise<void>;
}

export interface CentreOptions {
  readonly say: (line: string) => void;
  /** See `RigOptions`. */
  readonly pbx?: PbxKind;
  /** Content of the flow files by name; all that ship, and ours, when not said. */
  readonly flows?: Readonly<Record<string, string | Uint8Array>>;
  /** See `RigOptions`. */
  readonly routing?: string;
  readonly furnish?: RigOptions['furnish'];
  /** UDP ports for audio, four for each channel. */
  readonly rtpPorts?: number;
  /** Options of Node for supervisor and daemon, such as `--import=file:///…`. */
  readonly nodeOptions?: string;
  /** Further settings, `CARILLON_…`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A rig with the flows of these benches; prompts that an earlier run made are used again. */
export async function startFaultRig({
  say,
  pbx = 'asterisk',
  flows = benchFlows(),
  rtpPorts = 2000,
  env,
  routing,
  furnish,
}: CentreOptions): Promise<Rig> {
  const prompts = inProject('.carillon-bench/prompts');
  mkdirSync(prompts, { recursive: true });
  const classOfService = inProject('.carillon-bench/class-of-service.yaml');
  writeFileSync(classOfService, unlimitedDialling());
  const rig = await startRig({
    pbx,
    flows,
    rtpPorts,
    say,
    env: { CARILLON_CLASS_OF_SERVICE: classOfService, ...env },
    ...(routing !== undefined && { routing }),
    ...(furnish && { furnish }),
  });
  const own = join(rig.settings.data, 'prompts');
  if (!existsSync(own)) symlinkSync(prompts, own);
  return rig;
}

/** Starts `carillon start` on a rig of its own and waits until calls are taken. */
export async function startCentre(options: CentreOptions): Promise<Centre> {
  const rig = await startFaultRig(options);
  const { data } = rig.settings;
  const child = spawn(process.execPath, [inProject('src/cli.ts'), 'start'], {
    env: { ...rig.env, ...(options.nodeOptions ? { NODE_OPTIONS: options.nodeOptions } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let isUp = false;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      output = (output + text.toString()).slice(-10_000);
      // Such as that it replaces a daemon that hangs.
      if (isUp)
        for (const line of text.toString().matchAll(/^• (.+)$/gm)) options.say(`  supervisor: ${line[1]}`);
    });
  const endWithUs = (): void => {
    child.kill('SIGKILL');
    const pid = findRunningPbx(rig.settings);
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  };
  process.once('exit', endWithUs);
  const stop = async (): Promise<void> => {
    await interrupt(child);
    process.off('exit', endWithUs);
    await rig.stop();
  };
  try {
    await untilReady(rig, child, () => output);
  } catch (error) {
    await stop();
    throw error;
  }
  isUp = true;
  return {
    rig,
    supervisorPid: child.pid ?? -1,
    daemonPid: () => Number(readFileSync(join(data, 'daemon.pid'), 'utf8')),
    pbxPid: () => findRunningPbx(rig.settings),
    stop,
  };
}

/** Whether a call that came in now would be answered. */
export async function isReady(rig: Rig, timeoutMs = 1_000): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${rig.settings.httpPort}/health`, {
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function untilReady(rig: Rig, child: ChildProcess, output: () => string): Promise<void> {
  for (const deadline = Date.now() + READY_MS; !(await isReady(rig)); await sleep(50)) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`carillon start does not get ready:\n${output()}`);
  }
}

/** Ends it as Ctrl-C does. */
async function interrupt(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGINT');
  const insist = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(insist);
}
