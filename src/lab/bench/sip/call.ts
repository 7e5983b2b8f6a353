import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { RtpWitness } from '../rtp-witness.ts';
import { audioPortIn, headerOf, methodOf, responseTo, type SipMessage, sdpFor, statusOf } from './message.ts';
import type { Dialog, SipSocket } from './socket.ts';

/** RFC 3261's T1, ms. */
const RESEND_MS = 500;
const RESENDS = 7;

export type Side = 'us' | 'them';

/** What both kinds of call have in common: their audio, their end. Times are `performance.now()`, ms. */
export abstract class SipCall implements Dialog {
  readonly socket: SipSocket;
  readonly audio: RtpWitness;
  readonly startedAt = performance.now();
  readonly ended: Promise<void>;
  protected readonly callId: string;
  protected readonly tag = randomBytes(6).toString('hex');
  protected sequence = 1;
  protected local = '';
  protected remote = '';
  protected target = '';
  answeredAt: number | undefined;
  endedAt: number | undefined;
  endedBy: Side | undefined;
  #resend: NodeJS.Timeout | undefined;
  #tellEnd: () => void = () => undefined;

  constructor(socket: SipSocket, audio: RtpWitness, callId: string) {
    this.socket = socket;
    this.audio = audio;
    this.callId = callId;
    this.ended = new Promise((resolve) => {
      this.#tellEnd = resolve;
    });
    socket.add(callId, this);
  }

  abstract take(message: SipMessage): void;

  get isUp(): boolean {
    return this.answeredAt !== undefined && this.endedAt === undefined;
  }

  press(keys: string): void {
    this.audio.press(keys);
  }

  protected via(branch = `z9hG4bK${randomBytes(8).toString('hex')}`): readonly [string, string] {
    return ['Via', `SIP/2.0/UDP ${this.socket.address};branch=${branch};rport`];
  }

  /** Sends `message`, and again until `stopResending`; `lost` is called when that does not come. */
  protected sendUntilAnswered(message: SipMessage, lost: () => void): void {
    this.stopResending();
    let sent = 0;
    const once = (): void => {
      if (sent > RESENDS) return lost();
      this.socket.send(message);
      this.#resend = setTimeout(once, Math.min(RESEND_MS * 2 ** sent, 4_000));
      sent += 1;
    };
    once();
  }

  protected stopResending(): void {
    clearTimeout(this.#resend);
  }

  protected bye(): void {
    this.over('us');
    this.sequence += 1;
    const bye: SipMessage = {
      start: `BYE ${this.target} SIP/2.0`,
      headers: [
        this.via(),
        ['Max-Forwards', '70'],
        ['From', this.local],
        ['To', this.remote],
        ['Call-ID', this.callId],
        ['CSeq', `${this.sequence} BYE`],
      ],
      body: '',
    };
    this.sendUntilAnswered(bye, () => this.forget());
  }

  /** Requests that any established call may get. True when it was one. */
  protected takeRequest(request: SipMessage): boolean {
    const method = request.start.split(' ')[0];
    switch (method) {
      case 'BYE':
        this.socket.send(responseTo(request, '200 OK', this.tag));
        this.over('them');
        this.forget();
        return true;
      case 'INVITE':
      case 'UPDATE': {
        if (this.answeredAt === undefined) return false;
        const contact = ['Contact', `<sip:bench@${this.socket.address}>`] as const;
        const type = ['Content-Type', 'application/sdp'] as const;
        this.socket.send(responseTo(request, '200 OK', this.tag, [contact, type], sdpFor(this.audio.port)));
        return true;
      }
      case 'ACK':
        return false;
      case 'OPTIONS':
      case 'INFO':
        this.socket.send(responseTo(request, '200 OK', this.tag));
        return true;
      default:
        return false;
    }
  }

  protected hear(body: string): void {
    const port = audioPortIn(body);
    if (port !== undefined) this.audio.sendTo(port);
  }

  /** The call is over; a BYE may still be on its way. */
  protected over(by: Side): void {
    if (this.endedAt !== undefined) return;
    this.endedAt = performance.now();
    this.endedBy = by;
    this.audio.close();
    this.#tellEnd();
  }

  /** Nothing more will be said about it. */
  protected forget(): void {
    this.stopResending();
    this.over('us');
    this.socket.remove(this.callId);
  }

  /** The port of the phone is closing: no more words. */
  drop(): void {
    this.forget();
  }

  protected static targetOf(message: SipMessage, otherwise: string): string {
    return /<([^>]+)>/.exec(headerOf(message, 'Contact'))?.[1] ?? otherwise;
  }
}

/** A call that we make. */
export class CallerCall extends SipCall {
  readonly number: string;
  readonly #uri: string;
  readonly #from: string;
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
    this.#from = from;
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
        ['Contact', `<sip:${this.#from}@${this.socket.address}>`],
        ...(body ? [['Content-Type', 'application/sdp'] as const] : []),
      ],
      body,
    };
  }
}

