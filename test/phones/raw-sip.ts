import { createHash } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';

/** What a request says beside what every request says. */
export interface RawRequest {
  readonly method: string;
  /** User part of From. */
  readonly user?: string;
  /** Display name of From as it stands on the wire, quotes included. */
  readonly name?: string | undefined;
  /** User part of the request line and To; '' for none, as in REGISTER. */
  readonly to?: string;
  readonly callId: string;
  readonly cseq?: number;
  readonly branch?: string;
  /** Tag of To, of a dialog. */
  readonly toTag?: string;
  /** Where it wants to be reached; itself when not said. */
  readonly contact?: string | undefined;
  /** Whole header lines. */
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** An answer, as far as tests look at it. */
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
  readonly toTag: string;
}

const QUIET_MS = 1_000;

/** A UDP socket that speaks SIP as badly as it is told to. Datagrams that nobody waits for are kept. */
export class RawSip {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #port: number;
  readonly #heard: string[] = [];
  #waiting: (() => void) | undefined;
  #closed = false;

  private constructor(socket: Socket, server: string) {
    const [host = '', port = ''] = server.split(':');
    this.#socket = socket;
    this.#host = host;
    this.#port = Number(port);
    socket.on('message', (bytes) => {
      this.#heard.push(bytes.toString('latin1'));
      this.#waiting?.();
    });
  }

