import net from 'node:net';
import { EslParser } from '../../../src/pbx/freeswitch/esl-codec.ts';
import { CommandReader } from './commands.ts';
import type { Tape } from './tape.ts';
import { isQuestion } from './transcript.ts';

/** Stands between the adapter and FreeSWITCH's event socket and takes down what both say. */
export class RecordingProxy {
  readonly #tape: Tape;
  readonly #upstream: number;
  readonly #server = net.createServer((socket) => this.#linked(socket));
  #isLost = false;

  /** @param upstream port of FreeSWITCH's event socket on the loopback */
  constructor(tape: Tape, upstream: number) {
    this.#tape = tape;
    this.#upstream = upstream;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #linked(adapter: net.Socket): void {
    const pbx = net.connect({ host: '127.0.0.1', port: this.#upstream, noDelay: true });
    adapter.setNoDelay(true);
    const down = new Downward(this.#tape);
    const parser = new EslParser();
    adapter.on('data', (bytes) => {
      down.take(bytes.toString());
      pbx.write(bytes);
    });
    pbx.on('data', (bytes) => {
      if (this.#isLost) this.#tape.add({ link: 'back' });
      this.#isLost = false;
      for (const { type, headers, body = '' } of parser.push(bytes)) {
        if (type === 'text/event-json') this.#tape.add({ event: body });
        else if (type === 'command/reply') down.answered(headers.get('reply-text') ?? '');
        else if (type === 'api/response') down.answered(body);
      }
      adapter.write(bytes);
    });
    let isOver = false;
    const end = (isByPbx: boolean) => {
      if (isOver) return;
      isOver = true;
      if (isByPbx && !this.#isLost) this.#tape.add({ link: 'lost' });
      this.#isLost ||= isByPbx;
      adapter.destroy();
      pbx.destroy();
    };
    adapter.on('close', () => end(false));
    pbx.on('close', () => end(true));
    for (const socket of [adapter, pbx]) socket.on('error', () => undefined);
  }
}

/** What one socket of the adapter says, and the answers to it, which come in the same order. */
class Downward {
  readonly #tape: Tape;
  readonly #reader = new CommandReader();
  readonly #open: ({ readonly ask: string } | { readonly n: number } | 'auth')[] = [];
  #on: 'events' | undefined;

  constructor(tape: Tape) {
    this.#tape = tape;
  }

  take(text: string): void {
    for (const command of this.#reader.push(text)) {
      if (command.startsWith('event ')) this.#on = 'events';
      // What is filtered out is part of the connection, and of no case.
      if (/^(?:auth|filter) /.test(command)) this.#open.push('auth');
      else if (isQuestion(command)) this.#open.push({ ask: command });
      else this.#open.push({ n: this.#tape.say(command, this.#on) });
    }
  }

  answered(got: string): void {
    const to = this.#open.shift();
    if (to === undefined || to === 'auth') return;
    if ('ask' in to) this.#tape.add({ ask: to.ask, got });
    else this.#tape.add({ reply: to.n, got });
  }
}
