import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { RtpWitness } from '../rtp-witness.ts';
import { SipCall } from './call.ts';
import { headerOf, methodOf, type SipMessage, sdpFor, statusOf } from './message.ts';
import type { SipSocket } from './socket.ts';

/** A call that we make. */
export class CallerCall extends SipCall {
  readonly number: string;
  readonly #uri: string;
  /** The number that he calls from. */
  readonly from: string;
  readonly #branch = `z9hG4bK${randomBytes(8).toString('hex')}`;
  #provisional = false;
  #gaveUp = false;
  /** The status that refused it. */
  refused: number | undefined;
  /** Ends when it is answered, refused, or over. */
  readonly settled: Promise<void>;
  #settle: () => void = () => undefined;

  private constructor(socket: SipSocket, audio: RtpWitness, from: string, number: string) {
    super(socket, audio, `${randomBytes(10).toString('hex')}@bench`);
    this.number = number;
    this.#uri = `sip:${number}@${socket.server}`;
    this.from = from;
    this.target = this.#uri;
    this.local = `<sip:${from}@${socket.address}>;tag=${this.tag}`;
    this.remote = `<${this.#uri}>`;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    void this.ended.then(this.#settle);
    const body = sdpFor(audio.port);
    this.sendUntilAnswered(this.#request('INVITE', this.#branch, body), () => this.forget());
  }

  /** Dials `number` as `from`. */
  static async dial(socket: SipSocket, from: string, number: string): Promise<CallerCall> {
    return new CallerCall(socket, await RtpWitness.open(), from, number);
  }

  /** Hangs up: with CANCEL while it is not answered. */
  hangUp(): void {
    if (this.endedAt !== undefined) return;
    if (this.answeredAt !== undefined) return this.bye();
    this.#gaveUp = true;
    if (this.#provisional) this.#cancel();
  }

  take(message: SipMessage): void {
    if (!message.start.startsWith('SIP/')) {
      this.takeRequest(message);
      return;
    }
    const status = statusOf(message);
    const method = methodOf(message);
    if (method === 'BYE' && status >= 200) return this.forget();
    if (method === 'INVITE') this.#progress(status, message);
  }

  #progress(status: number, message: SipMessage): void {
    if (status < 200) {
      this.stopResending();
      const first = !this.#provisional;
      this.#provisional = true;
      if (first && this.#gaveUp) this.#cancel();
      return;
    }
    if (status >= 300) {
      this.remote = headerOf(message, 'To');
      this.socket.send(this.#request('ACK', this.#branch));
      if (!this.#gaveUp) this.refused = status;
      this.over(this.#gaveUp ? 'us' : 'them');
      return this.forget();
    }
    this.remote = headerOf(message, 'To');
    this.target = SipCall.targetOf(message, this.#uri);
    this.socket.send(this.#request('ACK'));
    // A repeated answer.
    if (this.answeredAt !== undefined) return;
    this.stopResending();
    this.answeredAt = performance.now();
    if (this.#gaveUp) return this.bye();
    this.hear(message.body);
    this.#settle();
  }

  #cancel(): void {
    this.socket.send(this.#request('CANCEL', this.#branch));
    this.over('us');
  }

  #request(method: 'INVITE' | 'ACK' | 'CANCEL', branch?: string, body = ''): SipMessage {
    return {
      start: `${method} ${method === 'ACK' && branch === undefined ? this.target : this.#uri} SIP/2.0`,
      headers: [
        this.via(branch),
        ['Max-Forwards', '70'],
        ['From', this.local],
        ['To', method === 'ACK' ? this.remote : `<${this.#uri}>`],
        ['Call-ID', this.callId],
        ['CSeq', `1 ${method}`],
        ['Contact', `<sip:${this.from}@${this.socket.address}>`],
        ...(body ? [['Content-Type', 'application/sdp'] as const] : []),
      ],
      body,
    };
  }
}
