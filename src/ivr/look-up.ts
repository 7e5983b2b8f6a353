import { cleanText } from '../base/text.ts';
import type { VariableValue } from '../call/call.ts';
import type { VariableType } from './values.ts';

/** A question to a service of the bank, over HTTP. */
export interface LookUpRequest {
  /** Absolute, `http:` or `https:`, without query, fragment, user or password. */
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** Goes into the address, where proxies and logs see it: no card and no PIN belongs here. */
  readonly query: Readonly<Record<string, string>>;
  /** Sent as JSON; for POST only. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as `Idempotency-Key`, the same with each try: the service does what is asked once, however often it hears it. */
  readonly idempotencyKey?: string;
  /** For the whole look-up with all its tries, in ms. */
  readonly deadlineMs: number;
  /** Further tries after the first, 0 to 3; made only for a GET, or for a POST with an idempotency key. */
  readonly retries: number;
  /** Whether the service may have an address of the house: see `isPublicAddress`. */
  readonly privateAllowed: boolean;
}

/**
 * `answered`: the service gave a 2xx or 4xx with JSON (`body`), or with nothing (`body` undefined).
 * `failed`: anything else. The reason is a short sentence and holds nothing of what was sent or received.
 */
export type LookUpAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'failed'; readonly reason: string };

export interface LookUp {
  /** Never rejects, except when `signal` aborts: then with its reason. */
  ask(request: LookUpRequest, signal: AbortSignal): Promise<LookUpAnswer>;
}

/** What is wanted of an answer. `from`: the way to the value, as in `account.balance` or `accounts.0.balance`. */
export type WantedResult = Readonly<Record<string, { readonly from: string; readonly as: VariableType }>>;

export type TakenResult =
  | { readonly values: Readonly<Record<string, VariableValue>> }
  | { readonly wrong: string };

/** Longest text that is taken from an answer, in characters. */
const MAX_TEXT = 500;

/**
 * Takes the wanted values out of an answer, each of the kind that is expected:
 * - `text`: a string of at most 500 characters; control characters are removed
 * - `number`: a finite number, or a plain decimal in a string, as banks write amounts (`"1234.56"`), of at most 15 digits
 * - `yes-no`: true or false
 * - `time`: an ISO 8601 date (`2026-08-01`), or a date with time (`2026-08-01T10:30:00+08:00`). The first is kept as it is,
 *   the second becomes UTC (`2026-08-01T02:30:00.000Z`). A time without zone is wrong: nobody can know when that is.
 * @returns the values by their names, or what is wrong, which names the place but never what stood there
 */
export function takeResult(body: unknown, wanted: WantedResult): TakenResult {
  const values: [string, VariableValue][] = [];
  for (const [name, { from, as }] of Object.entries(wanted)) {
    const found = valueAt(body, from);
    if (found === undefined) return { wrong: `the answer has no "${from}"` };
    const value = READERS[as](found);
    if (value === undefined) return { wrong: `"${from}" in the answer is not ${EXPECTED[as]}` };
    values.push([name, value]);
  }
  return { values: Object.fromEntries(values) };
}

const EXPECTED: Readonly<Record<VariableType, string>> = {
  text: `a text of at most ${MAX_TEXT} characters`,
  number: 'a number',
  'yes-no': 'true or false',
  time: 'a date, or a time with its zone',
};

/** Names that are never a value of an answer, but ways into the machine. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

function valueAt(body: unknown, path: string): unknown {
  let at: unknown = body;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || FORBIDDEN.has(name) || !Object.hasOwn(at, name)) return;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

type Reader = (found: unknown) => VariableValue | undefined;

const READERS: Readonly<Record<VariableType, Reader>> = {
  text(found) {
    const text = cleanText(found, MAX_TEXT + 1);
    return typeof found === 'string' && text.length <= MAX_TEXT ? text : undefined;
  },
  number(found) {
    const number = typeof found === 'string' && isPlainDecimal(found) ? Number(found) : found;
    return typeof number === 'number' && Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : undefined;
  },
  'yes-no': (found) => (typeof found === 'boolean' ? found : undefined),
  time: (found) => (typeof found === 'string' ? normalTime(found) : undefined),
};

/** At most 15 digits: so many survive in a number unchanged. */
function isPlainDecimal(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text) && text.replace(/\D/g, '').length <= 15;
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const DATE_TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

