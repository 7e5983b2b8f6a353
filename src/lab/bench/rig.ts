/** A real centre for benches: the product's own daemon and PBX, on data, flow files and ports of their own. */

import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentStore } from '../../agent/store.ts';
import { EventLog } from '../../engine/store.ts';
import { choosePbx } from '../../setup/choose-pbx.ts';
import { askHealth, daemonLog } from '../../setup/daemon-process.ts';
import { ensureDataFolder } from '../../setup/data-folder.ts';
import { ensureSpeech } from '../../setup/find-speech.ts';
import type { PbxInstallation, PbxKind, RunningPbx } from '../../setup/pbx-installation.ts';
import type { Phone } from '../../setup/phone.ts';
import { freeTcpPort, obstacle } from '../../setup/ports.ts';
import { prepareData, storeFile } from '../../setup/prepare.ts';
import { inProject, projectFolder } from '../../setup/project.ts';
import { lastLines } from '../../setup/run-program.ts';
import { ensureSecrets, type Secrets } from '../../setup/secrets.ts';
import { readSettings, type Settings } from '../../setup/settings.ts';
import { connect, type Database } from '../../store/connect.ts';
import { endNow, removeLeftoverCentres } from './leftover-centres.ts';
import { freeUdpPort } from './sipp.ts';

export interface RigOptions {
  /** Content of the files in the folder of flows, by their path in it, such as `bench.yaml` or `prompts/en/tone.wav`. */
  readonly flows: Readonly<Record<string, string | Uint8Array>>;
  /** What it runs on; Asterisk when not said. */
  readonly pbx?: PbxKind;
  /** Changes the PBX's rendered configuration, which lies in the folder `etc`. */
  readonly adjust?: (etc: string, settings: Settings) => void;
  /** Content of the routing file; the one that ships when not said. */
  readonly routing?: string;
  /** Puts more into the database than the demonstration, such as phones. */
  readonly furnish?: (database: Database) => Promise<void>;
  /** Further settings, `CARILLON_…`. */
  readonly env?: Readonly<Record<string, string>>;
  /** UDP ports for audio; a call takes two of them, and the PBX admits a call for each four. 8,000 when not said. */
  readonly rtpPorts?: number;
  readonly say: (line: string) => void;
}

/** The PBX runs; daemons are started and stopped as the bench likes. */
export interface Rig {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly phones: readonly Phone[];
  /** What it runs on, for people: `Asterisk 22.10.1 (…)`. */
  readonly program: string;
  readonly installation: PbxInstallation;
  /** The whole environment that a daemon, or `carillon start`, needs to work on this centre. */
  readonly env: Readonly<Record<string, string>>;
  /** Where SIP is spoken, `127.0.0.1:<port>`. */
  readonly server: string;
  /** The PBX that was started last. */
  readonly pbx: RunningPbx;
  /** Starts the PBX again on the same data, after the one before has ended. */
  restartPbx(): Promise<RunningPbx>;
  /**
   * Starts a daemon and waits until it takes calls; one beside another needs a `CARILLON_HTTP_PORT` of its own.
   * Rejects with what its log says last.
   */
  startDaemon(options?: DaemonOptions): Promise<RigDaemon>;
  /** Ends all that runs and removes the data. */
  stop(): Promise<void>;
}

