import net from 'node:net';
import { messageOf } from '../../base/errors.ts';
import { PbxError } from '../pbx.ts';
import { type AriRequest, type AriResponse, responseOf } from './ari-codec.ts';
import { encodeHttp, HttpReader } from './http-codec.ts';

export interface AriHttpOptions {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** Connections at once; requests beyond them wait for one. */
const MOST_CONNECTIONS = 64;
/** Asterisk closes an idle one after 30 s (http.conf, session_inactivity); one must not meet a request on its way. */
const KEPT_MS = 5000;

interface Call {
  readonly what: string;
  /** Asking twice is like asking once (RFC 9110, 9.2.2). */
  readonly isIdempotent: boolean;
  readonly message: string;
  readonly resolve: (response: AriResponse) => void;
  readonly reject: (error: PbxError) => void;
  timer?: NodeJS.Timeout;
  connection?: Connection;
}

interface Connection {
  readonly socket: net.Socket;
  readonly reader: HttpReader;
  call?: Call;
  /** It has answered before: the server may close it while the next request is on its way. */
  used: boolean;
  /** ms of a clock that only grows. */
  idleSince: number;
}

/**
 * REST calls to ARI over kept HTTP connections, each call with its own, so that none waits for another. Written for this because
 * Node's client takes several times the processor time, on a path that every call goes.
 */
export class AriHttp {
  readonly #host: string;
  readonly #address: { readonly host: string; readonly port: number };
  readonly #authorization: string;
  readonly #deadlineMs: number;
  readonly #connections = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #waiting: Call[] = [];

  constructor(options: AriHttpOptions, deadlineMs: number) {
    const { host, hostname, port } = new URL(options.url);
    this.#host = host;
    this.#address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) };
    this.#authorization = `Basic ${Buffer.from(`${options.user}:${options.password}`).toString('base64')}`;
    this.#deadlineMs = deadlineMs;
  }

  /** Resolves with any HTTP status; rejects with `PbxError` 'timeout' or 'link-down'. */
  request(request: AriRequest): Promise<AriResponse> {
    return new Promise((resolve, reject) => {
      const what = `${request.method} ${request.path}`;
      const message = encodeHttp(request, this.#host, this.#authorization);
      const isIdempotent = request.method !== 'POST';
      const call: Call = { what, isIdempotent, message, resolve, reject };
      call.timer = setTimeout(() => this.#late(call), this.#deadlineMs);
      this.#begin(call);
    });
  }

  /** Rejects every call under way and closes the connections; new calls may be made. */
  abort(): void {
    const error = new PbxError('link-down', 'the link to Asterisk dropped');
    for (const call of this.#waiting.splice(0)) fail(call, error);
    for (const connection of [...this.#connections]) {
      const { call } = connection;
      this.#forget(connection);
      if (call) fail(call, error);
    }
  }

  #begin(call: Call): void {
    const idle = this.#fresh();
    if (!idle && this.#connections.size >= MOST_CONNECTIONS) {
      this.#waiting.push(call);
      return;
    }
    const connection = idle ?? this.#connect();
    connection.call = call;
    call.connection = connection;
    connection.socket.write(call.message);
  }

  #rest(connection: Connection): void {
    connection.idleSince = performance.now();
    this.#idle.push(connection);
  }

  /** A kept connection that the server has not thought of closing yet. */
  #fresh(): Connection | undefined {
    const idle = this.#idle.pop();
    if (!idle || performance.now() - idle.idleSince < KEPT_MS) return idle;
    // Those below have rested for longer still.
    for (const old of [idle, ...this.#idle]) this.#forget(old);
    return undefined;
  }

  #connect(): Connection {
    const socket = net.connect({ ...this.#address, noDelay: true });
    const connection: Connection = { socket, reader: new HttpReader(), used: false, idleSince: 0 };
    this.#connections.add(connection);
    let reason = 'closed';
    socket.on('error', (error) => {
      reason = messageOf(error);
    });
    socket.on('data', (chunk) => this.#read(connection, chunk));
    socket.on('close', () => this.#closed(connection, reason));
    return connection;
  }

  #read(connection: Connection, chunk: Buffer): void {
    try {
      const answer = connection.reader.take(chunk);
      if (!answer) return;
      const { call } = connection;
      connection.call = undefined;
      connection.used = true;
      if (!call || answer.last || !connection.reader.isEmpty) this.#forget(connection);
      else this.#rest(connection);
      if (!call) return;
      clearTimeout(call.timer);
      call.resolve(responseOf(answer.status, answer.body));
      this.#next();
    } catch (error) {
      const { call } = connection;
      this.#forget(connection);
      if (call) fail(call, new PbxError('link-down', `HTTP: ${messageOf(error)}`));
      this.#next();
    }
  }

  #closed(connection: Connection, reason: string): void {
    if (!this.#connections.has(connection)) return;
    const { call, used, reader } = connection;
    this.#forget(connection);
    // Asterisk closes what is idle for a while.
    if (call?.isIdempotent && used && reader.isEmpty) this.#begin(call);
    else if (call) fail(call, new PbxError('link-down', `HTTP: ${reason}`));
    this.#next();
  }

  #late(call: Call): void {
    const at = this.#waiting.indexOf(call);
    if (at >= 0) this.#waiting.splice(at, 1);
    if (call.connection) this.#forget(call.connection);
    call.reject(new PbxError('timeout', `${call.what}: no answer in ${this.#deadlineMs} ms`));
    this.#next();
  }

  #next(): void {
    const call = this.#waiting.shift();
    if (call) this.#begin(call);
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    connection.call = undefined;
    connection.socket.destroy();
  }
}

function fail(call: Call, error: PbxError): void {
  clearTimeout(call.timer);
  call.reject(error);
}
