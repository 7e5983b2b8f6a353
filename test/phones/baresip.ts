import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { adopt, end } from './children.ts';
import { freePortBlock } from './ports.ts';
import { Sound, toneFile } from './tone.ts';

export interface BaresipOptions {
  /** Where SIP is spoken, `127.0.0.1:<port>`. */
  readonly server: string;
  /** User part of the phone's own address: an extension, or the number that a guest shows. */
  readonly user: string;
  /** Registers with this password; without one it is a guest that only dials. */
  readonly password?: string;
  readonly displayName?: string;
  /** 'auto' answers by itself; default is to ring until `accept`. */
  readonly answer?: 'auto' | 'manual';
  readonly transport?: 'udp' | 'tcp';
  /** Takes calls to any number at this port, as the network does behind a trunk. */
  readonly network?: number;
  /** The tone that it sends, Hz; 440 when not said. */
  readonly tone?: number;
  /** Called with each event of the phone. */
  readonly onEvent?: (event: BaresipMessage) => void;
}

/** A message on baresip's control socket: an answer or an event. */
export interface BaresipMessage {
  readonly type: string;
  readonly param: string;
  /** What the other side is called, where the event is about a call. */
  readonly name?: string;
}

const PROGRAM = '/usr/bin/baresip';
/** Folder for the sound of calls, in the phone's own. */
const HEARD = 'heard';
const MODULES = '/usr/lib/baresip/modules';

/** A SIP phone that nobody here wrote, under script. It sends a tone and keeps what it hears. */
export class Baresip {
  readonly events: BaresipMessage[] = [];
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #server: string;
  readonly #control: net.Socket;
  readonly #answers = new Map<string, (data: string) => void>();
  readonly #onEvent: ((event: BaresipMessage) => void) | undefined;
  #tokens = 0;
  #rest = '';

  private constructor(child: ChildProcess, folder: string, options: BaresipOptions, control: net.Socket) {
    this.#child = child;
    this.#folder = folder;
    this.#server = options.server;
    this.#onEvent = options.onEvent;
    this.#control = control;
    control.setEncoding('utf8');
    control.on('data', (text: string) => this.#read(text));
    control.on('error', () => this.events.push({ type: 'CONTROL_LOST', param: '' }));
  }

  /** Starts a phone; resolves when it is registered, or, for a guest, when it can dial. */
  static async start(options: BaresipOptions): Promise<Baresip> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'carillon-phone-'));
    const port = await freePortBlock();
    const controlPort = port + 4;
    writeConfiguration(folder, port, controlPort, options);
    const child = spawn(PROGRAM, ['-4', '-f', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    adopt(child);
    let output = '';
    const keep = (text: Buffer) => {
      output = (output + text.toString()).slice(-4_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    try {
      const phone = new Baresip(child, folder, options, await connect(controlPort, child));
      if (options.password !== undefined) await phone.#registered();
      return phone;
    } catch (error) {
      await end(child);
      throw new Error(`baresip for ${options.user} did not start: ${output}`, { cause: error });
    }
  }

  /** Calls `number` at the server. */
  async dial(number: string): Promise<void> {
    await this.command('dial', `sip:${number}@${this.#server}`);
  }

  /** Answers the call that rings. */
  async accept(): Promise<void> {
    await this.command('accept');
  }

  /** Ends the call; one that rings is refused with 486. */
  async hangup(): Promise<void> {
    await this.command('hangup');
  }

  /** Presses keys in the call, about four a second. */
  async press(digits: string): Promise<void> {
    await this.command('sndcode', digits);
  }

  /** Resolves when an event of `type` is there (also one from before); rejects after `ms`. */
  async waitFor(type: string, ms = 5_000): Promise<BaresipMessage> {
    const deadline = Date.now() + ms;
    for (;;) {
      const event = this.events.find((one) => one.type === type);
      if (event) return event;
      if (Date.now() > deadline) {
        throw new Error(`no ${type} in ${ms} ms; seen: ${this.events.map((one) => one.type).join(' ')}`);
      }
      await sleep(10);
    }
  }

  /** What it has heard in its latest call, up to now. */
  heard(): Sound {
    const folder = path.join(this.#folder, HEARD);
    const newest = fs
      .readdirSync(folder)
      .filter((name) => name.endsWith('-dec.wav'))
      .map((name) => path.join(folder, name))
      .sort((a, b) => fs.statSync(a).mtimeMs - fs.statSync(b).mtimeMs)
      .at(-1);
    return Sound.of(newest === undefined ? Buffer.alloc(0) : fs.readFileSync(newest));
  }

  /** True when no call is up or under way. */
  async isIdle(): Promise<boolean> {
    return /Active calls \(0\)|no active calls/i.test(await this.command('listcalls'));
  }

  /** Gives a command to baresip; resolves with its answer in words. */
  command(command: string, params?: string): Promise<string> {
    this.#tokens += 1;
    const token = `t${this.#tokens}`;
    const message = JSON.stringify({ command, ...(params !== undefined && { params }), token });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`baresip did not answer "${command}"`)), 3_000);
      this.#answers.set(token, (data) => {
        clearTimeout(timer);
        resolve(data);
      });
      this.#control.write(`${Buffer.byteLength(message)}:${message},`);
    });
  }

  /** Unregisters and goes away; calls end with a BYE. */
  async stop(): Promise<void> {
    this.#control.destroy();
    await end(this.#child, 1_500);
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Vanishes without a word, as when the power fails. */
  async kill(): Promise<void> {
    this.#control.destroy();
    await end(this.#child, 0);
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  async #registered(): Promise<void> {
    const deadline = Date.now() + 5_000;
    // The word comes in colour, so there is no word boundary before it.
    while (!/OK\b/.test(await this.command('reginfo'))) {
      if (Date.now() > deadline) throw new Error('not registered in 5 s');
      await sleep(20);
    }
  }

  /** Netstrings: `<length>:<json>,`. */
  #read(text: string): void {
    this.#rest += text;
    for (;;) {
      const colon = this.#rest.indexOf(':');
      if (colon < 0) return;
      const bytes = Buffer.from(this.#rest.slice(colon + 1));
      const length = Number(this.#rest.slice(0, colon));
      if (bytes.length < length + 1) return;
      this.#rest = bytes.subarray(length + 1).toString();
      this.#take(JSON.parse(bytes.subarray(0, length).toString()) as Record<string, unknown>);
    }
  }

  #take(message: Record<string, unknown>): void {
    if (message.event === true) {
      const name = message.peerdisplayname;
      const event = {
        type: String(message.type),
        param: String(message.param ?? ''),
        ...(typeof name === 'string' && { name }),
      };
      this.events.push(event);
      this.#onEvent?.(event);
      return;
    }
    const token = String(message.token);
    this.#answers.get(token)?.(String(message.data ?? ''));
    this.#answers.delete(token);
  }
}

async function connect(port: number, child: ChildProcess): Promise<net.Socket> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    try {
      return await new Promise<net.Socket>((resolve, reject) => {
        const socket = net.connect({ host: '127.0.0.1', port }, () => resolve(socket));
        socket.once('error', reject);
      });
    } catch (error) {
      if (Date.now() > deadline || child.exitCode !== null) throw error;
      await sleep(15);
    }
  }
}

