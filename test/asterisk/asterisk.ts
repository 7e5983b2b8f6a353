import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type AsteriskProgram, findAsterisk } from '../../src/setup/asterisk/find.ts';
import { type AsteriskPorts, chooseAsteriskPorts, startAsterisk } from '../../src/setup/asterisk/process.ts';
import { asteriskHome, renderAsterisk } from '../../src/setup/asterisk/render.ts';
import { ensureDataFolder } from '../../src/setup/data-folder.ts';
import type { RunningPbx } from '../../src/setup/pbx-installation.ts';
import type { Phone } from '../../src/setup/phone.ts';
import { freeTcpPort, obstacle } from '../../src/setup/ports.ts';
import { inProject } from '../../src/setup/project.ts';
import { ensureSecrets, type Secrets } from '../../src/setup/secrets.ts';
import { readSettings, type Settings } from '../../src/setup/settings.ts';

/** A real Asterisk of its own for a test: own ports, own data folder, the product's own configuration. */
export interface TestAsterisk {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly ports: AsteriskPorts;
  readonly asterisk: AsteriskProgram;
  readonly phones: readonly Phone[];
  /** Where SIP is spoken, `127.0.0.1:<port>`. */
  readonly sip: string;
  readonly process: RunningPbx;
  /** Kills it as a crash would (kill -9), and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same data after `kill`. */
  restart(): Promise<void>;
  /** Stops it and removes its data folder. */
  stop(): Promise<void>;
}

export const TEST_PHONES: readonly Phone[] = [
  { extension: '1001', password: 'test-phone-1001', name: 'Agent One' },
  { extension: '1002', password: 'test-phone-1002', name: '李娜' },
  { extension: '1003', password: 'test-phone-1003', name: 'Agent Three' },
];

/** Starts an Asterisk. `trunk` is where outside calls go, `host:port`; nobody listens there unless the test does. */
export async function startTestAsterisk(
  options: { phones?: readonly Phone[]; trunk?: string; env?: Record<string, string> } = {},
): Promise<TestAsterisk> {
  const phones = options.phones ?? TEST_PHONES;
  const parent = inProject('.carillon-test');
  mkdirSync(parent, { recursive: true });
  const settings = await testSettings(mkdtempSync(join(parent, 'run-')), options);
  ensureDataFolder(settings.data);
  const secrets = ensureSecrets(settings.data);
  const asterisk = await findAsterisk(settings, () => undefined);
  mkdirSync(asteriskHome(settings.data), { recursive: true });
  const ports = await chooseAsteriskPorts(settings.data);
  renderAsterisk(settings, secrets, ports, phones, asterisk);
  const start = () => startAsterisk(asterisk.program, settings.data, ports, secrets.ariPassword);
  let running = await start().catch((error: unknown) => {
    rmSync(settings.data, { recursive: true, force: true });
    throw error;
  });
  return {
    settings,
    secrets,
    ports,
    asterisk,
    phones,
    sip: `127.0.0.1:${settings.sipPort}`,
    get process() {
      return running;
    },
    async kill() {
      process.kill(running.pid, 'SIGKILL');
      await running.ended;
    },
    async restart() {
      running = await start();
    },
    async stop() {
      await running.stop();
      rmSync(settings.data, { recursive: true, force: true });
    },
  };
}

/** Settings that collide with nobody: free ports, and the private Asterisk that an earlier run unpacked. */
export async function testSettings(
  data: string,
  options: { trunk?: string; env?: Record<string, string> } = {},
): Promise<Settings> {
  const first = await freeRtpBlock();
  return readSettings({
    CARILLON_DATA: data,
    CARILLON_PBX_ROOT: sharedPbxRoot(),
    CARILLON_ASTERISK: process.env.CARILLON_ASTERISK,
    CARILLON_SIP_PORT: String(await freeSipPort()),
    CARILLON_HTTP_PORT: String(await freeTcpPort()),
    CARILLON_RTP_PORTS: `${first}-${first + 199}`,
    CARILLON_TRUNK: options.trunk ?? `127.0.0.1:${await freeSipPort()}`,
    ...options.env,
  });
}

/** One unpacked Asterisk for all tests: the one named, else that of `npm start`, else one for tests only. */
export function sharedPbxRoot(): string {
  if (process.env.CARILLON_PBX_ROOT) return process.env.CARILLON_PBX_ROOT;
  const ofStart = inProject('.carillon/pbx');
  return existsSync(ofStart) ? ofStart : inProject('.carillon-test/pbx');
}

/** A port that is free for UDP and TCP. */
export async function freeSipPort(): Promise<number> {
  for (;;) {
    const port = await freeTcpPort();
    if (port < 65000 && (await obstacle('127.0.0.1', port, 'udp')) === undefined) return port;
  }
}

/** The first of 200 UDP ports below the range that the kernel gives to others. */
async function freeRtpBlock(): Promise<number> {
  for (;;) {
    const first = 12000 + 200 * Math.floor(Math.random() * 90);
    const probes = [first, first + 2, first + 100, first + 198];
    const taken = await Promise.all(probes.map((port) => obstacle('127.0.0.1', port, 'udp')));
    if (taken.every((code) => code === undefined)) return first;
  }
}