export interface DaemonOptions {
  /** Arguments for Node, such as `--inspect`. */
  readonly nodeArgs?: readonly string[];
  /** Settings that differ from the rig's. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RigDaemon {
  readonly pid: number;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Asks it to end, and insists after five seconds. */
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5000;
const PARENT = '.carillon-bench';

/** Starts the PBX with everything ready for daemons. Whatever ends this process ends them all. @throws Refused as `npm start` does */
export async function startRig(options: RigOptions): Promise<Rig> {
  const { say } = options;
  await removeLeftoverCentres(inProject(PARENT));
  const home = mkdtempSync(join(inProject(PARENT), `${process.pid}-`));
  const flows = join(home, 'flows');
  for (const [path, content] of Object.entries(options.flows)) {
    mkdirSync(dirname(join(flows, path)), { recursive: true });
    writeFileSync(join(flows, path), content);
  }
  const env = {
    ...(await environment(home, flows, options.rtpPorts ?? 8000)),
    CARILLON_PBX: options.pbx ?? 'asterisk',
    ...(options.routing === undefined ? {} : { CARILLON_ROUTING: join(home, 'routing.yaml') }),
    ...options.env,
  };
  if (options.routing !== undefined) writeFileSync(join(home, 'routing.yaml'), options.routing);
  const settings = readSettings(env);
  ensureDataFolder(settings.data);
  const secrets = ensureSecrets(settings.data);
  const installation = choosePbx(settings, secrets);
  const program = await installation.find(say);
  await ensureSpeech(settings, say);
  await prepareData(settings, secrets, () => undefined);
  const phones = await furnished(settings, options.furnish);
  await installation.configure(phones);
  options.adjust?.(installation.etc, settings);
  let pbx = await installation.start();
  const daemons = new Set<RigDaemon>();
  const endWithUs = () => endNow(pbx.pid);
  const interrupted = () => process.exit(130);
  process.once('exit', endWithUs);
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  return {
    settings,
    secrets,
    phones,
    program,
    installation,
    env,
    server: `127.0.0.1:${settings.sipPort}`,
    get pbx() {
      return pbx;
    },
    async restartPbx() {
      pbx = await installation.start();
      return pbx;
    },
    async startDaemon(options = {}) {
      const daemon = await launch({ ...env, ...options.env }, options.nodeArgs ?? []);
      daemons.add(daemon);
      void daemon.ended.then(() => daemons.delete(daemon));
      return daemon;
    },
    async stop() {
      await Promise.all([...daemons].map((daemon) => daemon.stop()));
      await pbx.stop();
      process.off('exit', endWithUs).off('SIGINT', interrupted).off('SIGTERM', interrupted);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Returns the phones that there are then. */
async function furnished({ data }: Settings, furnish: RigOptions['furnish']): Promise<readonly Phone[]> {
  const database = connect(storeFile(data));
  try {
    await furnish?.(database);
    return await new AgentStore(database, new EventLog(database)).phones();
  } finally {
    database.close();
  }
}

/** Settings that collide with nobody, over what the caller's own environment says of where PBXs are. */
async function environment(home: string, flows: string, rtpPorts: number): Promise<Record<string, string>> {
  const firstRtp = await freeRtpBlock(rtpPorts);
  const { PATH = '', HOME = '', CARILLON_ASTERISK = '', CARILLON_PBX_ROOT } = process.env;
  const { FREESWITCH_HOME, CARILLON_FREESWITCH = FREESWITCH_HOME ?? '' } = process.env;
  const ofStart = inProject('.carillon/pbx');
  return {
    PATH,
    HOME,
    CARILLON_ASTERISK,
    CARILLON_FREESWITCH,
    CARILLON_PBX_ROOT: CARILLON_PBX_ROOT || (existsSync(ofStart) ? ofStart : inProject(PARENT, 'pbx')),
    CARILLON_DATA: join(home, 'data'),
    CARILLON_FLOWS: flows,
    CARILLON_SIP_PORT: String(await freeUdpPort()),
    CARILLON_HTTP_PORT: String(await freeTcpPort()),
    CARILLON_TRUNK: `127.0.0.1:${await freeUdpPort()}`,
    CARILLON_RTP_PORTS: `${firstRtp}-${firstRtp + rtpPorts - 1}`,
  };
}

/** The first of a block of UDP ports below those that the kernel gives to others. PBXs step over single ones that are taken. */
async function freeRtpBlock(size: number): Promise<number> {
  for (;;) {
    const first = 12_000 + 100 * Math.floor(Math.random() * ((32_000 - 12_000 - size) / 100));
    const probes = Array.from({ length: 20 }, (_, index) => first + Math.floor((index * size) / 20));
    const taken = await Promise.all(probes.map((port) => obstacle('127.0.0.1', port, 'udp')));
    if (taken.every((code) => code === undefined)) return first;
  }
}

async function launch(
  env: Readonly<Record<string, string>>,
  nodeArgs: readonly string[],
): Promise<RigDaemon> {
  const settings = readSettings(env);
  const log = daemonLog(settings.data);
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, 'a', 0o600);
  const child = spawn(process.execPath, [...nodeArgs, inProject('src/main.ts')], {
    cwd: projectFolder,
    env,
    // The daemon ends when this channel closes.
    stdio: ['ignore', output, output, 'ipc'],
  });
  closeSync(output);
  let over = false;
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  }).then(() => {
    over = true;
  });
  for (const deadline = Date.now() + READY_TIMEOUT_MS; ; await sleep(25)) {
    if ((await askHealth(settings, 1000)).state === 'ready' && !over) break;
    if (!over && Date.now() < deadline) continue;
    child.kill('SIGKILL');
    throw new Error(`the daemon does not get ready: ${lastLines(readFileSync(log, 'utf8'), 5)}`);
  }
  return {
    pid: child.pid ?? -1,
    ended,
    async stop() {
      // One that was stopped by a signal hears of no other.
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const insist = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(insist);
    },
  };
}
