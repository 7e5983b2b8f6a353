import { WebSocket } from 'ws';
import { webPhoneOf } from '../agent/web-phone.ts';
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
/** Whoever left a seat may still know the secret of its phone. */
const NOT_HIS = { code: 1008, reason: 'this is the phone of another seat' } as const;

/**
 * The phones in agents' pages: passes SIP on to the PBX, so that a page needs no other server than its own, and the PBX has no open
 * port for browsers. Who he is he proves to the PBX, by the secret of his phone; as that of another seat he does not get there.
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
      pass(page, upstream, (message) => agent !== undefined && speaksFor(message, webPhoneOf(agent)));
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

/**
 * Whether a message of a page is of this phone. An answer is, and so is what belongs to a call that is there: those have the names that
 * the PBX gave them. All lines are looked at, as if there could be several messages in one.
 */
export function speaksFor(message: string, extension: string): boolean {
  const lines = message.replace(/(?:\r\n?|\n)[ \t]+/g, ' ').split(/[\r\n]+/);
  if (!lines.some((line) => /\sSIP\/2\.0\s*$/i.test(line))) return true;
  const [from, to] = [valuesOf(lines, 'f|from'), valuesOf(lines, 't|to')];
  const isOwn = (address: string): boolean => /^<sip:([^@<>]+)@[^<>]*>/.exec(address)?.[1] === extension;
  const isOwnFrom = from.length > 0 && from.every(isOwn);
  if (lines.some((line) => /^\s*REGISTER\s/i.test(line)))
    return isOwnFrom && to.length > 0 && to.every(isOwn);
  return isOwnFrom || (to.length > 0 && to.every(hasTag));
}

function hasTag(address: string): boolean {
  const unquoted = address.replace(/"(?:[^"\\]|\\.)*"/g, '');
  return /^[^<>"]*<[^<>]*>\s*;(?:.*;)?\s*tag\s*=/i.test(unquoted);
}

/** What the headers with this name say. @param name a pattern */
function valuesOf(lines: readonly string[], name: string): string[] {
  const header = new RegExp(`^\\s*(?:${name})\\s*:\\s*(.*)$`, 'i');
  return lines.flatMap((line) => header.exec(line)?.[1] ?? []);
}

/** Gives everything that comes from one side to the other, as fast as that one takes it. @param may what is passed on */
function pass(from: WebSocket, to: WebSocket, may?: (message: string) => boolean): void {
  from.on('message', (data, isBinary) => {
    // Until its end has answered our goodbye, one that was closed goes on.
    if (from.readyState !== WebSocket.OPEN) return;
    if (isBinary) return from.close(NOT_SIP.code, NOT_SIP.reason);
    if (may && !may(String(data))) return from.close(NOT_HIS.code, NOT_HIS.reason);
    if (to.readyState !== WebSocket.OPEN) return;
    to.send(data, { binary: false }, () => {
      if (from.isPaused && to.bufferedAmount < FULL_BYTES) from.resume();
    });
    if (to.bufferedAmount >= FULL_BYTES) from.pause();
  });
}
