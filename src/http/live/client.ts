import { WebSocket } from 'ws';
import type { Principal } from '../principal.ts';
import type { Audience } from './audience.ts';

/** The part of a websocket that the feed needs. */
export interface FeedSocket {
  /** Bytes that wait to be taken by whoever is at the other end. */
  readonly bufferedAmount: number;
  readonly readyState: number;
  send(data: Buffer, options: { readonly binary: false; readonly compress: false }): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: 'message', listener: (data: unknown, isBinary: boolean) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

/** While more than this waits for him, nothing is added, bytes. */
const FULL_BYTES = 64 * 1024;
/** Who has read nothing for so long is let go, ms. */
const PATIENCE_MS = 10_000;

/** A page, or a program, at the other end of a socket. */
export class Client {
  readonly principal: Principal;
  /** By topic. */
  readonly watching = new Map<string, Audience>();
  readonly #socket: FeedSocket;
  /** When he fell behind, UTC ms; undefined while he has been told everything. */
  #behindSince: number | undefined;

  constructor(socket: FeedSocket, principal: Principal) {
    this.#socket = socket;
    this.principal = principal;
  }

  /** What comes after our goodbye, until he answers it, is nothing to us. */
  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Sends it, unless too much waits for him already: then he misses it, and everything that follows. @param now UTC ms */
  tell(message: Buffer, now: number): void {
    if (this.#behindSince !== undefined) return;
    if (this.#socket.bufferedAmount > FULL_BYTES) this.#behindSince = now;
    else this.#socket.send(message, { binary: false, compress: false });
  }

  /** Tells him everything anew once he has read what waited for him; lets him go when he does not. @param now UTC ms */
  catchUp(now: number): void {
    if (this.#behindSince === undefined) return;
    if (this.#socket.bufferedAmount === 0) {
      this.#behindSince = undefined;
      for (const audience of this.watching.values()) this.tell(Buffer.from(audience.whole(now)), now);
    } else if (now - this.#behindSince >= PATIENCE_MS) this.#socket.terminate();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }
}
