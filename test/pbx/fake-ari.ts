import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** What the fake does with a REST request; undefined: nothing, as a PBX that hangs. */
export type Answer = (method: string, uri: string) => { status: number; body?: object } | undefined;

/** The outside of ARI without an Asterisk: for versions, faults and frames that a real one does not show on demand. */
export class FakeAri {
  version = '22.10.1+dfsg';
  password = 'secret';
  startedAt = '2026-07-20T08:00:00.000+0000';
  /** REST on the websocket. */
  onSocket: Answer = () => ({ status: 204 });
  /** REST over HTTP, except what a link asks when it connects. */
  overHttp: Answer = () => ({ status: 204 });
  /** Whether it answers websocket pings. */
  readonly sockets: WebSocket[] = [];
  /** Requests in order: `ws GET channels`, `http POST …`. */
  readonly requests: string[] = [];
  connections = 0;
  /** HTTP status that it refuses websockets with, 0 for none. */
  refusal = 0;
  readonly #server = http.createServer((request, response) => this.#http(request, response));
  readonly #ws = new WebSocketServer({ noServer: true, autoPong: true });
  readonly #silent = new WebSocketServer({ noServer: true, autoPong: false });
  /** The next connection gets no answers to its pings. */
  silent = false;

  constructor() {
    this.#server.on('upgrade', (request, socket, head) => {
      this.connections += 1;
      if (this.refusal !== 0) {
        socket.end(`HTTP/1.1 ${this.refusal} No\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      if (!this.#isKnown(request)) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      const server = this.silent ? this.#silent : this.#ws;
      server.handleUpgrade(request, socket, head, (link) => this.#linked(link));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Sends a frame to the newest link. */
  say(frame: string | object): void {
    this.sockets.at(-1)?.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  #linked(link: WebSocket): void {
    this.sockets.push(link);
    link.on('message', (data) => {
      const request = JSON.parse(data.toString()) as { request_id: string; method: string; uri: string };
      this.requests.push(`ws ${request.method} ${request.uri}`);
      const answer = this.onSocket(request.method, request.uri);
      if (!answer) return;
      const { status, body } = answer;
      link.send(
        JSON.stringify({
          type: 'RESTResponse',
          request_id: request.request_id,
          status_code: status,
          ...(body && { message_body: JSON.stringify(body) }),
        }),
      );
    });
  }

  #http(request: http.IncomingMessage, response: http.ServerResponse): void {
    const uri = (request.url ?? '').replace('/ari/', '');
    const method = request.method ?? '';
    this.requests.push(`http ${method} ${uri}`);
    const answer = this.#greeting(uri) ?? this.overHttp(method, uri);
    if (!answer) return;
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(answer.body ? JSON.stringify(answer.body) : '');
  }

  #greeting(uri: string): { status: number; body?: object } | undefined {
    if (uri.startsWith('asterisk/info'))
      return {
        status: 200,
        body: { system: { version: this.version }, status: { startup_time: this.startedAt } },
      };
    return uri.endsWith('/eventFilter') ? { status: 200, body: { name: 'carillon' } } : undefined;
  }

  #isKnown(request: http.IncomingMessage): boolean {
    return (
      request.headers.authorization === `Basic ${Buffer.from(`carillon:${this.password}`).toString('base64')}`
    );
  }
}
