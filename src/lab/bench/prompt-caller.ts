/** A caller who stops the time from his INVITE to the first sound that he hears. */
import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';

/** An RTP packet's header; what we send has no further ones. */
const HEADER = 12;
const PACKET_MS = 20;
const SAMPLES = 160;
/** G.711 mu-law: silence. */
const SILENCE = 0xff;
/** Codes of mu-law fall as the loudness grows, sign aside: above these there is next to nothing to hear (below -48 dB). */
const QUIET_FROM = 0x6f;
const LIMIT_MS = 5000;

/**
 * Calls `dnis` at `server` (`127.0.0.1:<port>`), sends silence as a phone does as soon as he is answered, and hangs up at the first
 * RTP packet that holds a sound. Resolves with the time from INVITE to that packet, ms; rejects when there is none in five seconds.
 */
export async function timeToSound(server: string, dnis: string): Promise<number> {
  const sip = await open();
  const audio = await open();
  const [host, port] = server.split(':') as [string, string];
  const caller = new Dialog(dnis, server, sip.address().port, audio.address().port);
  const say = (message: string): void => sip.send(message, Number(port), host);
  try {
    return await new Promise<number>((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`nothing to hear on ${dnis}`)), LIMIT_MS);
      let speaking: NodeJS.Timeout | undefined;
      const over = (): void => {
        clearTimeout(limit);
        clearInterval(speaking);
      };
      let began = 0;
      sip.on('message', (data) => {
        const message = data.toString('latin1');
        const status = Number(/^SIP\/2\.0 (\d+)/.exec(message)?.[1] ?? 0);
        if (!/^CSeq: *1 INVITE/im.test(message) || status < 200) return;
        if (status >= 300) {
          over();
          return reject(new Error(`${dnis} was refused with ${status}`));
        }
        say(caller.ack(message));
        speaking ??= speak(audio, Number(/^m=audio (\d+)/m.exec(message)?.[1] ?? 0), host);
      });
      audio.on('message', (packet) => {
        const heard = performance.now();
        if (!isSound(packet.subarray(HEADER))) return;
        over();
        resolve(heard - began);
      });
      began = performance.now();
      say(caller.invite());
    });
  } finally {
    say(caller.bye());
    await sleep(PACKET_MS);
    sip.close();
    audio.close();
  }
}

function isSound(payload: Buffer): boolean {
  return payload.some((code) => (code & 0x7f) < QUIET_FROM);
}

/** Sends silence at once and every 20 ms. */
function speak(audio: Socket, port: number, host: string): NodeJS.Timeout {
  const packet = Buffer.alloc(HEADER + SAMPLES, SILENCE);
  packet.fill(0, 0, HEADER);
  packet[0] = 0x80;
  packet.writeUInt32BE(0x0c0ffee0, 8);
  let sent = 0;
  const send = (): void => {
    packet.writeUInt16BE(sent & 0xffff, 2);
    packet.writeUInt32BE(sent * SAMPLES, 4);
    sent += 1;
    audio.send(packet, port, host);
  };
  send();
  return setInterval(send, PACKET_MS);
}

/** What the caller says in SIP. */
class Dialog {
  readonly #target: string;
  readonly #port: number;
  readonly #audioPort: number;
  readonly #id: string;
  #to: string;

  constructor(dnis: string, server: string, port: number, audioPort: number) {
    this.#target = `sip:${dnis}@${server}`;
    this.#to = `<${this.#target}>`;
    this.#port = port;
    this.#audioPort = audioPort;
    this.#id = `${port}-${Date.now()}`;
  }

  invite(): string {
    const sdp = [
      'v=0',
      'o=- 1 1 IN IP4 127.0.0.1',
      's=-',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      `m=audio ${this.#audioPort} RTP/AVP 0`,
      'a=rtpmap:0 PCMU/8000',
      '',
    ].join('\r\n');
    const contact = `Contact: <sip:138@127.0.0.1:${this.#port}>`;
    return this.#request('INVITE', 1, [contact, 'Content-Type: application/sdp'], sdp);
  }

  /** To the 200 OK. */
  ack(ok: string): string {
    this.#to = /^To: *(.*)$/im.exec(ok)?.[1]?.trim() ?? this.#to;
    return this.#request('ACK', 1);
  }

  bye(): string {
    return this.#request('BYE', 2);
  }

  #request(method: string, count: number, headers: readonly string[] = [], body = ''): string {
    return [
      `${method} ${this.#target} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.#port};branch=z9hG4bK${this.#id}-${method}`,
      `From: "prompt" <sip:138@127.0.0.1:${this.#port}>;tag=${this.#id}`,
      `To: ${this.#to}`,
      `Call-ID: ${this.#id}`,
      `CSeq: ${count} ${method}`,
      'Max-Forwards: 70',
      ...headers,
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  }
}

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', () => resolve(socket));
  });
}
