import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { adopt, end } from './children.ts';
import { freePortBlock } from './ports.ts';
import { Sound, toneFile } from './tone.ts';

const PROGRAM = '/usr/bin/linphonec';

/** Linphone without its window: a second brand of phone that nobody here wrote. */
export class Linphone {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #server: string;
  #output = '';

  private constructor(child: ChildProcess, folder: string, server: string) {
    this.#child = child;
    this.#folder = folder;
    this.#server = server;
    child.stdout?.on('data', (text: Buffer) => {
      this.#output = (this.#output + text.toString()).slice(-20_000);
    });
  }

  /** Starts a phone and registers it at `server`, `127.0.0.1:<port>`. */
  static async start(options: {
    readonly server: string;
    readonly user: string;
    readonly password: string;
    readonly tone?: number;
  }): Promise<Linphone> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'carillon-linphone-'));
    fs.mkdirSync(path.join(folder, '.local/share/linphone'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'rc'), configuration(await freePortBlock(), options));
    const child = spawn(PROGRAM, ['-c', path.join(folder, 'rc')], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { HOME: folder, PATH: '/usr/bin:/bin' },
    });
    adopt(child);
    const phone = new Linphone(child, folder, options.server);
    phone.say('soundcard use files');
    await phone.#until(/^registered, identity/m, 10_000, 'status register');
    phone.say(`record ${path.join(folder, 'heard.wav')}`);
    phone.say(`play ${toneFile(options.tone)}`);
    return phone;
  }

  /** Calls `number` and waits until it is answered. */
  async call(number: string): Promise<void> {
    this.say(`call sip:${number}@${this.#server}`);
    await this.#until(/Call \d+ with .* connected/i, 10_000);
  }

  /** Presses keys, one a second: it takes no more. */
  async press(digits: string): Promise<void> {
    for (const digit of digits) {
      this.say(digit);
      await sleep(1_000);
    }
  }

  /** What it has heard so far. */
  heard(): Sound {
    return Sound.of(fs.readFileSync(path.join(this.#folder, 'heard.wav')));
  }

  async hangup(): Promise<void> {
    this.say('terminate');
    await this.#until(/Call \d+ with .* ended/i, 5_000);
  }

  /** Types a line at its prompt. */
  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  async stop(): Promise<void> {
    this.say('quit');
    await end(this.#child, 1_500);
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Waits until it has said so; `asking` is typed again and again meanwhile. */
  async #until(said: RegExp, ms: number, asking?: string): Promise<void> {
    for (const deadline = Date.now() + ms; !said.test(this.#output); await sleep(100)) {
      if (Date.now() > deadline)
        throw new Error(`linphone did not say ${said} in ${ms} ms, but: ${this.#output.slice(-600)}`);
      if (asking !== undefined) this.say(asking);
    }
  }
}

function configuration(
  port: number,
  options: { readonly server: string; readonly user: string; readonly password: string },
): string {
  const [host] = options.server.split(':');
  return `[sip]
sip_port=${port}
sip_tcp_port=-1
sip_tls_port=-1
register_only_when_network_is_up=0
auto_net_state_mon=0
default_proxy=0
[rtp]
audio_rtp_port=${port + 2}
[sound]
echocancellation=0
[auth_info_0]
username=${options.user}
userid=${options.user}
passwd=${options.password}
realm=asterisk
[proxy_0]
reg_proxy=<sip:${options.server};transport=udp>
reg_identity=<sip:${options.user}@${host}>
reg_expires=300
reg_sendregister=1
`;
}
