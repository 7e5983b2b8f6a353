import type { AnswerOptions, EndEvent, RTCSession } from 'jssip/lib/RTCSession';
import type { Incoming } from './sip-line.ts';

/** No server but ours is asked how to reach anybody. Bundles are not insisted on: there is one stream, and FreeSWITCH names none. */
const CONNECTION: RTCConfiguration = { iceServers: [], rtcpMuxPolicy: 'require' };
/** Sound that is away for so long does not come back by itself, ms. */
const PATIENCE_MS = 5_000;
/** 603: whoever declines is not busy. */
const DECLINED = { status_code: 603, reason_phrase: 'Decline' };

export interface TalkListener {
  hears(stream: MediaStream): void;
  answered(): void;
  /** `wanted`: somebody hung up; else the line broke. */
  over(wanted: boolean): void;
  /** No sound gets through although nobody hung up. */
  broken(): void;
}

/** A call in this page, from its first ring. */
export class Talk {
  readonly call: string;
  readonly answersItself: boolean;
  readonly #session: RTCSession;
  readonly #listener: TalkListener;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #isLeft = false;

  constructor({ session, call, answersItself }: Incoming, listener: TalkListener) {
    this.call = call;
    this.answersItself = answersItself;
    this.#session = session;
    this.#listener = listener;
    // All addresses of this machine are in the first: waiting for the rest costs a tenth of a second. Nobody takes sound over TCP.
    session.on('icecandidate', ({ candidate, ready }) => {
      if (candidate.protocol !== 'tcp') ready();
    });
    session.on('peerconnection', ({ peerconnection }) => this.#follow(peerconnection));
    session.on('accepted', () => this.#tell(() => listener.answered()));
    session.on('ended', (event: EndEvent) => this.#over(isWanted(event)));
    session.on('failed', (event: EndEvent) => this.#over(isWanted(event)));
  }

  get isUp(): boolean {
    return this.#session.isEstablished();
  }

  get connection(): RTCPeerConnection | undefined {
    return this.#session.connection ?? undefined;
  }

  answer(microphone: MediaStream): void {
    if (!this.#session.isInProgress()) return;
    const options: AnswerOptions = { mediaStream: microphone, pcConfig: CONNECTION };
    this.#session.answer(options);
  }

  hangUp(): void {
    if (this.#session.isEnded()) return;
    this.#session.terminate(this.isUp ? {} : DECLINED);
  }

  /** Another one has its place: whatever becomes of it is nobody's business. */
  leave(): void {
    this.#isLeft = true;
    clearTimeout(this.#watch);
  }

  mute(on: boolean): void {
    if (on) this.#session.mute({ audio: true });
    else this.#session.unmute({ audio: true });
  }

  sendDigit(digit: string): void {
    // As a tone of its own kind in the sound (RFC 4733), which reaches whoever is at the other end.
    this.#session.sendDTMF(digit, { transportType: 'RFC2833' as never });
  }

  /** Tells the PBX where we are now: after a new connection its messages would go to the old one. */
  renew(): void {
    if (this.isUp && this.#session.isReadyToReOffer()) this.#session.renegotiate();
  }

  #follow(connection: RTCPeerConnection): void {
    connection.addEventListener('track', ({ streams, track }) =>
      this.#tell(() => this.#listener.hears(streams[0] ?? new MediaStream([track]))),
    );
    connection.addEventListener('connectionstatechange', () => {
      clearTimeout(this.#watch);
      const { connectionState } = connection;
      if (connectionState === 'failed') this.#tell(() => this.#listener.broken());
      if (connectionState === 'disconnected')
        this.#watch = setTimeout(() => this.#tell(() => this.#listener.broken()), PATIENCE_MS);
    });
  }

  #over(wanted: boolean): void {
    clearTimeout(this.#watch);
    this.#tell(() => this.#listener.over(wanted));
  }

  #tell(what: () => void): void {
    if (!this.#isLeft) what();
  }
}

/** Our own hanging up, and a BYE or CANCEL of the PBX; anything else is trouble of the line. */
function isWanted({ cause }: EndEvent): boolean {
  return cause === 'Terminated' || cause === 'Canceled' || cause === 'Rejected';
}
