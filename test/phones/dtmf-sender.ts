import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Law, type RtpPacket, silentTick, TICK_MS, TICK_SAMPLES, type Tick } from './dtmf-keys.ts';

const HEADER_BYTES = 12;
const VERSION = 2 << 6;
const MARKER = 0x80;

/** The audio of one caller: RTP of G.711 in which every packet is ours. It sends silence, and keys when told to. */
export class DtmfSender {
  readonly port: number;
  readonly #socket: Socket;
  readonly #silence: Tick;
  readonly #ssrc = Math.floor(Math.random() * 2 ** 32);
  readonly #keys: { readonly tick: Tick; readonly start: number; readonly sent?: () => void }[] = [];
  #server: { address: string; port: number } | undefined;
  #heard: () => void = () => undefined;
  /** Resolves when the first sound of the other side is there. */
  readonly heard: Promise<void>;
  #sequence = 0;
  #samples = 0;
  #open = true;

  private constructor(socket: Socket, law: Law) {
    this.#socket = socket;
    this.port = (socket.address() as AddressInfo).port;
    this.#silence = silentTick(law);
    this.heard = new Promise((resolve) => {
      this.#heard = resolve;
    });
    // Where it comes from is where ours goes, so nobody has to read the SDP.
    socket.on('message', (_, from) => {
      this.#server ??= from;
      this.#heard();
    });
  }

  static async open(law: Law): Promise<DtmfSender> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const sender = new DtmfSender(socket, law);
    void sender.#run();
    return sender;
  }

  /** Sends these keys after those that wait; resolves when they are out. */
  async press(ticks: readonly Tick[]): Promise<void> {
    await this.heard;
    const start = this.#samples + this.#keys.length * TICK_SAMPLES;
    await new Promise<void>((resolve) => {
      ticks.forEach((tick, index) => {
        this.#keys.push({ tick, start, ...(index === ticks.length - 1 && { sent: resolve }) });
      });
    });
  }

  /** Falls silent. */
  close(): void {
    if (this.#open) this.#socket.close();
    this.#open = false;
  }

  /** A tick every 20 ms. One that is late is followed sooner, so that the stream keeps its pace. */
  async #run(): Promise<void> {
    await this.heard;
    for (let next = performance.now(); this.#open; next += TICK_MS) {
      const keys = this.#keys.shift();
      for (const packet of keys?.tick ?? this.#silence) this.#send(packet, keys?.start ?? this.#samples);
      this.#samples += TICK_SAMPLES;
      keys?.sent?.();
      await sleep(Math.max(0, next + TICK_MS - performance.now()));
    }
  }

  #send({ payloadType, marker, at, payload, arrives }: RtpPacket, start: number): void {
    const packet = Buffer.alloc(HEADER_BYTES + payload.length);
    packet.writeUInt8(VERSION, 0);
    packet.writeUInt8(marker ? MARKER | payloadType : payloadType, 1);
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(start + at, 4);
    packet.writeUInt32BE(this.#ssrc, 8);
    packet.set(payload, HEADER_BYTES);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    for (let copy = 0; copy < arrives; copy += 1)
      this.#socket.send(packet, this.#server!.port, this.#server!.address);
  }
}
