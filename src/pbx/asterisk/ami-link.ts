import net from 'node:net';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { cleanText } from '../../base/text.ts';
import { backoffMs } from '../backoff.ts';
import { PbxError } from '../pbx.ts';
import {
  AmiCollector,
  AmiDecoder,
  type AmiFields,
  type AmiMessage,
  type AmiResult,
  encodeAction,
  header,
} from './ami-codec.ts';

export interface AmiLinkOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly log: Log;
  /** Which events Asterisk shall send: 'off', 'on', or classes as manager.conf names them. */
  readonly events: string;
}

/** What the link tells its owner. Events come only between `up` and `down`. */
export interface AmiListener {
  up(): void;
  down(reason: string): void;
  /** Asterisk is being stopped gracefully, and takes no new calls; or that was called off. Also said while down. */
  draining(is: boolean): void;
  event(message: AmiMessage): void;
}

interface Pending {
  readonly collector: AmiCollector;
  readonly resolve: (result: AmiResult) => void;
  readonly reject: (error: PbxError) => void;
  readonly timer: NodeJS.Timeout;
}

const DEADLINE_MS = 3_000;
const PING_EVERY_MS = 2_000;
/** A wrong password does not mend itself in seconds. */
const HOPELESS_RETRY_MS = 10_000;
/** So Asterisk answers every action, also `Ping` and `Login`, from the moment when its graceful stop begins. */
const SHUTTING_DOWN = /is shutting down/i;

/** The socket to AMI. It connects again for ever until `stop`; every action has a deadline of 3 s. */
export class AmiLink {
  readonly #options: AmiLinkOptions;
  readonly #listener: AmiListener;
  readonly #idPrefix = `carillon-${process.pid}-${Math.random().toString(36).slice(2, 8)}-`;
  readonly #pending = new Map<string, Pending>();
  #socket: net.Socket | undefined;
  #up = false;
  #stopped = false;
  #attempt = 0;
  #lastId = 0;
  #draining = false;
  /** Why it could not come up, said once each. */
  readonly #reasons = new Set<string>();
  /** Events that came with the answer to the login, before `up` was said. */
  #early: AmiMessage[] = [];
  #retry: NodeJS.Timeout | undefined;

  constructor(options: AmiLinkOptions, listener: AmiListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** Starts to connect. */
  start(): void {
    this.#connect();
  }

  /** Closes the link for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#drop('stopped');
    if (!socket || socket.closed) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.destroy();
    await closed;
  }

  /**
   * Does an action; for list actions, waits for the whole list. Rejects with `PbxError`: 'refused' when AMI answers with an
   * error or a field holds a line break, 'timeout', 'link-down'.
   */
  action(action: string, fields: AmiFields = {}): Promise<AmiResult> {
    if (!this.#up || !this.#socket)
      return Promise.reject(new PbxError('link-down', 'no link to Asterisk (AMI)'));
    return this.#send(this.#socket, action, fields);
  }

  #connect(): void {
    const { host, port, user, password, events } = this.#options;
    const socket = net.connect({ host, port });
    socket.setNoDelay(true);
    this.#socket = socket;
    const decoder = new AmiDecoder();
    let reason = '';
    let hopeless = false;
    let heartbeat: NodeJS.Timeout | undefined;
    const fail = (why: string) => {
      reason ||= why;
      socket.destroy();
    };
    const patience = setTimeout(() => fail('no connection in time'), DEADLINE_MS);

    socket.on('connect', () => {
      clearTimeout(patience);
      this.#send(socket, 'Login', { Username: user, Secret: password, Events: events }).then(
        () => {
          if (this.#socket !== socket) return;
          this.#up = true;
          this.#attempt = 0;
          this.#reasons.clear();
          this.#tell(() => this.#listener.up());
          for (const message of this.#early.splice(0)) this.#tell(() => this.#listener.event(message));
          heartbeat = setInterval(() => {
            this.#send(socket, 'Ping', {}).catch((error) => {
              const answered = error instanceof PbxError && error.code === 'refused';
              if (!answered || !this.#draining) fail(messageOf(error));
            });
          }, PING_EVERY_MS);
        },
        (error) => {
          hopeless = error instanceof PbxError && error.code === 'refused' && !this.#draining;
          fail(
            hopeless
              ? `Asterisk refused the AMI user "${user}": ${messageOf(error)}. Start Carillon again, which gives Asterisk the present password`
              : messageOf(error),
          );
        },
      );
    });
    socket.on('data', (bytes: Buffer) => {
      for (const message of decoder.push(bytes)) this.#take(message);
    });
    socket.on('error', (error) => {
      reason ||= error.message;
    });
    socket.on('close', () => {
      clearTimeout(patience);
      clearInterval(heartbeat);
      if (this.#socket !== socket) return;
      this.#drop(reason || 'Asterisk closed the link');
      this.#later(hopeless);
    });
  }

  #send(socket: net.Socket, action: string, fields: AmiFields): Promise<AmiResult> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      const id = `${this.#idPrefix}${this.#lastId}`;
      const bytes = encodeAction(action, id, fields);
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new PbxError('timeout', `AMI ${action}: no answer in ${DEADLINE_MS} ms`));
      }, DEADLINE_MS);
      this.#pending.set(id, { collector: new AmiCollector(), resolve, reject, timer });
      socket.write(bytes);
    });
  }

  #take(message: AmiMessage): void {
    const id = header(message, 'ActionID');
    const pending = this.#pending.get(id);
    if (pending) {
      const result = pending.collector.take(message);
      if (!result) return;
      this.#pending.delete(id);
      clearTimeout(pending.timer);
      const refused = header(result.response, 'Response') === 'Error';
      const said = cleanText(header(result.response, 'Message'), 200);
      this.#noteDraining(refused && SHUTTING_DOWN.test(said));
      if (refused) pending.reject(new PbxError('refused', said));
      else pending.resolve(result);
      return;
    }
    if (!message.has('event')) return;
    if (this.#up) this.#tell(() => this.#listener.event(message));
    else this.#early.push(message);
  }

  #drop(reason: string): void {
    this.#up = false;
    this.#socket = undefined;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new PbxError('link-down', `the AMI link to Asterisk dropped: ${reason}`));
    }
    this.#pending.clear();
    this.#early = [];
    if (this.#stopped) return;
    if (!SHUTTING_DOWN.test(reason)) this.#noteDraining(false);
    if (this.#reasons.has(reason)) return;
    this.#reasons.add(reason);
    this.#tell(() => this.#listener.down(reason));
  }

  #noteDraining(is: boolean): void {
    if (is === this.#draining) return;
    this.#draining = is;
    this.#tell(() => this.#listener.draining(is));
  }

  #later(hopeless: boolean): void {
    if (this.#stopped) return;
    const delay = hopeless ? HOPELESS_RETRY_MS : backoffMs(this.#attempt, Math.random());
    this.#attempt += 1;
    this.#retry = setTimeout(() => this.#connect(), delay);
  }

  /** A listener that throws is a bug above; the link goes on. */
  #tell(say: () => void): void {
    try {
      say();
    } catch (error) {
      this.#options.log.error({ error: messageOf(error) }, 'an AMI event listener threw');
    }
  }
}
