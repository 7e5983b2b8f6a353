import { promises as dns, type LookupAddress } from 'node:dns';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isPublicAddress, type LookUp, type LookUpAnswer, type LookUpRequest } from './look-up.ts';
import {
  failed,
  NOT_HTTP,
  PRIVATE_ADDRESS,
  readAnswer,
  troubleOf,
  Unusable,
  type WireAnswer,
  type WireRequest,
  wireRequest,
} from './look-up-wire.ts';
import { Turnstile } from './turnstile.ts';

/** The addresses of a host; rejects like `dns.lookup`. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

const MAX_ANSWER_BYTES = 256 * 1024;
const MAX_AT_ONCE = 50;
const MAX_RETRIES = 3;
const FIRST_PAUSE_MS = 100;
/** How long a connection is kept for the next look-up. */
const IDLE_MS = 15_000;
const TOO_LATE = 'the service did not answer in time';

/**
 * Look-ups over HTTP/1.1 with kept connections: no redirects, no compression, JSON of at most 256 KB, and private addresses
 * only where they are allowed. At most 50 at once per service; the rest wait within their deadlines.
 */
export function httpLookUp({ resolve = resolveBySystem }: { readonly resolve?: Resolve } = {}): LookUp {
  const turnstile = new Turnstile(MAX_AT_ONCE);
  const agents = new Agents(resolve);
  return {
    async ask(request, signal) {
      signal.throwIfAborted();
      const deadline = new Deadline(request.deadlineMs, signal);
      let leave = (): void => undefined;
      try {
        const wire = wireRequest(request);
        if ('wrong' in wire) return failed(wire.wrong);
        leave = await turnstile.enter(wire.url.origin, deadline.signal);
        const answer = await tryAll(wire, request, agents, deadline);
        signal.throwIfAborted();
        return answer;
      } catch (thrown) {
        signal.throwIfAborted();
        return failed(deadline.isOver ? TOO_LATE : troubleOf(thrown).reason);
      } finally {
        leave();
        deadline.clear();
      }
    },
  };
}

const resolveBySystem: Resolve = (host) => dns.lookup(host, { all: true });