  /** @param server `host:port`; @param address of ours, 127.0.0.0/8 */
  static async open(server: string, address = '127.0.0.1'): Promise<RawSip> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    return new RawSip(socket, server);
  }

  get address(): string {
    const { address, port } = this.#socket.address() as AddressInfo;
    return `${address}:${port}`;
  }

  /** What was heard and nobody waited for. */
  take(): string[] {
    return this.#heard.splice(0);
  }

  close(): void {
    if (!this.#closed) this.#socket.close();
    this.#closed = true;
  }

  /** Sends bytes as they are. */
  async sendBytes(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.send(bytes, this.#port, this.#host, () => resolve()));
  }

  /** A request as text, to be sent as it is or mutilated. */
  textOf({ method, user = 'guest', to = '95533', callId, cseq = 1, ...rest }: RawRequest): string {
    const { name = '', branch = `z9hG4bK-${callId}-${cseq}`, toTag, headers = [], body = '' } = rest;
    const { contact = `<sip:${user}@${this.address}>` } = rest;
    const target = `sip:${to === '' ? '' : `${to}@`}${this.#host}:${this.#port}`;
    const lines = [
      `${method} ${target} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.address};branch=${branch};rport`,
      `From: ${name}<sip:${user}@${this.#host}>;tag=f-${callId}`,
      `To: <sip:${to === '' ? user : to}@${this.#host}>${toTag ? `;tag=${toTag}` : ''}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      'Max-Forwards: 70',
      `Contact: ${contact}`,
      ...headers,
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    return `${lines.join('\r\n')}\r\n\r\n${body}`;
  }

  send(request: RawRequest): Promise<void> {
    return this.sendBytes(Buffer.from(this.textOf(request), 'latin1'));
  }

  /** The next answer to requests of this method and Call-ID; undefined when none comes in a second. */
  async answer(method: string, callId: string, ms = QUIET_MS): Promise<RawAnswer | undefined> {
    const text = await this.#next(
      (heard) => heard.startsWith('SIP/2.0 ') && heard.includes(callId) && isOf(heard, method),
      ms,
    );
    if (text === undefined) return undefined;
    const toTag = /^To:[^\r\n]*;tag=([^;\r\n]+)/im.exec(text)?.[1] ?? '';
    return { status: Number(text.slice(8, 11)), text, toTag };
  }

  /** The next final answer. */
  async final(method: string, callId: string, ms = QUIET_MS): Promise<RawAnswer | undefined> {
    for (;;) {
      const answer = await this.answer(method, callId, ms);
      if (!answer || answer.status >= 200) return answer;
    }
  }

  /** The next request of this method that comes to us, as it stands on the wire. */
  request(method: string, ms = QUIET_MS): Promise<string | undefined> {
    return this.#next((heard) => heard.startsWith(`${method} `), ms);
  }

  /** Says 200 to a request. */
  async accept(request: string): Promise<void> {
    const kept = request.split('\r\n').filter((line) => /^(via|from|to|call-id|cseq):/i.test(line));
    await this.sendBytes(
      Buffer.from(['SIP/2.0 200 OK', ...kept, 'Content-Length: 0', '', ''].join('\r\n'), 'latin1'),
    );
  }

  /**
   * Registers with a password, or goes with `expires` 0 (s); gives the last status, 0 when nobody answers.
   * @param account whose password it is
   */
  async register(
    user: string,
    password: string,
    callId: string,
    expires = 60,
    account = user,
    contact?: string,
  ): Promise<number> {
    const lifetime = `Expires: ${expires}`;
    const first = { method: 'REGISTER', user, to: '', callId, headers: [lifetime], contact };
    await this.send(first);
    const challenge = await this.final('REGISTER', callId);
    if (challenge?.status !== 401) return challenge?.status ?? 0;
    const uri = `sip:${this.#host}:${this.#port}`;
    const proof = proofFor(challenge, 'REGISTER', uri, account, password);
    await this.send({ ...first, cseq: 2, headers: [lifetime, proof] });
    return (await this.final('REGISTER', callId))?.status ?? 0;
  }

  /** Dials with a password; the request that proved it is out when this resolves. */
  async dial(user: string, password: string, to: string, callId: string): Promise<void> {
    const first = {
      method: 'INVITE',
      user,
      to,
      callId,
      headers: ['Content-Type: application/sdp'],
      body: RAW_SDP,
    };
    await this.send(first);
    const challenge = await this.final('INVITE', callId);
    if (challenge?.status !== 401 && challenge?.status !== 407)
      throw new Error(`${to} was dialled, and nobody asked for a password: ${challenge?.status}`);
    await this.send({ ...first, method: 'ACK', toTag: challenge.toTag, headers: [], body: '' });
    const proof = proofFor(challenge, 'INVITE', `sip:${to}@${this.#host}:${this.#port}`, user, password);
    await this.send({ ...first, cseq: 2, headers: [...first.headers, proof] });
  }

  async #next(isIt: (heard: string) => boolean, ms: number): Promise<string | undefined> {
    const deadline = Date.now() + ms;
    for (;;) {
      const index = this.#heard.findIndex(isIt);
      if (index >= 0) return this.#heard.splice(index, 1)[0];
      const left = deadline - Date.now();
      if (left <= 0) return undefined;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

function isOf(answer: string, method: string): boolean {
  return new RegExp(`^CSeq:\\s*\\d+\\s+${method}\\b`, 'im').test(answer);
}

/** The header that answers a challenge, RFC 2617 with qop=auth. */
export function proofFor(
  { status, text }: RawAnswer,
  method: string,
  uri: string,
  user: string,
  password: string,
): string {
  const part = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? '';
  const md5 = (of: string): string => createHash('md5').update(of).digest('hex');
  const [realm, nonce, opaque] = [part('realm'), part('nonce'), part('opaque')];
  const proof = md5(
    `${md5(`${user}:${realm}:${password}`)}:${nonce}:00000001:c:auth:${md5(`${method}:${uri}`)}`,
  );
  const name = status === 407 ? 'Proxy-Authorization' : 'Authorization';
  const fields = `username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${proof}"`;
  return `${name}: Digest ${fields}, algorithm=MD5, cnonce="c", qop=auth, nc=00000001, opaque="${opaque}"`;
}

/** SDP of a caller who hears nothing: audio goes to the discard port. */
export const RAW_SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 9 RTP/AVP 0 101',
  'a=rtpmap:101 telephone-event/8000',
  '',
].join('\r\n');
