import { createSocket, type Socket } from 'node:dgram';
import { performance } from 'node:perf_hooks';
import type { StallMeter } from './stalls.ts';

const PACKET_MS = 20;
/** Samples of a packet: 20 ms at 8 kHz. */
const SAMPLES = 160;
const AUDIO = 0;
const EVENT = 101;
const SILENCE = Buffer.alloc(SAMPLES, 0xff);
/** A square wave of 400 Hz, not too loud. */
const VOICE = Buffer.from(Array.from({ length: SAMPLES }, (_, at) => (at % 20 < 10 ? 0x20 : 0xa0)));
const KEYS = '0123456789*#';
/** A key is held and released for so many packets. */
const HELD = 5;
const RELEASED = 4;
/** The last packet of a key is sent so often, RFC 4733 section 2.5.1.4. */
const ENDS = 3;

/** A packet to send, without its header; `step` is what the timestamp grows by after it, samples. */
interface Outgoing {
  readonly body: Buffer;
  readonly type: number;
  readonly marker: boolean;
  readonly step: number;
}

const TALK: Outgoing = { body: VOICE, type: AUDIO, marker: false, step: SAMPLES };
const QUIET: Outgoing = { body: SILENCE, type: AUDIO, marker: false, step: SAMPLES };

/** A time in which nothing was heard though something should have been; from and to on `performance.now()`. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/**
 * One end of a call's audio: notes what arrives and when, sends silence and keys. While `talks` it sends a tone, else a silent
 * packet a second, so that the PBX does not take it for dead.
 */
export class RtpWitness {
  readonly port: number;
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  readonly #queue: Outgoing[] = [];
  readonly #gaps: Gap[] = [];
  readonly #gapMs: number;
  talks = false;
  /** Silence is sent in every packet, as by phones that make no pauses: who listens for a machine needs to hear it. */
  streams = false;
  packets = 0;
  /** When the tone was heard first that witnesses talk in. */
  voiceAt: number | undefined;
  #remote: number | undefined;
  #sequence = 0;
  #timestamp = 0;
  #ticks = 0;
  #lastHeard: number | undefined;
  #measuring = false;
  #deafUntil = 0;
  #closed = false;

  private constructor(socket: Socket, gapMs: number) {
    this.#socket = socket;
    this.#gapMs = gapMs;
    this.port = socket.address().port;
    socket.on('message', (packet) => this.#hear(packet));
    // A port that closed meanwhile answers with ICMP, which says nothing new.
    socket.on('error', () => undefined);
    this.#timer = setInterval(() => this.#tick(), PACKET_MS);
  }

  /** @param gapMs what counts as a gap */
  static open(gapMs = 200): Promise<RtpWitness> {
    const socket = createSocket('udp4');
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, '127.0.0.1', () => {
        socket.removeAllListeners('error');
        resolve(new RtpWitness(socket, gapMs));
      });
    });
  }

  /** Sends to this port of this machine from now on. */
  sendTo(port: number): void {
    this.#remote = port;
  }

  /** Presses keys one after the other, 180 ms each. */
  press(keys: string): void {
    for (const key of keys) {
      const code = KEYS.indexOf(key);
      if (code < 0) throw new Error(`${key} is no key`);
      this.#queue.push(...keyPackets(code));
      for (let at = 0; at < RELEASED; at += 1) this.#queue.push(QUIET);
    }
  }

  /** Looks for gaps from now on. */
  measure(): void {
    this.#measuring = true;
    this.#lastHeard = performance.now();
    this.#gaps.length = 0;
  }

  /** Does not listen for so long, as if nothing came: what a gap meter has to notice. */
  deafen(ms: number): void {
    this.#deafUntil = performance.now() + ms;
  }

  /** The gaps since `measure`, without what `stalls` says was this process's own standing still. Ends the measuring. */
  gaps(stalls: StallMeter): Gap[] {
    if (this.#measuring) this.#noteGap(performance.now());
    this.#measuring = false;
    return this.#gaps.filter(({ from, to }) => to - from - stalls.within(from, to) > this.#gapMs);
  }

  /** Sends one packet and neither sends nor hears any more: for calls of which only the signalling counts. */
  leave(): void {
    if (this.#closed || this.#remote === undefined) return this.close();
    this.#send(QUIET, () => this.close());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#socket.close();
  }

  #hear(packet: Buffer): void {
    // RTCP of a neighbour's port may come along.
    if (packet.length < 12 || (packet.readUInt8(1) & 0x7f) !== AUDIO) return;
    const now = performance.now();
    if (now < this.#deafUntil) return;
    this.packets += 1;
    if (this.voiceAt === undefined && packet.subarray(12).equals(VOICE)) this.voiceAt = now;
    if (this.#measuring) this.#noteGap(now);
    this.#lastHeard = now;
  }

  #noteGap(now: number): void {
    const from = this.#lastHeard ?? now;
    if (now - from > this.#gapMs) this.#gaps.push({ from, to: now });
  }

  #tick(): void {
    this.#ticks += 1;
    if (this.#remote === undefined) return;
    const next = this.#queue.shift();
    if (next) return this.#send(next);
    if (this.talks) this.#send(TALK);
    else if (this.streams || this.#ticks % 50 === 0) this.#send(QUIET);
    else this.#timestamp += SAMPLES;
  }

  #send({ body, type, marker, step }: Outgoing, sent?: () => void): void {
    const header = Buffer.alloc(12);
    header.writeUInt8(0x80, 0);
    header.writeUInt8((marker ? 0x80 : 0) | type, 1);
    header.writeUInt16BE(this.#sequence & 0xffff, 2);
    header.writeUInt32BE(this.#timestamp >>> 0, 4);
    header.writeUInt32BE(this.port, 8);
    this.#sequence += 1;
    this.#timestamp += step;
    this.#socket.send(Buffer.concat([header, body]), this.#remote, '127.0.0.1', sent);
  }
}

/** RFC 4733: all packets of a key carry the timestamp of its begin; the last one is repeated. */
function keyPackets(code: number): Outgoing[] {
  return Array.from({ length: HELD + ENDS }, (_, at) => {
    const body = Buffer.alloc(4);
    body.writeUInt8(code, 0);
    body.writeUInt8((at >= HELD ? 0x80 : 0) | 10, 1);
    body.writeUInt16BE(Math.min(at + 1, HELD) * SAMPLES, 2);
    const isLast = at === HELD + ENDS - 1;
    return { body, type: EVENT, marker: at === 0, step: isLast ? (HELD + ENDS) * SAMPLES : 0 };
  });
}
