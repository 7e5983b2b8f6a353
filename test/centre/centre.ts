import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRunningPbx, pbxLogs } from '../../src/setup/choose-pbx.ts';
import { inProject } from '../../src/setup/project.ts';
import { readSecrets } from '../../src/setup/secrets.ts';
import type { Settings } from '../../src/setup/settings.ts';
import { testSettings } from '../asterisk/asterisk.ts';
import { adopt, end } from '../phones/children.ts';
import { PBX_SETTINGS } from './pbx-under-test.ts';

/** The whole product as `npm start` runs it, with data, flow files and ports of its own. */
export class RunningCentre {
  readonly settings: Settings;
  /** Where SIP is spoken, `127.0.0.1:<port>`. */
  readonly server: string;
  readonly #env: Readonly<Record<string, string>>;
  #child?: ChildProcess;
  #passwords = new Map<string, string>();
  output = '';

  /** Holds data and flow files. */
  readonly #home: string;

  private constructor(home: string, settings: Settings, env: Readonly<Record<string, string>>) {
    this.#home = home;
    this.settings = settings;
    this.server = `127.0.0.1:${settings.sipPort}`;
    this.#env = {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      CARILLON_DATA: settings.data,
      CARILLON_PBX_ROOT: settings.pbxRoot,
      CARILLON_SIP_PORT: String(settings.sipPort),
      CARILLON_HTTP_PORT: String(settings.httpPort),
      CARILLON_RTP_PORTS: `${settings.rtpFirst}-${settings.rtpLast}`,
      CARILLON_TRUNK: `${settings.trunk.host}:${settings.trunk.port}`,
      CARILLON_FLOWS: settings.flows,
      ...PBX_SETTINGS,
      ...env,
      ...(settings.asterisk === undefined ? {} : { CARILLON_ASTERISK: settings.asterisk }),
    };
  }

  /**
   * @param furnish may change the flow files, in this folder, before the start
   * @param env further settings
   */
  static async start(
    furnish: (flows: string) => void = () => undefined,
    env: Readonly<Record<string, string>> = {},
  ): Promise<RunningCentre> {
    const parent = inProject('.carillon-test');
    mkdirSync(parent, { recursive: true });
    const home = mkdtempSync(join(parent, 'centre-'));
    const flows = join(home, 'flows');
    copyFlows(flows);
    furnish(flows);
    const data = join(home, 'data');
    const centre = new RunningCentre(
      home,
      await testSettings(data, { env: { CARILLON_FLOWS: flows, ...PBX_SETTINGS, ...env } }),
      env,
    );
    // Prompts are named after what is in them: one test after the other may play the same ones.
    const prompts = join(parent, 'prompts');
    mkdirSync(prompts, { recursive: true });
    mkdirSync(data);
    symlinkSync(prompts, join(data, 'prompts'));
    try {
      await centre.launch();
    } catch (thrown) {
      await centre.stop();
      throw thrown;
    }
    return centre;
  }

  /** Runs `carillon start` and waits until the hotline would answer. */
  async launch(): Promise<void> {
    const child = spawn(process.execPath, [inProject('src/cli.ts'), 'start'], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    adopt(child);
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => {
        this.output += text.toString();
      });
    }
    await this.untilReady(90_000);
    this.#passwords = new Map(
      (JSON.parse(this.cli('phones', '--json')) as { user: string; password: string }[]).map((phone) => [
        phone.user,
        phone.password,
      ]),
    );
  }

  /** What `carillon <args>` prints. */
  cli(...args: string[]): string {
    return this.run(...args).stdout;
  }

  /** Runs `carillon <args>` to its end. */
  run(...args: string[]): {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
  } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [inProject('src/cli.ts'), ...args], {
      env: this.#env,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }

  /** The account of a demonstration phone, as the phone drivers want it. */
  account(user: string): { server: string; user: string; password: string } {
    return { server: this.server, user, password: this.#passwords.get(user) ?? '' };
  }

  /** The answer of the API to an admin: to a POST when there is a `body`, unless another method is named. */
  ask(path: string, body?: object, method = body ? 'POST' : 'GET'): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.settings.httpPort}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${readSecrets(this.settings.data).adminToken}`,
        'content-type': 'application/json',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(5_000),
    });
  }

  /** What the API answers. Rejects when it refuses. */
  async api<Body = Record<string, unknown>>(path: string, body?: object): Promise<Body> {
    const response = await this.ask(path, body);
    const answer = (await response.json()) as Body;
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  async isReady(): Promise<boolean> {
    try {
      return (
        await fetch(`http://127.0.0.1:${this.settings.httpPort}/health`, {
          signal: AbortSignal.timeout(1_000),
        })
      ).ok;
    } catch {
      return false;
    }
  }

  async untilReady(ms: number): Promise<void> {
    for (const deadline = Date.now() + ms; !(await this.isReady()); await sleep(50)) {
      if (Date.now() > deadline || this.#child?.exitCode !== null)
        throw new Error(`not ready: ${this.output}`);
    }
  }

  get supervisorPid(): number {
    return this.#child?.pid ?? -1;
  }

  get daemonPid(): number {
    return Number(readFileSync(join(this.settings.data, 'daemon.pid'), 'utf8'));
  }

  /** The log of its PBX, relative to the data folder. */
  get pbxLog(): string {
    return relative(this.settings.data, pbxLogs(this.settings)[0]);
  }

  get pbxPid(): number {
    return findRunningPbx(this.settings) ?? -1;
  }

  /** Stops it as Ctrl-C does. Resolves with the exit code. */
  async interrupt(): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return child?.exitCode ?? null;
    const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    return gone;
  }

  /** Stops it and removes all that it has. */
  async stop(): Promise<void> {
    await this.interrupt();
    if (this.#child) await end(this.#child, 10_000);
    rmSync(this.#home, { recursive: true, force: true });
  }
}

/** The flow files that ship, without their tests; it is always office hours, whenever the tests run. */
function copyFlows(flows: string): void {
  cpSync(inProject('ivr-flows'), flows, { recursive: true, filter: (path) => !path.endsWith('.test.yaml') });
  const shared = join(flows, 'shared.yaml');
  const text = readFileSync(shared, 'utf8').replace(/\d\d:\d\d-\d\d:\d\d/g, '00:00-24:00');
  writeFileSync(shared, text);
}

/** Waits until `look` gives something; rejects with `what` after `ms`. */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | undefined | false>,
  ms = 10_000,
): Promise<Found> {
  for (const deadline = Date.now() + ms; ; await sleep(50)) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not in ${ms} ms: ${what}`);
  }
}
