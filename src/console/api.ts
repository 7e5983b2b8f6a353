/** What the API refused, or why it could not be asked. `id` is stable; `texts/refusals.ts` has words for it. */
export class RefusedByApi extends Error {
  readonly id: string;
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(id: string, status: number, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'RefusedByApi';
    this.id = id;
    this.status = status;
    this.details = details;
  }
}

/** Longer than any answer of the API takes, ms. */
const PATIENCE_MS = 20_000;

const onSignedOut: (() => void)[] = [];

/** `listener` is called when the API says that nobody is signed in any more. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut.push(listener);
}

/** Less is the way of the answer and the whole seconds of its date, ms. */
const CLOCKS_AGREE_MS = 2_000;
let clockBehindMs = 0;

/** The server's time, UTC ms: the clock of an agent's machine may be wrong. */
export function serverNow(): number {
  return Date.now() + clockBehindMs;
}

function compareClocks(response: Response): void {
  const behindMs = Date.parse(response.headers.get('date') ?? '') - Date.now();
  if (Number.isFinite(behindMs)) clockBehindMs = Math.abs(behindMs) > CLOCKS_AGREE_MS ? behindMs : 0;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Asks the API. @param path with its query, such as `/api/agents`
 * @param keepalive the request goes on when its page goes; for bodies below 64 kB
 * @throws RefusedByApi, `unreachable` when the daemon does not answer
 */
export async function ask<Answer>(
  method: Method,
  path: string,
  body?: unknown,
  { keepalive = false }: { readonly keepalive?: boolean } = {},
): Promise<Answer> {
  const response = await send(path, {
    method,
    keepalive,
    headers: {
      'x-carillon-console': '1',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Answer;
}

/** Asks for what is no JSON, such as a picture. @throws RefusedByApi */
export async function askText(method: Method, path: string, body?: unknown): Promise<string> {
  const headers = { 'x-carillon-console': '1' };
  const response = await send(
    path,
    body === undefined
      ? { method, headers }
      : { method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  return response.text();
}

/** Sends a file as it is. @throws RefusedByApi */
export async function upload<Answer>(path: string, file: Blob): Promise<Answer> {
  const response = await send(
    path,
    {
      method: 'POST',
      headers: { 'x-carillon-console': '1', 'content-type': 'text/csv' },
      body: file,
    },
    30 * 60_000,
  );
  return (await response.json()) as Answer;
}

export const get = <Answer>(path: string): Promise<Answer> => ask<Answer>('GET', path);
export const post = <Answer>(path: string, body: unknown = {}): Promise<Answer> =>
  ask<Answer>('POST', path, body);

/** A path with a query of what is not empty. */
export function withQuery(path: string, query: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === null || value === ''
      ? []
      : [`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`],
  );
  return parts.length === 0 ? path : `${path}?${parts.join('&')}`;
}

async function send(path: string, init: RequestInit, patienceMs = PATIENCE_MS): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(patienceMs),
    });
  } catch (error) {
    throw new RefusedByApi('unreachable', 0, error instanceof Error ? error.message : String(error));
  }
  compareClocks(response);
  if (response.ok) return response;
  const refusal = await refusalOf(response);
  if (response.status === 401) signedOut();
  throw refusal;
}

/** A browser does not say why a socket was refused: the API does, when nobody is signed in any more. */
export function lookWhoIsSignedIn(): void {
  get('/api/session').catch(() => undefined);
}

/** Nobody is signed in any more: whoever wanted to know is told, in the order in which they asked for it. */
export function signedOut(): void {
  for (const listener of onSignedOut) listener();
}

async function refusalOf(response: Response): Promise<RefusedByApi> {
  try {
    const { error } = (await response.json()) as {
      error: { id: string; message: string; details?: Record<string, unknown> };
    };
    return new RefusedByApi(error.id, response.status, error.message, error.details);
  } catch {
    return new RefusedByApi('unreadable', response.status, response.statusText);
  }
}