/** Aborts its signal when the time is up, or when the outer one does. */
class Deadline {
  readonly signal: AbortSignal;
  readonly #end: number;
  readonly #over = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number, outer: AbortSignal) {
    this.#end = performance.now() + ms;
    this.#timer = setTimeout(() => this.#over.abort(), ms);
    this.signal = AbortSignal.any([outer, this.#over.signal]);
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  get leftMs(): number {
    return Math.max(0, this.#end - performance.now());
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

interface Outcome {
  readonly answer: LookUpAnswer;
  /** Whether another try may go better. */
  readonly isWorthRetry: boolean;
}

/** Each try gets an equal share of the time that is left, the last one all of it. */
async function tryAll(
  wire: WireRequest,
  { retries, privateAllowed }: LookUpRequest,
  agents: Agents,
  deadline: Deadline,
): Promise<LookUpAnswer> {
  const further = wire.isRepeatable ? Math.min(retries, MAX_RETRIES) : 0;
  for (let made = 0; ; made += 1) {
    const left = further - made;
    const share = new Deadline(deadline.leftMs / (left + 1), deadline.signal);
    const { answer, isWorthRetry } = await tryOnce(wire, privateAllowed, agents, share);
    if (!isWorthRetry || left === 0) return answer;
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** made, deadline.leftMs / 10);
    await sleep(pauseMs, undefined, { signal: deadline.signal });
  }
}

async function tryOnce(
  wire: WireRequest,
  privateAllowed: boolean,
  agents: Agents,
  share: Deadline,
): Promise<Outcome> {
  try {
    const received = await exchange(wire, privateAllowed, agents, share.signal);
    return { answer: readAnswer(received), isWorthRetry: [502, 503, 504].includes(received.status) };
  } catch (thrown) {
    if (share.isOver) return { answer: failed(TOO_LATE), isWorthRetry: true };
    share.signal.throwIfAborted();
    const { reason, isWorthRetry } = troubleOf(thrown);
    return { answer: failed(reason), isWorthRetry };
  } finally {
    share.clear();
  }
}

/** The service may close a kept connection just when we use it: then a new one is taken, which is no retry. */
async function exchange(
  wire: WireRequest,
  privateAllowed: boolean,
  agents: Agents,
  signal: AbortSignal,
): Promise<WireAnswer> {
  const { protocol } = wire.url;
  const single = agents.get({ protocol, privateAllowed, keepAlive: false });
  if (!wire.isRepeatable) return await send(wire, single, signal);
  try {
    return await send(wire, agents.get({ protocol, privateAllowed, keepAlive: true }), signal);
  } catch (thrown) {
    if (!(thrown instanceof StaleConnection)) throw thrown;
    return await send(wire, single, signal);
  }
}

class StaleConnection extends Error {}

async function send(wire: WireRequest, agent: http.Agent, signal: AbortSignal): Promise<WireAnswer> {
  const response = await responseTo(wire, agent, signal);
  const status = response.statusCode ?? 0;
  const isRead = (status >= 200 && status < 300) || (status >= 400 && status < 500);
  if (!isRead) response.destroy();
  const body = isRead ? await readBody(response) : new Uint8Array();
  // A body without length ends when the connection does, also when it was us who closed it.
  signal.throwIfAborted();
  return {
    status,
    contentType: response.headers['content-type'] ?? '',
    contentEncoding: response.headers['content-encoding'] ?? '',
    body,
  };
}

function responseTo(
  { url, method, headers, payload }: WireRequest,
  agent: http.Agent,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const sent = request(url, { method, headers, agent, signal });
    sent.on('response', resolve);
    sent.on('error', (error) => {
      const isStale = sent.reusedSocket && !signal.aborted && troubleOf(error).isWorthRetry;
      reject(isStale ? new StaleConnection() : error);
    });
    // Comes alone when the service switches to another protocol.
    sent.on('close', () => reject(new Unusable(NOT_HTTP)));
    sent.end(payload);
  });
}

async function readBody(response: IncomingMessage): Promise<Uint8Array> {
  const { socket } = response;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Unusable('the answer is longer than 256 KB');
    chunks.push(chunk);
  }
  // Without length, Node takes a reset connection for the end of the body.
  if (socket.errored) throw socket.errored;
  return Buffer.concat(chunks);
}

/**
 * Connections by what they may be used for: one to a private address is never lent to a look-up that may not go there, and
 * what must not be repeated gets its own.
 */
class Agents {
  readonly #resolve: Resolve;
  readonly #agents = new Map<string, http.Agent>();

  constructor(resolve: Resolve) {
    this.#resolve = resolve;
  }

  get(use: {
    readonly protocol: string;
    readonly privateAllowed: boolean;
    readonly keepAlive: boolean;
  }): http.Agent {
    const name = JSON.stringify(use);
    const { Agent } = use.protocol === 'https:' ? https : http;
    const lookup = guardedLookup(this.#resolve, use.privateAllowed);
    const agent = this.#agents.get(name) ?? new Agent({ keepAlive: use.keepAlive, timeout: IDLE_MS, lookup });
    this.#agents.set(name, agent);
    return agent;
  }
}

/** Looks a name up for the connection itself, so that the address that was checked is the one that is used. */
function guardedLookup(resolve: Resolve, privateAllowed: boolean): LookupFunction {
  return (host, { all }, done) => {
    const answer = (addresses: readonly LookupAddress[]): void => {
      const allowed = addresses.filter(({ address }) => privateAllowed || isPublicAddress(address));
      const [first] = allowed;
      if (!first) done(new Unusable(PRIVATE_ADDRESS), '', 0);
      else if (all) done(null, allowed);
      else done(null, first.address, first.family);
    };
    resolve(host).then(answer, (error) => done(error, '', 0));
  };
}