function normalTime(text: string): string | undefined {
  const date = DATE.test(text) ? text : DATE_TIME.exec(text)?.[1];
  if (date === undefined || !isInCalendar(date)) return;
  const time = Date.parse(text);
  if (Number.isNaN(time)) return;
  return date === text ? text : new Date(time).toISOString();
}

/** `Date.parse` takes 30 February for 2 March; a calendar does not. */
function isInCalendar(date: string): boolean {
  const time = Date.parse(date);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

/**
 * Prefixes that lead to somewhere else than a host in the public Internet, by the IANA IPv4 and IPv6 Special-Purpose Address
 * Registries (RFC 6890, RFC 8190), with multicast (RFC 5771, RFC 4291).
 */
const SPECIAL = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // shared address space of carriers
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, and the metadata services of clouds
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112
  ['192.52.193.0', 24], // AMT
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['192.175.48.0', 24], // AS112
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
  ['2001::', 23], // protocol assignments: Teredo, benchmarking, ORCHID
  ['2001:db8::', 32], // documentation
  ['2620:4f:8000::', 48], // AS112
  ['3fff::', 20], // documentation
] as const;

/** Prefixes that carry an IPv4 address: where it begins, in bytes. */
const CARRIERS = [
  ['::ffff:0:0', 96, 12], // IPv4-mapped
  ['64:ff9b::', 96, 12], // NAT64
  ['2002::', 16, 2], // 6to4
] as const;

/**
 * Whether an IP address belongs to the public Internet. False for loopback, private, link-local, shared (100.64/10), unique
 * local (fc00::/7), multicast, unspecified, documentation, benchmarking and reserved ones (see `SPECIAL`), for IPv6 outside
 * 2000::/3, for an IPv4 address of these kinds inside an IPv4-mapped, NAT64 or 6to4 address, and for what is no address at all.
 */
export function isPublicAddress(ip: string): boolean {
  const bytes = readAddress(ip);
  if (!bytes) return false;
  const carrier = CARRIERS.find(([prefix, bits]) => startsWith(bytes, prefix, bits));
  if (carrier) return isPublicAddress(bytes.slice(carrier[2], carrier[2] + 4).join('.'));
  if (bytes.length === 16 && !startsWith(bytes, '2000::', 3)) return false;
  return !SPECIAL.some(([prefix, bits]) => startsWith(bytes, prefix, bits));
}

function startsWith(bytes: readonly number[], prefix: string, bits: number): boolean {
  const wanted = readAddress(prefix)!;
  if (wanted.length !== bytes.length) return false;
  return wanted.every((byte, index) => {
    const left = Math.min(8, Math.max(0, bits - 8 * index));
    return (byte ^ bytes[index]!) >> (8 - left) === 0;
  });
}

/** The 4 or 16 bytes of an address in its usual notation (RFC 4291 2.2), without zone and brackets. */
function readAddress(ip: string): number[] | undefined {
  if (!ip.includes(':')) return readIpv4(ip);
  const last = ip.slice(ip.lastIndexOf(':') + 1);
  const embedded = last.includes('.') ? readIpv4(last) : [];
  if (!embedded) return;
  const halves = (embedded.length === 0 ? ip : ip.slice(0, -last.length) + hexOf(embedded)).split('::');
  const [head, tail] = halves.map(readGroups);
  if (!head || halves.length > 2) return;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  if (!tail || head.length + tail.length > 14) return;
  return [...head, ...Array<number>(16 - head.length - tail.length).fill(0), ...tail];
}

function readIpv4(text: string): number[] | undefined {
  const parts = text.split('.');
  const isByte = (part: string): boolean => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255;
  return parts.length === 4 && parts.every(isByte) ? parts.map(Number) : undefined;
}

function hexOf([a, b, c, d]: readonly number[]): string {
  return `${((a! << 8) | b!).toString(16)}:${((c! << 8) | d!).toString(16)}`;
}

function readGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return;
  return groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]);
}
