import type { WebSocket } from 'ws';
import type { Clock } from '../base/clock.ts';
import type { Principal } from './principal.ts';

/** Whoever asks for a socket. */
export interface Visitor {
  readonly principal: Principal;
  /** Names his session, so that its end is the end of his sockets; undefined for the holder of a token. */
  readonly session?: string;
}

/** Codes with which we close sockets. */
export const CLOSED = {
  /** The daemon ends. */
  goingAway: 1001,
  /** The session has ended. */
  signedOut: 4401,
  /** His session goes on, but he is somebody else with it: he may come again. */
  comeAgain: 4410,
  /** The same user opened another one. */
  takenOver: 4409,
  /** More messages than a client may send. */
  tooMuch: 4429,
} as const;

/** A client has so long to say goodbye, ms. */
const GOODBYE_MS = 2_000;

/** An open socket and who sits at it. */
export class Sitting {
  readonly visitor: Visitor;
  readonly #socket: WebSocket;
  readonly #perSecond: number;
  readonly #clock: Clock;
  #answered = true;
  #second = 0;
  #sent = 0;

  /** @param perSecond messages that he may send in a second */
  constructor(socket: WebSocket, visitor: Visitor, perSecond: number, clock: Clock) {
    this.#socket = socket;
    this.visitor = visitor;
    this.#perSecond = perSecond;
    this.#clock = clock;
    // What a client sends wrongly closes his socket; that is all there is to do.
    socket.on('error', () => socket.terminate());
    socket.on('pong', () => {
      this.#answered = true;
    });
    socket.on('message', () => this.#count());
    socket.on('ping', () => this.#count());
  }

  /** A socket that did not answer the last ping is gone, or nobody reads it. */
  ping(): void {
    if (!this.#answered) return this.#socket.terminate();
    this.#answered = false;
    this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    this.#clock.at(this.#clock.now() + GOODBYE_MS, () => this.#socket.terminate());
  }

  #count(): void {
    const second = Math.floor(this.#clock.now() / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#sent = 0;
    }
    this.#sent += 1;
    if (this.#sent === this.#perSecond + 1) this.close(CLOSED.tooMuch, 'too many messages');
  }
}
