import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { CLOSED, Sitting, type Visitor } from './sitting.ts';
import { isOurOrigin } from './whence.ts';

/** What became of a visitor: his session may have ended, or he may be another one with it. */
export type Standing = 'same' | 'another' | 'over';

/** Who knows who asks. */
export interface SocketGate {
  /** Undefined for nobody whom we know. */
  visitorOf(request: IncomingMessage): Promise<Visitor | undefined>;
  /** Whether he may still be here: his session holds, his role and seat are the same. */
  standingOf(visitor: Visitor): Promise<Standing>;
}

/** What is behind an address for sockets. */
export interface SocketPath {
  /** The subprotocol that a client has to ask for. */
  readonly protocol?: string;
  /** Longest message of a client, bytes, and how many he may send in a second. */
  readonly maxMessage: number;
  readonly perSecond: number;
  /** Sockets of one user, of which the oldest goes when there are more, and of all users together. */
  readonly perUser: number;
  readonly inAll: number;
  mayOpen(visitor: Visitor): boolean;
  opened(socket: WebSocket, visitor: Visitor): void;
}

/** Requests for a socket whose session is being looked up; more are refused. */
const MAX_PENDING = 200;
/** Sessions that are looked at in one turn: calls have to have theirs. */
const LOOKS_PER_TURN = 50;
/** Between the pings to a socket, ms. One that did not answer the last is gone, as is one that nobody reads. */
const PING_EVERY_MS = 15_000;

/**
 * The sockets of the daemon: finds the path, asks who it is, holds the limits that all of them share. A socket ends with
 * its session.
 */
export class Sockets {
  readonly #gate: SocketGate;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #paths = new Map<string, { readonly path: SocketPath; readonly server: WebSocketServer }>();
  readonly #open = new Map<SocketPath, Set<Sitting>>();
  #pending = 0;
  /** Counts sessions that ended or changed: who was looked up before is perhaps somebody else. */
  #changes = 0;
  #cancelRound: () => void = () => undefined;

