import { request as ask, createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PbxProxy, PbxWrite } from './pbx-proxy.ts';

/** Stands between one daemon and ARI, passes everything on, and notes what the daemon commands, over HTTP and over the websocket. */
export class AriProxy implements PbxProxy {
  readonly port: number;
  /** A REST command that is no GET. */
  readonly writes: PbxWrite[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();

  private constructor(server: Server, pbxPort: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('request', (incoming, outgoing) => {
      this.#note(incoming.method ?? '', incoming.url ?? '');
      const { method, url, headers } = incoming;
      const onward = ask({ port: pbxPort, host: '127.0.0.1', method, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      outgoing.on('close', () => onward.destroy());
      incoming.pipe(onward);
    });
    server.on('upgrade', (incoming: IncomingMessage, client: Duplex, head: Buffer) =>
      this.#join(incoming, client, head, connect(pbxPort, '127.0.0.1')),
    );
  }

  /** @param pbxPort where ARI is on this machine */
  static open(pbxPort: number): Promise<AriProxy> {
    const server = createServer();
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(new AriProxy(server, pbxPort)));
    });
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #join(incoming: IncomingMessage, client: Duplex, head: Buffer, pbx: Socket): void {
    const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
    for (let at = 0; at < incoming.rawHeaders.length; at += 2)
      lines.push(`${incoming.rawHeaders[at]}: ${incoming.rawHeaders[at + 1]}`);
    pbx.write(`${lines.join('\r\n')}\r\n\r\n`);
    pbx.write(head);
    const frames = new ClientFrames((text) => this.#noteFrame(text));
    client.on('data', (bytes: Buffer) => {
      frames.feed(bytes);
      pbx.write(bytes);
    });
    pbx.on('data', (bytes: Buffer) => client.write(bytes));
    for (const [one, other] of [
      [client, pbx],
      [pbx, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }

  #noteFrame(text: string): void {
    const { type, method, uri } = JSON.parse(text) as { type?: string; method?: string; uri?: string };
    if (type === 'RESTRequest') this.#note(method ?? '', uri ?? '');
  }

  #note(method: string, url: string): void {
    if (method !== 'GET')
      this.writes.push({ at: Date.now(), what: `${method} ${url.replace(/^\/ari\//, '')}` });
  }
}

const TEXT = 1;

/** Reads the text frames that a websocket client sends: RFC 6455 section 5.2; masked, whole, not compressed. */
class ClientFrames {
  #rest = Buffer.alloc(0);
  readonly #tell: (text: string) => void;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  feed(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const frame = this.#next();
      if (!frame) return;
      if (frame.opcode === TEXT) this.#tell(frame.payload.toString());
    }
  }

  #next(): { readonly opcode: number; readonly payload: Buffer } | undefined {
    const bytes = this.#rest;
    if (bytes.length < 2) return undefined;
    const short = bytes.readUInt8(1) & 0x7f;
    const wide = short === 127 ? 8 : short === 126 ? 2 : 0;
    const start = 2 + wide + 4;
    if (bytes.length < start) return undefined;
    const length = wide === 8 ? Number(bytes.readBigUInt64BE(2)) : wide === 2 ? bytes.readUInt16BE(2) : short;
    if (bytes.length < start + length) return undefined;
    const mask = bytes.subarray(start - 4, start);
    const payload = Buffer.from(bytes.subarray(start, start + length));
    for (let at = 0; at < length; at += 1) payload[at]! ^= mask[at % 4]!;
    this.#rest = bytes.subarray(start + length);
    return { opcode: bytes.readUInt8(0) & 0x0f, payload };
  }
}
