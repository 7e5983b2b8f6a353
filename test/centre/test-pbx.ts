import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import { choosePbx, connectPbx } from '../../src/setup/choose-pbx.ts';
import { ensureDataFolder } from '../../src/setup/data-folder.ts';
import type { PbxConnections, PbxInstallation } from '../../src/setup/pbx-installation.ts';
import type { Phone } from '../../src/setup/phone.ts';
import { inProject } from '../../src/setup/project.ts';
import { ensureSecrets } from '../../src/setup/secrets.ts';
import type { Settings } from '../../src/setup/settings.ts';
import { TEST_PHONES, testSettings } from '../asterisk/asterisk.ts';
import { type PbxItself, pbxItself } from './pbx-itself.ts';
import { PBX_SETTINGS } from './pbx-under-test.ts';

/** The PBX under test by itself, without a daemon: own ports, own data folder, the product's own configuration. */
export interface TestPbx {
  readonly settings: Settings;
  readonly installation: PbxInstallation;
  readonly itself: PbxItself;
  readonly phones: readonly Phone[];
  /** Where SIP is spoken, `127.0.0.1:<port>`. */
  readonly sip: string;
  readonly pid: number;
  /** What its log says. */
  log(): string;
  /** What a daemon would have of it. */
  connections(): PbxConnections;
  /** Kills it as a crash would (kill -9), and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same data. */
  restart(): Promise<void>;
  /** Stops it and removes its data folder. */
  stop(): Promise<void>;
}

/** Starts it. `trunk` is where outside calls go, `host:port`; nobody listens there unless the test does. */
export async function startTestPbx(
  options: { trunk?: string; env?: Record<string, string> } = {},
): Promise<TestPbx> {
  const parent = inProject('.carillon-test');
  mkdirSync(parent, { recursive: true });
  const env = { ...PBX_SETTINGS, ...options.env };
  const settings = await testSettings(mkdtempSync(join(parent, 'run-')), { ...options, env });
  ensureDataFolder(settings.data);
  const secrets = ensureSecrets(settings.data);
  const installation = choosePbx(settings, secrets);
  await installation.find(() => undefined);
  await installation.configure(TEST_PHONES);
  let running = await installation.start().catch((error: unknown) => {
    rmSync(settings.data, { recursive: true, force: true });
    throw error;
  });
  return {
    settings,
    installation,
    itself: pbxItself(settings.data),
    phones: TEST_PHONES,
    sip: `127.0.0.1:${settings.sipPort}`,
    get pid() {
      return running.pid;
    },
    log: () => readFileSync(installation.logs[0], 'utf8'),
    connections: () => connectPbx(settings, secrets, () => silentLog),
    async kill() {
      process.kill(running.pid, 'SIGKILL');
      await running.ended;
    },
    async restart() {
      running = await installation.start();
    },
    async stop() {
      await running.stop();
      rmSync(settings.data, { recursive: true, force: true });
    },
  };
}
