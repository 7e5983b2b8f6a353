import net from 'node:net';
import { PbxError } from '../pbx.ts';
import { type EslFrame, EslParser, NotEsl } from './esl-codec.ts';
import { encodeAuth } from './esl-encoder.ts';

export interface EslSocketOptions {
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

export interface EslSocketListener {
  /** Logged in. */
  ready(): void;
  /** JSON of an event; undefined for one that was too long to keep. */
  event(body: string | undefined): void;
  /** Told once. `hopeless`: it will not mend itself in seconds. */
  closed(reason: string, hopeless: boolean): void;
}

interface Pending {
  readonly resolve: (reply: string) => void;
  readonly reject: (error: PbxError) => void;
  readonly timer: NodeJS.Timeout;
}

const DEADLINE_MS = 3_000;
/** Bytes that FreeSWITCH may leave unread. */
const MOST_UNREAD = 1_000_000;
const WRONG_PASSWORD =
  'FreeSWITCH refused the password of its event socket. Start Carillon again, which gives FreeSWITCH the present one';

/**
 * One connection to the event socket. Replies carry no number, so they are told apart by their order alone: as soon as one is missing or
 * too many, the connection is closed.
 */
export class EslSocket {
  readonly #socket: net.Socket;
  readonly #listener: EslSocketListener;
  readonly #password: string;
  readonly #parser = new EslParser();
  readonly #pending: Pending[] = [];
  readonly #late: NodeJS.Timeout;
  #isReady = false;
  #isClosed = false;

  constructor({ host, port, password }: EslSocketOptions, listener: EslSocketListener) {
    this.#listener = listener;
    this.#password = password;
    this.#socket = net.connect({ host, port, noDelay: true });
    this.#late = setTimeout(() => this.close('FreeSWITCH did not greet'), DEADLINE_MS);
    this.#socket.on('data', (bytes) => this.#read(bytes));
    this.#socket.on('error', (error) => this.close(error.message));
    this.#socket.on('close', () => this.close('FreeSWITCH closed the link'));
  }

  /** Resolves with the reply as it came; rejects with `PbxError` 'link-down' or 'timeout'. @param command whole, as encoded */
  send(command: string): Promise<string> {
    if (this.#isClosed) return Promise.reject(new PbxError('link-down', 'no link to FreeSWITCH'));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new PbxError('timeout', `FreeSWITCH did not answer in ${DEADLINE_MS} ms`));
        this.close(`FreeSWITCH did not answer in ${DEADLINE_MS} ms`);
      }, DEADLINE_MS);
      this.#pending.push({ resolve, reject, timer });
      this.#write(command);
      if (this.#socket.writableLength > MOST_UNREAD) this.close('FreeSWITCH reads nothing more');
    });
  }

  /** FreeSWITCH looks for events every 20 ms only, but at once when anything comes in. */
  nudge(): void {
    if (!this.#isClosed && this.#socket.writableLength === 0) this.#socket.write('\n');
  }

  /** Harmless when it is closed. */
  close(reason: string, hopeless = false): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#late);
    this.#socket.destroy();
    for (const { reject, timer } of this.#pending.splice(0)) {
      clearTimeout(timer);
      reject(new PbxError('link-down', `the link to FreeSWITCH dropped: ${reason}`));
    }
    this.#listener.closed(reason, hopeless);
  }

  /** What is said in the same moment leaves together: each write wakes FreeSWITCH, and costs a tenth of a millisecond here. */
  #write(command: string): void {
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
      process.nextTick(() => this.#socket.uncork());
    }
    this.#socket.write(command);
  }

  #read(bytes: Buffer): void {
    try {
      for (const frame of this.#parser.push(bytes)) {
        if (this.#isClosed) return;
        this.#take(frame);
      }
    } catch (error) {
      if (!(error instanceof NotEsl)) throw error;
      this.close(`what answers there is no event socket of FreeSWITCH: ${error.message}`, true);
    }
  }

  #take({ type, headers, body }: EslFrame): void {
    switch (type) {
      case 'auth/request':
        this.#socket.write(encodeAuth(this.#password));
        return;
      case 'command/reply':
        return this.#reply(headers.get('reply-text') ?? '');
      case 'api/response':
        return this.#reply(body);
      case 'text/event-json':
        return this.#listener.event(body);
      case 'text/rude-rejection':
        return this.close('FreeSWITCH lets nobody in from this address (apply-inbound-acl)', true);
      case 'text/disconnect-notice':
        return this.close('FreeSWITCH ended the link');
    }
  }

  #reply(reply: string | undefined): void {
    if (!this.#isReady) return this.#answered(reply ?? '');
    const pending = this.#pending.shift();
    if (!pending) return this.close('FreeSWITCH answered what nobody asked');
    clearTimeout(pending.timer);
    if (reply === undefined) pending.reject(new PbxError('refused', 'the answer is too long'));
    else pending.resolve(reply.trim());
  }

  /** Its word on the password. */
  #answered(reply: string): void {
    if (!reply.startsWith('+OK')) return this.close(WRONG_PASSWORD, true);
    clearTimeout(this.#late);
    this.#isReady = true;
    this.#listener.ready();
  }
}
