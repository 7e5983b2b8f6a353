import { WebSocket } from 'ws';
import type { Log } from '../base/log.ts';
import { CLOSED } from './sitting.ts';
import type { SocketPath } from './sockets.ts';

/** The subprotocol of SIP over websocket (RFC 7118). */
const SIP = 'sip';
/** Longest SIP message, bytes. A long one, with all candidates of a machine with many addresses, has 8 kB. */
const MAX_MESSAGE = 64 * 1024;
/** A call is set up with a dozen messages. */
const PER_SECOND = 100;
/** Phones in pages at once. Asterisk has a thread for each. */
const IN_ALL = 1_000;
/** While more than this waits for one side, nothing is taken from the other, bytes. */
const FULL_BYTES = 256 * 1024;
/** The PBX is on this machine: it answers at once, or is away. */
const CONNECT_MS = 3_000;

/** The PBX is away, or closed the connection. */
const PBX_AWAY = { code: 4503, reason: 'the PBX is away' } as const;
/** What is no text is no SIP. */
const NOT_SIP = { code: 1003, reason: 'SIP is text' } as const;

/**
 * The phones in agents' pages: passes SIP on to the PBX, so that a page needs no other server than its own, and the PBX has no open
 * port for browsers. Who he is he proves to the PBX, by the secret of his phone.
 * @param pbx such as `ws://127.0.0.1:8088/ws`
 */
export function sipPath({ pbx, log }: { readonly pbx: string; readonly log: Log }): SocketPath {
  return {
    protocol: SIP,
    maxMessage: MAX_MESSAGE,
    perSecond: PER_SECOND,
    // The newest page is the one before which the agent sits.
    perUser: 1,
    inAll: IN_ALL,
    mayOpen: ({ principal }) => principal.via === 'session' && principal.agentId !== undefined,
    opened: (page, { principal }) => {
      const agent = principal.agentId;
      const upstream = new WebSocket(pbx, SIP, {
        perMessageDeflate: false,
        handshakeTimeout: CONNECT_MS,
        maxPayload: MAX_MESSAGE,
      });
      page.pause();
      upstream.on('open', () => {
        page.resume();
        log.debug({ agent }, 'a phone in a page is connected');
      });
      upstream.on('error', (error) => log.warn({ agent, error: error.message }, 'no way to the PBX for SIP'));
      pass(page, upstream);
      pass(upstream, page);
      upstream.on('close', () => {
        // Or it would never read the page's goodbye.
        page.resume();
        page.close(PBX_AWAY.code, PBX_AWAY.reason);
      });
      page.on('close', () => {
        // One that was not open yet is dropped; else the PBX learns that the page is gone.
        if (upstream.readyState === WebSocket.OPEN) upstream.close(CLOSED.goingAway);
        else upstream.terminate();
      });
    },
  };
}

/** Gives everything that comes from one side to the other, as fast as that one takes it. */
function pass(from: WebSocket, to: WebSocket): void {
  from.on('message', (data, isBinary) => {
    // Until its end has answered our goodbye, one that was closed goes on.
    if (from.readyState !== WebSocket.OPEN) return;
    if (isBinary) return from.close(NOT_SIP.code, NOT_SIP.reason);
    if (to.readyState !== WebSocket.OPEN) return;
    to.send(data, { binary: false }, () => {
      if (from.isPaused && to.bufferedAmount < FULL_BYTES) from.resume();
    });
    if (to.bufferedAmount >= FULL_BYTES) from.pause();
  });
}