/** A call that we get. */
export class CalledCall extends SipCall {
  /** The number that was dialled. */
  readonly number: string;
  readonly #invite: SipMessage;

  private constructor(socket: SipSocket, audio: RtpWitness, invite: SipMessage) {
    super(socket, audio, headerOf(invite, 'Call-ID'));
    this.#invite = invite;
    this.number = /^INVITE sip:([^@;>\s]*)/.exec(invite.start)?.[1] ?? '';
    const to = headerOf(invite, 'To');
    this.local = `${to};tag=${this.tag}`;
    this.remote = headerOf(invite, 'From');
    this.target = SipCall.targetOf(invite, `sip:${socket.server}`);
    this.sequence = 100;
    this.hear(invite.body);
  }

  /** Takes up an INVITE, and lets it ring. */
  static async ring(socket: SipSocket, invite: SipMessage): Promise<CalledCall> {
    socket.send(responseTo(invite, '100 Trying', 'bench'));
    const call = new CalledCall(socket, await RtpWitness.open(), invite);
    if (call.endedAt === undefined) call.#reply('180 Ringing');
    return call;
  }

  /** What tells this call from others. */
  static idOf(invite: SipMessage): string {
    return headerOf(invite, 'Call-ID');
  }

  answer(): void {
    if (this.endedAt !== undefined || this.answeredAt !== undefined) return;
    this.answeredAt = performance.now();
    const type = ['Content-Type', 'application/sdp'] as const;
    const ok = this.#response('200 OK', [type], sdpFor(this.audio.port));
    this.sendUntilAnswered(ok, () => this.forget());
  }

  /** @param line such as `486 Busy Here` */
  refuse(line: string): void {
    if (this.endedAt !== undefined || this.answeredAt !== undefined) return;
    this.over('us');
    this.sendUntilAnswered(this.#response(line), () => this.forget());
  }

  hangUp(): void {
    if (this.isUp) this.bye();
    else this.refuse('603 Decline');
  }

  take(message: SipMessage): void {
    if (message.start.startsWith('SIP/')) {
      if (headerOf(message, 'CSeq').endsWith('BYE')) this.forget();
      return;
    }
    if (this.takeRequest(message)) return;
    if (message.start.startsWith('ACK')) {
      this.stopResending();
      if (this.answeredAt === undefined) this.forget();
      return;
    }
    if (!message.start.startsWith('CANCEL')) return;
    this.socket.send(responseTo(message, '200 OK', this.tag));
    if (this.answeredAt !== undefined || this.endedAt !== undefined) return;
    this.over('them');
    this.sendUntilAnswered(this.#response('487 Request Terminated'), () => this.forget());
  }

  #reply(line: string): void {
    this.socket.send(this.#response(line));
  }

  #response(line: string, more: SipMessage['headers'] = [], body = ''): SipMessage {
    const contact = ['Contact', `<sip:bench@${this.socket.address}>`] as const;
    return responseTo(this.#invite, line, this.tag, [contact, ...more], body);
  }
}
