import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../src/base/log.ts';
import { EslSocket } from '../../src/pbx/freeswitch/esl-socket-link.ts';
import type { FreeswitchOptions } from '../../src/pbx/freeswitch/pbx.ts';
import { freeTcpPort } from '../../src/setup/ports.ts';
import { inProject } from '../../src/setup/project.ts';
import type { Phone } from '../../src/setup/render-asterisk.ts';
import { fillTemplate } from '../../src/setup/template.ts';
import { freeSipPort } from '../asterisk/asterisk.ts';
import { adopt, end } from '../phones/children.ts';

/** A real FreeSWITCH of its own for a test: own ports, own data folder, the product's own configuration. */
export interface TestFreeswitch {
  readonly home: string;
  /** Where phones and outside callers speak SIP, `127.0.0.1:<port>`. */
  readonly phoneSip: string;
  readonly outsideSip: string;
  readonly options: FreeswitchOptions;
  /** Runs a command past the adapter. */
  ask(command: string): Promise<string>;
  stop(): Promise<void>;
}

const SIP_CONFIG = inProject('sip-config/freeswitch');
const DIALPLAN = inProject('dialplan/freeswitch');
const STARTS_WITHIN_MS = 20_000;
const POLITE_MS = 5_000;

/** Starts the FreeSWITCH that is installed in `program`. @param trunk where outside calls go, `host:port` */
export async function startTestFreeswitch(
  program: string,
  trunk: string,
  phones: readonly Phone[],
): Promise<TestFreeswitch> {
  fs.mkdirSync(inProject('.carillon-test'), { recursive: true });
  const home = fs.mkdtempSync(path.join(inProject('.carillon-test'), 'freeswitch-'));
  const folders = ['etc', 'log', 'db', 'run', 'storage', 'recordings', 'sounds', 'music', 'cache'];
  for (const folder of folders) fs.mkdirSync(path.join(home, folder));
  const [eslPort, sipPort, trunkSipPort] = [await freeTcpPort(), await freeSipPort(), await freeSipPort()];
  const password = randomBytes(24).toString('hex');
  const rtpFirst = 16_000 + 200 * Math.floor(Math.random() * 60);
  render(path.join(home, 'etc'), phones, {
    home,
    eslPort,
    eslPassword: password,
    sipPort,
    trunkSipPort,
    bind: '127.0.0.1',
    trunk,
    trunkNetwork: '127.0.0.1/32',
    othersAtTrunk: 'deny',
    rtpFirst,
    rtpLast: rtpFirst + 399,
    maxCalls: 200,
    music: path.join(home, 'music'),
  });
  const options: FreeswitchOptions = {
    host: '127.0.0.1',
    port: eslPort,
    password,
    recordings: path.join(home, 'recordings'),
    phoneProfile: 'phones',
    domain: 'carillon',
    trunk: 'trunk',
    idPrefix: 'car-',
    log: silentLog,
  };
  const child = launch(program, home);
  adopt(child);
  await listens(options, child).catch(async (error: unknown) => {
    await end(child);
    fs.rmSync(home, { recursive: true, force: true });
    throw error;
  });
  return {
    home,
    phoneSip: `127.0.0.1:${sipPort}`,
    outsideSip: `127.0.0.1:${trunkSipPort}`,
    options,
    ask: (command) => askOnce(options, command),
    async stop() {
      await end(child, POLITE_MS);
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}

function render(etc: string, phones: readonly Phone[], values: Record<string, string | number>): void {
  for (const folder of [SIP_CONFIG, DIALPLAN]) {
    for (const name of fs.readdirSync(folder).filter((one) => one.endsWith('.xml'))) {
      const text = fs.readFileSync(path.join(folder, name), 'utf8');
      fs.writeFileSync(path.join(etc, name), fillTemplate(text, values));
    }
  }
  const each = fs.readFileSync(path.join(SIP_CONFIG, 'each-phone/phones.xml'), 'utf8');
  const users = phones.map((phone) => fillTemplate(each, { ...phone }));
  fs.writeFileSync(path.join(etc, 'phones.xml'), `<include>\n${users.join('')}</include>\n`);
}

function launch(program: string, home: string): ChildProcess {
  const folder = (name: string) => [`-${name}`, path.join(home, name)];
  const args = ['-nf', '-nonat', '-conf', path.join(home, 'etc')];
  const folders = ['log', 'db', 'run', 'storage', 'recordings', 'sounds', 'cache'].flatMap(folder);
  const modules = ['-mod', path.join(program, 'lib/freeswitch/mod')];
  return spawn(path.join(program, 'bin/freeswitch'), [...args, ...folders, ...modules], {
    cwd: home,
    stdio: ['ignore', 'ignore', fs.openSync(path.join(home, 'log/stderr.log'), 'w')],
  });
}

async function listens(options: FreeswitchOptions, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + STARTS_WITHIN_MS;
  while (!(await askOnce(options, 'api sofia status').catch(() => '')).includes('RUNNING')) {
    if (Date.now() > deadline || child.exitCode !== null)
      throw new Error(`FreeSWITCH did not start (exit code ${child.exitCode})`);
    await sleep(100);
  }
}

function askOnce(options: FreeswitchOptions, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: EslSocket = new EslSocket(options, {
      ready: () => {
        socket.send(`${command}\n\n`).then(resolve, reject);
      },
      event: () => undefined,
      closed: (reason) => reject(new Error(reason)),
    });
    const close = () => socket.close('done');
    setTimeout(close, 2_000).unref();
  });
}