  constructor(parts: { readonly gate: SocketGate; readonly clock: Clock; readonly log: Log }) {
    this.#gate = parts.gate;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /** @param address such as `/live` */
  add(address: string, path: SocketPath): void {
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: path.maxMessage,
      handleProtocols: () => path.protocol ?? false,
    });
    this.#paths.set(address, { path, server });
    this.#open.set(path, new Set());
  }

  /** Takes the app's upgrades from now on until it closes. */
  serve(app: FastifyInstance): void {
    app.server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
    app.addHook('preClose', async () => this.#closeAll());
    this.#goRound();
  }

  /** His session has ended. */
  sessionEnded(session: string): void {
    this.#closeOf(session, CLOSED.signedOut, 'signed out');
  }

  /** He did something by which he may do more or less than before: his pages connect again, and nobody is signed out. */
  sessionChanged(session: string): void {
    this.#closeOf(session, CLOSED.comeAgain, 'come again');
  }

  /** How many may be open together, at all addresses. */
  get most(): number {
    return [...this.#paths.values()].reduce((sum, { path }) => sum + path.inAll, 0);
  }

  /** How many are open, by address. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.#paths].map(([address, { path }]) => [address, this.#open.get(path)?.size ?? 0]),
    );
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const gone = (): void => void socket.destroy();
    socket.on('error', gone);
    const found = this.#paths.get(addressOf(request));
    if (!found) return refuse(socket, 404);
    if (!isOfOurPages(request)) return refuse(socket, 403);
    if (this.#pending >= MAX_PENDING) return refuse(socket, 503);
    this.#pending += 1;
    let visitor: Visitor | undefined;
    try {
      visitor = await this.#visitorOf(request);
    } catch (error) {
      this.#log.warn({ reason: messageOf(error) }, 'a request for a socket could not be looked at');
      return refuse(socket, 503);
    } finally {
      this.#pending -= 1;
    }
    const { path, server } = found;
    if (!visitor) return refuse(socket, 401);
    if (!path.mayOpen(visitor)) return refuse(socket, 403);
    if (!asksFor(request, path.protocol)) return refuse(socket, 400);
    const open = this.#open.get(path) as Set<Sitting>;
    if (open.size >= path.inAll) return refuse(socket, 503);
    if (socket.destroyed) return;
    const sits = visitor;
    server.handleUpgrade(request, socket, head, (accepted) => {
      socket.off('error', gone);
      this.#seat(path, accepted, sits);
    });
  }

  /** Who asks, as he is now. */
  async #visitorOf(request: IncomingMessage): Promise<Visitor | undefined> {
    for (;;) {
      const before = this.#changes;
      const visitor = await this.#gate.visitorOf(request);
      if (before === this.#changes) return visitor;
    }
  }

  #seat(path: SocketPath, socket: WebSocket, visitor: Visitor): void {
    const open = this.#open.get(path) as Set<Sitting>;
    const his = [...open].filter((one) => one.visitor.principal.id === visitor.principal.id);
    for (const old of his.slice(0, Math.max(0, his.length - path.perUser + 1)))
      old.close(CLOSED.takenOver, 'another page took over');
    const sitting = new Sitting(socket, visitor, path.perSecond, this.#clock);
    open.add(sitting);
    socket.on('close', () => open.delete(sitting));
    path.opened(socket, visitor);
  }

  /** Pings everybody, and looks whether they may still be here. */
  #goRound(): void {
    const sitting = [...this.#all()];
    for (const one of sitting) one.ping();
    void this.#checkSessions(sitting);
    this.#cancelRound = this.#clock.at(this.#clock.now() + PING_EVERY_MS, () => this.#goRound());
  }

  async #checkSessions(sitting: readonly Sitting[]): Promise<void> {
    let looks = 0;
    for (const [first, ...others] of Map.groupBy(sitting, whose).values()) {
      if (!first) continue;
      if (looks > 0 && looks % LOOKS_PER_TURN === 0) await nextTurn();
      looks += 1;
      try {
        const standing = await this.#gate.standingOf(first.visitor);
        if (standing === 'same') continue;
        for (const one of [first, ...others])
          if (standing === 'over') one.close(CLOSED.signedOut, 'signed out');
          else one.close(CLOSED.comeAgain, 'come again');
      } catch (error) {
        // Nobody is sent away because the database is busy.
        this.#log.warn({ reason: messageOf(error) }, 'sessions could not be looked at');
        return;
      }
    }
  }

  #closeOf(session: string, code: number, reason: string): void {
    this.#changes += 1;
    for (const sitting of this.#all()) if (sitting.visitor.session === session) sitting.close(code, reason);
  }

  #closeAll(): void {
    this.#cancelRound();
    for (const sitting of this.#all()) sitting.close(CLOSED.goingAway, 'the daemon ends');
  }

  *#all(): Generator<Sitting> {
    for (const open of this.#open.values()) yield* open;
  }
}

/** The same for those who came with one session or token, and as the same. */
function whose({ visitor: { session = '', principal } }: Sitting): string {
  return [session, principal.id, principal.role, principal.branch, principal.agentId].join(' ');
}

/** The path, without query. */
function addressOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}

/** A browser says where a page is from; it may open sockets to its own server alone. A program says nothing, and has no cookie either. */
function isOfOurPages(request: IncomingMessage): boolean {
  return request.headers.origin === undefined || isOurOrigin(request);
}

function asksFor({ headers }: IncomingMessage, protocol: string | undefined): boolean {
  if (protocol === undefined) return true;
  const asked = headers['sec-websocket-protocol'] ?? '';
  return asked.split(',').some((one) => one.trim() === protocol);
}

function refuse(socket: Duplex, status: number): void {
  if (socket.destroyed) return;
  const answer = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  // Whoever does not read it holds no connection all the same.
  socket.end(answer, () => socket.destroy());
}
