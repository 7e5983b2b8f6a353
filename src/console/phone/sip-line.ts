import type { UA } from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession';
import type { IncomingRTCSessionEvent, RTCSessionEvent } from 'jssip/lib/UA';
import type { WebPhoneView } from '../../http/page-phone.ts';
import { RefusedByApi } from '../api.ts';

/** A call that the PBX sends to this page. */
export interface Incoming {
  readonly session: RTCSession;
  /** Id of the call at Carillon. */
  readonly call: string;
  /** It is to be answered at once. */
  readonly answersItself: boolean;
}

export interface LineListener {
  /** The PBX knows where we are. `anew`: for the first time on this connection, or after it refused us. */
  registered(anew: boolean): void;
  /** `code`: with which the server closed the socket. */
  disconnected(code: number): void;
  /** The PBX does not take our registration. `status`: what it answered, 0 for nothing. */
  refused(status: number): void;
  comesIn(call: Incoming): void;
}

/** Comes again within these seconds when the server was away, later each time: all pages lost it together. */
const RECOVERY_S = { min: 1, max: 15 } as const;
/** Hidden pages are woken once a minute at least. */
const REGISTER_EXPIRES_S = 120;

/** The connection to the PBX, kept for as long as the page is the phone. */
export class SipLine {
  readonly #ua: UA;
  readonly #hangUpSocket: () => void;
  #registers = false;

  private constructor(ua: UA, hangUpSocket: () => void) {
    this.#ua = ua;
    this.#hangUpSocket = hangUpSocket;
    ua.on('connected', () => {
      if (this.#registers) ua.register();
    });
    ua.start();
  }

  /** Loads what `open` needs. @throws RefusedByApi `unreachable` */
  static async prepare(): Promise<void> {
    await import('jssip').catch((error: unknown) => {
      throw new RefusedByApi('unreachable', 0, String(error));
    });
  }

  /** Connects; calls come as soon as it is registered. */
  static async open(account: WebPhoneView, listener: LineListener): Promise<SipLine> {
    const { UA, WebSocketInterface } = await import('jssip');
    const { protocol, host } = window.location;
    const socket = new WebSocketInterface(
      `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${account.socket}`,
    );
    const ua = new UA({
      sockets: socket,
      uri: account.uri,
      password: account.password,
      register: false,
      register_expires: REGISTER_EXPIRES_S,
      session_timers: true,
      connection_recovery_min_interval: RECOVERY_S.min,
      connection_recovery_max_interval: RECOVERY_S.max,
      user_agent: 'Carillon',
    });
    let isNew = true;
    ua.on('connected', () => {
      isNew = true;
    });
    ua.on('registered', () => {
      listener.registered(isNew);
      isNew = false;
    });
    ua.on('registrationFailed', ({ response }) => {
      // Without a connection it is no answer of the PBX: the next connection registers.
      if (!ua.isConnected()) return;
      isNew = true;
      listener.refused(response?.status_code ?? 0);
    });
    ua.on('disconnected', ({ code = 0 }) => listener.disconnected(code));
    ua.on('newRTCSession', (event: RTCSessionEvent) => {
      if (isIncoming(event)) listener.comesIn(incomingOf(event));
    });
    return new SipLine(ua, () => socket.disconnect());
  }

  /** Tells the PBX where we are, now and after each loss of the connection. @param password in place of that of the account */
  register(password?: string): void {
    if (password !== undefined) this.#ua.set('password', password);
    this.#registers = true;
    if (this.#ua.isConnected()) this.#ua.register();
  }

  /** Signs off; what is up is hung up. */
  close(): void {
    this.#ua.stop();
  }

  /** Goes away without a word, so that another page can go on with the call. */
  abandon(): void {
    this.#hangUpSocket();
    this.#ua.stop();
  }
}

function isIncoming(event: RTCSessionEvent): event is IncomingRTCSessionEvent {
  return event.session.direction === 'incoming';
}

function incomingOf({ session, request }: IncomingRTCSessionEvent): Incoming {
  return {
    session,
    call: request.getHeader('X-Carillon-Call') ?? '',
    answersItself: /;\s*answer-after=0/.test(request.getHeader('Call-Info') ?? ''),
  };
}
