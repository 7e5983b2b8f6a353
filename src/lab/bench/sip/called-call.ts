import { performance } from 'node:perf_hooks';
import { RtpWitness } from '../rtp-witness.ts';
import { SipCall } from './call.ts';
import { headerOf, responseTo, type SipMessage, sdpFor } from './message.ts';
import type { SipSocket } from './socket.ts';

/** A call that we get. */
export class CalledCall extends SipCall {
  /** The number that was dialled. */
  readonly number: string;
  /** The caller's number. */
  readonly from: string;
  readonly #invite: SipMessage;

  private constructor(socket: SipSocket, audio: RtpWitness, invite: SipMessage) {
    super(socket, audio, headerOf(invite, 'Call-ID'));
    this.#invite = invite;
    this.number = /^INVITE sip:([^@;>\s]*)/.exec(invite.start)?.[1] ?? '';
    this.from = /<sip:([^@;>]*)/.exec(headerOf(invite, 'From'))?.[1] ?? '';
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
