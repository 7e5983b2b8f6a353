import fs from 'node:fs';
import path from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import { sayOnce } from '../../src/pbx/freeswitch/esl-once-link.ts';
import type { FreeswitchOptions } from '../../src/pbx/freeswitch/pbx.ts';
import { freeswitchHome } from '../../src/setup/freeswitch/home.ts';
import { freeswitchInstallation } from '../../src/setup/freeswitch/installation.ts';
import { readFreeswitchPorts } from '../../src/setup/freeswitch/ports.ts';
import type { Phone } from '../../src/setup/phone.ts';
import { inProject } from '../../src/setup/project.ts';
import { recordingsFolder } from '../../src/setup/recordings.ts';
import { ensureSecrets } from '../../src/setup/secrets.ts';
import type { Settings } from '../../src/setup/settings.ts';
import { testSettings } from '../asterisk/asterisk.ts';
import { toneWav } from '../phones/tone.ts';

/** A real FreeSWITCH of its own for a test: own ports, own data folder, the product's own configuration. */
export interface TestFreeswitch {
  readonly settings: Settings;
  readonly home: string;
  /** Where phones and outside callers speak SIP, `127.0.0.1:<port>`. */
  readonly phoneSip: string;
  readonly outsideSip: string;
  readonly options: FreeswitchOptions;
  readonly pid: number;
  /** Runs a command past the adapter. */
  ask(command: string): Promise<string>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** Ends it as somebody does who stops the centre; its data stay. */
  stopInOrder(): Promise<void>;
  /** Starts it again on the same data; resolves when it takes calls. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** What callers hear who wait, Hz. */
const MUSIC = 350;

/** Starts the FreeSWITCH that is installed in `program`. @param trunk where outside calls go, `host:port` */
export async function startTestFreeswitch(
  program: string,
  trunk: string,
  phones: readonly Phone[],
  env: Record<string, string> = {},
): Promise<TestFreeswitch> {
  fs.mkdirSync(inProject('.carillon-test'), { recursive: true });
  const data = fs.mkdtempSync(path.join(inProject('.carillon-test'), 'freeswitch-'));
  const rtpFirst = 16_000 + 200 * Math.floor(Math.random() * 60);
  const settings = await testSettings(data, {
    trunk,
    env: {
      CARILLON_PBX: 'freeswitch',
      CARILLON_FREESWITCH: program,
      CARILLON_RTP_PORTS: `${rtpFirst}-${rtpFirst + 799}`,
      ...env,
    },
  });
  const home = freeswitchHome(data);
  fs.mkdirSync(path.join(home, 'music/default'), { recursive: true });
  fs.writeFileSync(path.join(home, 'music/default/tone.wav'), toneWav(MUSIC, 8_000));
  const secrets = ensureSecrets(data);
  const installation = freeswitchInstallation(settings, secrets);
  await installation.find(() => undefined);
  await installation.configure(phones);
  let running = await installation.start().catch((error: unknown) => {
    fs.rmSync(data, { recursive: true, force: true });
    throw error;
  });
  const sip = `127.0.0.1:${settings.sipPort}`;
  const options: FreeswitchOptions = {
    host: '127.0.0.1',
    port: readFreeswitchPorts(data)?.esl ?? 0,
    password: secrets.eslPassword,
    recordings: recordingsFolder(data),
    phoneProfile: 'carillon',
    domain: 'carillon',
    trunk: 'trunk',
    idPrefix: 'car-',
    log: silentLog,
  };
  return {
    settings,
    home,
    get pid() {
      return running.pid;
    },
    async kill() {
      process.kill(running.pid, 'SIGKILL');
      await running.ended;
    },
    stopInOrder: () => running.stop(),
    async restart() {
      running = await installation.start();
    },
    phoneSip: sip,
    outsideSip: sip,
    options,
    ask: (command) => sayOnce(options, `${command}\n\n`),
    async stop() {
      await running.stop();
      fs.rmSync(data, { recursive: true, force: true });
    },
  };
}
