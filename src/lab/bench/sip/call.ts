import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { RtpWitness } from '../rtp-witness.ts';
import { audioPortIn, headerOf, responseTo, type SipMessage, sdpFor } from './message.ts';
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
        // The other side may have moved.
        this.hear(request.body);
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
