import { isPublicAddress, type LookUpAnswer, type LookUpRequest } from './look-up.ts';

/** A look-up as it goes over the wire. */
export interface WireRequest {
  readonly url: URL;
  readonly method: LookUpRequest['method'];
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | undefined;
  /** Whether the service may hear it twice: RFC 9110 9.2.2, or an idempotency key. */
  readonly isRepeatable: boolean;
}

/** What came back, at most 256 KB of it. */
export interface WireAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly body: Uint8Array;
}

/** Headers that say how the message is cut and carried, which is for the client alone to say. */
const OWN_HEADERS =
  /^(accept|accept-encoding|connection|content-(encoding|length|type)|expect|host|idempotency-key|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*)$/;

/** Checks a request and writes it out. Returns what is wrong instead, as a sentence without its data. */
export function wireRequest(request: LookUpRequest): WireRequest | { readonly wrong: string } {
  const { method, query, body, idempotencyKey } = request;
  const wrong = wrongAddress(request) ?? wrongHeader(request.headers ?? {});
  if (wrong !== undefined) return { wrong };
  if (method === 'GET' && body !== undefined) return { wrong: 'a GET takes no body: make it a POST' };
  const url = new URL(request.url);
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers: Record<string, string> = {
    ...request.headers,
    Accept: 'application/json',
    'Accept-Encoding': 'identity',
  };
  if (payload !== undefined) headers['Content-Type'] = 'application/json';
  if (idempotencyKey !== undefined) headers['Idempotency-Key'] = idempotencyKey;
  return { url, method, headers, payload, isRepeatable: method === 'GET' || idempotencyKey !== undefined };
}

function wrongAddress({ url: text, privateAllowed }: LookUpRequest): string | undefined {
  if (!URL.canParse(text)) return 'the address of the service is no URL';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return 'the address of the service has to begin with http:// or https://';
  if (url.username !== '' || url.password !== '')
    return 'the address of the service must hold no user and no password: send them in a header';
  if (/[?#]/.test(text)) return 'the address of the service ends before "?" and "#": write the query apart';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isLiteral = host.includes(':') || /^[\d.]+$/.test(host);
  return isLiteral && !privateAllowed && !isPublicAddress(host) ? PRIVATE_ADDRESS : undefined;
}

/** Why a service inside the house is not asked. */
export const PRIVATE_ADDRESS =
  'the service has a private address, and this look-up is not allowed to go there';

function wrongHeader(headers: Readonly<Record<string, string>>): string | undefined {
  const own = Object.keys(headers).find((name) => OWN_HEADERS.test(name.toLowerCase()));
  return own === undefined ? undefined : `the header "${own}" is set by the look-up itself: take it out`;
}

/** Deepest nesting that is read of an answer. */
const MAX_DEPTH = 32;

/** The answer that a flow gets for what came back. */
export function readAnswer({ status, contentType, contentEncoding, body }: WireAnswer): LookUpAnswer {
  if (status >= 300 && status < 400)
    return failed(`the service answered with a redirect (${status}), which is never followed`);
  if (status < 200 || status >= 500) return failed(`the service answered with status ${status}`);
  if (!/^(identity)?$/i.test(contentEncoding))
    return failed('the answer is compressed, which was not asked for');
  if (body.length === 0) return { kind: 'answered', status, body: undefined };
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType))
    return failed('the content type of the answer is not JSON');
  const read = readJson(body);
  return 'wrong' in read ? failed(read.wrong) : { kind: 'answered', status, body: read.value };
}

function readJson(bytes: Uint8Array): { readonly value: unknown } | { readonly wrong: string } {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isTooDeep(value) ? { wrong: `the answer is nested deeper than ${MAX_DEPTH} levels` } : { value };
  } catch {
    return { wrong: 'the answer is not JSON in UTF-8' };
  }
}

/** Level by level: recursion over what came from outside could exhaust the stack. */
function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth += 1) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return level.length > 0;
}

export function failed(reason: string): LookUpAnswer {
  return { kind: 'failed', reason };
}

/** A look-up that cannot be; the message is the reason that is given. */
export class Unusable extends Error {}

export const NOT_HTTP = 'the answer of the service is not HTTP/1.1';

/** What can go wrong with a connection and go better the next time. */
const CONNECTION_TROUBLES: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'the name of the service cannot be looked up now',
  ENOTFOUND: 'the name of the service is not known',
  ECONNREFUSED: 'the service refused the connection',
  ECONNRESET: 'the service broke the connection off',
  EPIPE: 'the service broke the connection off',
  ETIMEDOUT: 'the service could not be reached in time',
  EHOSTUNREACH: 'the service cannot be reached',
  ENETUNREACH: 'the service cannot be reached',
};

/** The words for what was thrown. Never its own message: that may quote what was sent. */
export function troubleOf(thrown: unknown): { readonly reason: string; readonly isWorthRetry: boolean } {
  if (thrown instanceof Unusable) return { reason: thrown.message, isWorthRetry: false };
  const code = String((thrown as { code?: unknown } | undefined)?.code ?? '');
  const trouble = CONNECTION_TROUBLES[code];
  if (trouble !== undefined) return { reason: trouble, isWorthRetry: true };
  const word = /^[A-Z0-9_]{1,60}$/.test(code) ? ` (${code})` : '';
  return { reason: `${lastingTrouble(code)}${word}`, isWorthRetry: false };
}

/** By the codes of Node's parser, OpenSSL and Node's own checks. */
function lastingTrouble(code: string): string {
  if (code.startsWith('HPE_')) return NOT_HTTP;
  if (/CERT|^UNABLE_TO_VERIFY/.test(code)) return 'the certificate of the service is not trusted';
  if (/^ERR_INVALID_(CHAR|HTTP_TOKEN)$/.test(code))
    return 'a header of the look-up holds a character that HTTP does not allow';
  return 'the look-up was not possible';
}
