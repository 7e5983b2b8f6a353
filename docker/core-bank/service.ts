import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, no, yes } from './answer.ts';
import { CoreBank } from './bank.ts';
import { Replays } from './replays.ts';
import { ROUTES, type Route, readFields } from './routes.ts';

export interface CoreBankOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Asked for in every request but `/health`; without it, none is. */
  readonly token?: string;
  /** The loopback, unless said otherwise. */
  readonly host?: string;
  /** Waits this long with every answer, after having done what is asked. */
  readonly slowMs?: number;
  /** UTC ms. */
  readonly now?: () => number;
}

export interface RunningCoreBank {
  readonly port: number;
  stop(): Promise<void>;
}

const MAX_BODY_BYTES = 16 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;

/** Starts a sample bank with its demonstration data, see the README. @throws when it cannot listen */
export async function startCoreBank(options: CoreBankOptions): Promise<RunningCoreBank> {
  const { port, token, host = '127.0.0.1', slowMs = 0, now = Date.now } = options;
  const bank = new CoreBank({ now, newSession: () => randomBytes(24).toString('base64url') });
  const replays = new Replays(now);
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { answer, replayed } = await answerTo(request, bank, replays, token);
    const timer = setTimeout(write, isHealth(request) ? 0 : slowMs, response, answer, replayed);
    response.on('close', () => clearTimeout(timer));
  };
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    // Who goes in the middle of his request gets no answer.
    respond(request, response).catch(() => response.destroy());
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Given {
  readonly answer: Answer;
  readonly replayed: boolean;
}

async function answerTo(
  request: IncomingMessage,
  bank: CoreBank,
  replays: Replays,
  token: string | undefined,
): Promise<Given> {
  const path = request.url ?? '';
  if (isHealth(request)) return first(yes({ status: 'ok' }));
  if (token !== undefined && !isBearer(request, token))
    return first(
      no(403, 'no-token', 'Send the header "Authorization: Bearer" with the token of this service.'),
    );
  const route = ROUTES.get(path);
  if (!route) return first(no(404, 'no-route', 'There is no such route; see the README.'));
  if (request.method !== 'POST') return first(no(405, 'wrong-method', 'Use POST.'));
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    return first(no(415, 'not-json', 'Send "Content-Type: application/json".'));
  const body = await readBody(request);
  if (!body) return first(no(413, 'too-large', 'Send at most 16 KB.'));
  return runRoute(path, route, body, request.headers['idempotency-key'], bank, replays);
}

function runRoute(
  path: string,
  route: Route,
  body: Buffer,
  key: string | string[] | undefined,
  bank: CoreBank,
  replays: Replays,
): Given {
  const fields = readFields(route, readJson(body));
  if (typeof fields.wrong === 'string') return first(badRequest(fields.wrong));
  if (!route.changes) return first(route.run(bank, fields));
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(key))
    return first(badRequest('Send the header "Idempotency-Key" with 1 to 128 visible ASCII characters.'));
  const asked = JSON.stringify([path, Object.entries(fields).sort()]);
  return replays.once(key, asked, () => route.run(bank, fields));
}

const first = (answer: Answer): Given => ({ answer, replayed: false });

const badRequest = (message: string): Answer => no(400, 'bad-request', message);

function isHealth({ method, url }: IncomingMessage): boolean {
  return method === 'GET' && url === '/health';
}

function isBearer({ headers }: IncomingMessage, token: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(headers.authorization ?? ''), hash(`Bearer ${token}`));
}

/** Undefined when there is too much of it. Resolves early then, without reading on. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Undefined, which no field fits, for what is no JSON in UTF-8. */
function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function write(response: ServerResponse, { status, body }: Answer, replayed: boolean): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Cache-Control', 'no-store');
  if (replayed) response.setHeader('Idempotency-Replayed', 'true');
  // The rest of a body that is too large is not waited for.
  if (status === 413) response.setHeader('Connection', 'close');
  response.end(JSON.stringify(body));
}
