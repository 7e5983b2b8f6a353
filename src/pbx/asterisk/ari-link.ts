import type net from 'node:net';
import WebSocket from 'ws';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { backoffMs } from '../backoff.ts';
import { isRecord, text } from '../json.ts';
import { PbxError } from '../pbx.ts';
import { Wakefulness } from '../wakefulness.ts';
import {
  type AriEvent,
  type AriFrame,
  type AriRequest,
  type AriResponse,
  encodeRequest,
  MAX_FRAME,
  parseFrame,
  path,
  strings,
  USED_EVENTS,
  versionOf,
} from './ari-codec.ts';
import { AriHttp } from './ari-http-link.ts';
import { Freshness } from './freshness.ts';
import { Wire } from './wire-link.ts';

export interface AriLinkOptions {
  /** Where Asterisk's HTTP server is: `http://127.0.0.1:8088`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly app: string;
  readonly log: Log;
}

/** What the link tells its owner. Events come only between `up` and `down`, in Asterisk's order. */
export interface AriListener {
  /** `restarted`: this is another run of Asterisk than the one before. */
  up(version: string, restarted: boolean): void;
  down(reason: string): void;
  event(event: AriEvent): void;
}

interface Pending {
  readonly resolve: (response: AriResponse) => void;
  readonly reject: (error: PbxError) => void;
  readonly timer: NodeJS.Timeout;
}

const DEADLINE_MS = 3_000;
const PING_EVERY_MS = 1_000;
const PINGS_MISSED = 3;
/** A wrong password or an old Asterisk does not mend itself in seconds. */
const HOPELESS_RETRY_MS = 10_000;
const OLDEST_MAJOR = 20;
/** Old events break the link no more often than this: a clock that keeps stepping must not. */
const GAP_EVERY_MS = 60_000;
/** Websocket code of a link that was closed in order: Asterisk has ended, or restarts. */
const IN_ORDER = 1000;

/**
 * The websocket to ARI: events come in, and commands that cannot block go out on it. It connects again for ever until
 * `stop`. Every request has a deadline of 3 s and rejects with `PbxError` when the link drops.
 */
export class AriLink {
  readonly #options: AriLinkOptions;
  readonly #listener: AriListener;
  readonly #http: AriHttp;
  readonly #pending = new Map<string, Pending>();
  #socket: WebSocket | undefined;
  #wire = new Wire();
  #up = false;
  #onSocket = false;
  #stopped = false;
  #attempt = 0;
  #lastId = 0;
  /** When the Asterisk of the last link began, as it words it. */
  #began = '';
  /** Why it could not come up, said once each. */
  readonly #reasons = new Set<string>();
  #retry: NodeJS.Timeout | undefined;
  #wakefulness = new Wakefulness(PING_EVERY_MS, performance.now());
  /** When old events last broke the link; ms of a clock that only grows. */
  #gapAt = Number.NEGATIVE_INFINITY;

  constructor(options: AriLinkOptions, listener: AriListener) {
    this.#options = options;
    this.#listener = listener;
    this.#http = new AriHttp(options, DEADLINE_MS);
  }

  /** Starts to connect. */
  start(): void {
    this.#connect();
  }