function writeConfiguration(
  folder: string,
  port: number,
  controlPort: number,
  options: BaresipOptions,
): void {
  const name = options.displayName ? `"${options.displayName}" ` : '';
  const login =
    options.password === undefined
      ? 'regint=0'
      : `auth_user=${options.user};auth_pass=${options.password};regint=300`;
  const address = `${name}<sip:${options.user}@${options.server};transport=${options.transport ?? 'udp'}>`;
  const account = [
    address,
    login,
    `answermode=${options.answer ?? 'manual'}`,
    ...(options.network === undefined ? [] : ['catchall=yes']),
    'audio_codecs=PCMU/8000/1,PCMA/8000/1',
  ];
  const lines = [
    'poll_method epoll',
    `sip_listen 127.0.0.1:${options.network ?? port}`,
    'net_interface 127.0.0.1',
    `audio_source aufile,${toneFile(options.tone)}`,
    'audio_player aubridge,nil',
    'audio_alert aubridge,nil2',
    'ausrc_srate 8000',
    'auplay_srate 8000',
    `rtp_ports ${port + 2}-${port + 3}`,
    `module_path ${MODULES}`,
    ...['g711', 'aufile', 'aubridge', 'sndfile'].map((module) => `module ${module}.so`),
    ...['uuid', 'account'].map((module) => `module_tmp ${module}.so`),
    ...['menu', 'ctrl_tcp'].map((module) => `module_app ${module}.so`),
    `ctrl_tcp_listen 127.0.0.1:${controlPort}`,
    `snd_path ${path.join(folder, HEARD)}`,
  ];
  fs.mkdirSync(path.join(folder, HEARD));
  fs.writeFileSync(path.join(folder, 'config'), `${lines.join('\n')}\n`);
  fs.writeFileSync(path.join(folder, 'accounts'), `${account.join(';')}\n`);
  fs.writeFileSync(path.join(folder, 'contacts'), '');
}