  /** Closes the link for good; calls stay as they are. Resolves when the socket is closed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#drop('stopped');
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const cut = setTimeout(() => socket.terminate(), 300);
    socket.close();
    await closed;
    clearTimeout(cut);
  }

  /**
   * A command that Asterisk answers at once. Commands leave in the order of the calls. Resolves with any HTTP status;
   * rejects with `PbxError` 'link-down' or 'timeout'.
   */
  request(request: AriRequest): Promise<AriResponse> {
    this.#checkAwake();
    if (!this.#up || !this.#socket) return Promise.reject(new PbxError('link-down', 'no link to Asterisk'));
    return this.#onSocket ? this.#send(this.#socket, request) : this.#http.request(request);
  }

  /**
   * A command that may wait behind what its channel is doing. It goes over HTTP: the websocket takes requests one after
   * the other, and one that waits would hold up all calls. Otherwise like `request`.
   */
  requestSlow(request: AriRequest): Promise<AriResponse> {
    this.#checkAwake();
    if (!this.#up) return Promise.reject(new PbxError('link-down', 'no link to Asterisk'));
    return this.#http.request(request);
  }

  #connect(): void {
    const { url, user, password, app } = this.#options;
    const target = `${url.replace(/^http/, 'ws')}/ari/events?app=${encodeURIComponent(app)}`;
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const wire = new Wire();
    const socket = new WebSocket(target, {
      createConnection: wire.connect as typeof net.createConnection,
      headers: { authorization },
      handshakeTimeout: DEADLINE_MS,
      maxPayload: MAX_FRAME,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    this.#wire = wire;
    this.#wakefulness = new Wakefulness(PING_EVERY_MS, performance.now());
    const freshness = new Freshness();
    let reason = '';
    let hopeless = false;
    let missed = 0;
    const early: AriEvent[] = [];
    const heartbeat = setInterval(() => {
      this.#checkAwake();
      if (socket.readyState !== WebSocket.OPEN) return;
      if (missed >= PINGS_MISSED) {
        reason = `Asterisk is silent since ${PINGS_MISSED} s`;
        socket.terminate();
        return;
      }
      missed += 1;
      socket.ping();
    }, PING_EVERY_MS);

    socket.on('pong', () => {
      missed = 0;
    });
    socket.on('unexpected-response', (_request, response) => {
      const status = response.statusCode ?? 0;
      hopeless = status === 401 || status === 403;
      reason = refusal(status, user);
      response.resume();
      socket.terminate();
    });
    socket.on('error', (error) => {
      reason ||= error.message;
    });
    socket.on('open', () => {
      this.#greet(socket).then(
        ({ version, began }) => {
          if (this.#socket !== socket || this.#stopped) return;
          this.#up = true;
          this.#attempt = 0;
          this.#reasons.clear();
          const restarted = this.#began !== '' && this.#began !== began;
          this.#began = began;
          this.#tell(() => this.#listener.up(version, restarted));
          for (const event of early) this.#tell(() => this.#listener.event(event));
        },
        (error) => {
          hopeless = error instanceof TooOld;
          reason ||= messageOf(error);
          socket.terminate();
        },
      );
    });
    socket.on('message', (data) => {
      missed = 0;
      const told = this.#read(data.toString());
      if (!told || this.#socket !== socket) return;
      const { event, at } = told;
      if (at !== undefined && freshness.isOld(at, performance.now()) && this.#isGap()) return;
      if (this.#up) this.#tell(() => this.#listener.event(event));
      else early.push(event);
    });
    socket.on('close', (code) => {
      clearInterval(heartbeat);
      if (this.#socket !== socket) return;
      this.#drop(reason || (code === IN_ORDER ? 'Asterisk ended' : `Asterisk closed the link (${code})`));
      this.#later(hopeless);
    });
  }

  /** Asks for the version and for the events that are used. Events that come meanwhile wait, so that `up` is first. */
  async #greet(socket: WebSocket): Promise<{ version: string; began: string }> {
    const info = await this.#http.request({ method: 'GET', path: 'asterisk/info' });
    const system = isRecord(info.body) && isRecord(info.body.system) ? info.body.system : {};
    const status = isRecord(info.body) && isRecord(info.body.status) ? info.body.status : {};
    const version = versionOf(text(system, 'version') ?? '');
    if (version.major < OLDEST_MAJOR) throw new TooOld(version.text);
    this.#onSocket = version.restOnSocket;
    const filter = await this.#http.request({
      method: 'PUT',
      path: path('applications', this.#options.app, 'eventFilter'),
      body: { allowed: ['RESTResponse', ...USED_EVENTS].map((type) => ({ type })) },
    });
    if (filter.status >= 300)
      this.#options.log.warn({ status: filter.status }, 'Asterisk refused the event filter');
    await this.#unsubscribeEndpoints(filter.body);
    if (socket.readyState !== WebSocket.OPEN)
      throw new PbxError('link-down', 'Asterisk closed the link at once');
    return { version: version.text, began: text(status, 'startup_time') ?? '' };
  }

  /** A subscription to endpoints, left by whoever used the application's name, would double each event: also each digit. */
  async #unsubscribeEndpoints(application: unknown): Promise<void> {
    for (const endpoint of isRecord(application) ? strings(application.endpoint_ids) : []) {
      const query = { eventSource: `endpoint:${endpoint}` };
      await this.#http.request({
        method: 'DELETE',
        path: path('applications', this.#options.app, 'subscription'),
        query,
      });
    }
  }

  #send(socket: WebSocket, request: AriRequest): Promise<AriResponse> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      const id = String(this.#lastId);
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new PbxError('timeout', `${request.method} ${request.path}: no answer in ${DEADLINE_MS} ms`));
      }, DEADLINE_MS);
      this.#pending.set(id, { resolve, reject, timer });
      this.#wire.gather();
      socket.send(encodeRequest(id, request));
    });
  }

  /** Settles the request that a frame answers, or gives back the event that it holds. */
  #read(frame: string): (AriFrame & { kind: 'event' }) | undefined {
    const parsed = parseFrame(frame);
    switch (parsed.kind) {
      case 'event':
        return parsed;
      case 'response': {
        const pending = this.#pending.get(parsed.id);
        if (!pending) return undefined;
        this.#pending.delete(parsed.id);
        clearTimeout(pending.timer);
        pending.resolve(parsed.response);
        return undefined;
      }
      case 'broken':
        this.#options.log.warn({ why: parsed.why }, 'dropped a frame from Asterisk');
        return undefined;
      case 'unused':
        return undefined;
    }
  }

  #drop(reason: string): void {
    this.#up = false;
    this.#socket = undefined;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new PbxError('link-down', `the link to Asterisk dropped: ${reason}`));
    }
    this.#pending.clear();
    this.#http.abort();
    if (this.#stopped || this.#reasons.has(reason)) return;
    this.#reasons.add(reason);
    this.#tell(() => this.#listener.down(reason));
  }

  /** After this process stood still, nothing goes out and nothing comes in on the old link. */
  #checkAwake(): void {
    const stood = this.#wakefulness.look(performance.now());
    if (stood) this.#cut(stood);
  }

  /** Breaks the link over an old event, so that what is true is asked anew; false where that was done lately. */
  #isGap(): boolean {
    const now = performance.now();
    if (now - this.#gapAt < GAP_EVERY_MS) return false;
    this.#gapAt = now;
    this.#cut('its events come late');
    return true;
  }

  #cut(reason: string): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#drop(reason);
    this.#later(false);
    socket.terminate();
  }

  #later(hopeless: boolean): void {
    if (this.#stopped) return;
    const delay = hopeless ? HOPELESS_RETRY_MS : backoffMs(this.#attempt, Math.random());
    this.#attempt += 1;
    this.#retry = setTimeout(() => this.#connect(), delay);
  }

  /** A listener that throws is a bug above; the link and the calls on it go on. */
  #tell(say: () => void): void {
    try {
      say();
    } catch (error) {
      this.#options.log.error({ error: messageOf(error) }, 'a PBX event listener threw');
    }
  }
}

class TooOld extends Error {
  constructor(version: string) {
    super(
      `Asterisk ${version} is too old: Carillon needs Asterisk ${OLDEST_MAJOR} or newer. Set CARILLON_ASTERISK to one, or unset it to get a private one`,
    );
  }
}

function refusal(status: number, user: string): string {
  if (status === 401 || status === 403)
    return `Asterisk refused the ARI user "${user}": wrong user or password. Start Carillon again, which gives Asterisk the present one`;
  if (status === 503) return 'Asterisk is still starting';
  // Before its ARI is loaded, it knows no such page.
  if (status === 404) return 'Asterisk is still starting, or ARI is not enabled there (ari.conf, http.conf)';
  return `Asterisk answered HTTP ${status}: is ARI enabled there?`;
}
