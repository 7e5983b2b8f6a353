import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { networkOf } from '../base/address.ts';

/** As much of a request as tells where it comes from. */
export type Coming = Pick<IncomingMessage, 'headers' | 'method'> & {
  readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>;
};

/** What a page of the console says with every request; no page of another site can, without asking us first. */
const CONSOLE_HEADER = 'x-carillon-console';

/** Methods that change nothing. */
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether it asks for a change. */
export function changesSomething({ method = 'GET' }: Pick<Coming, 'method'>): boolean {
  return !READING.has(method);
}

/**
 * Where it comes from: of IPv6 the network, because within it everybody has as many addresses as he likes. A proxy on this machine
 * is believed when it says for whom it asks.
 */
export function addressOf(request: Coming): string {
  const near = request.socket.remoteAddress ?? '';
  const told = isLocal(near) ? lastOf(request.headers, 'x-forwarded-for') : undefined;
  return networkOf(told ?? near) ?? networkOf(near) ?? near;
}

/** Whether it came by TLS, which ends at a proxy on this machine. */
export function isSecure(request: Coming): boolean {
  return toldByProxy(request, 'x-forwarded-proto') === 'https';
}

/**
 * Whether a page of ours sent it, as far as the browser says. For a change it has to say it, in `Origin` or `Sec-Fetch-Site`, and the page
 * has to send its header.
 */
export function isOfOurPage(request: Coming): boolean {
  const { headers } = request;
  const site = headers['sec-fetch-site'];
  const isChange = changesSomething(request);
  if (site !== undefined && site !== 'same-origin' && (isChange || site !== 'none')) return false;
  if (headers.origin !== undefined && !isOurOrigin(request)) return false;
  if (!isChange) return true;
  return headers[CONSOLE_HEADER] === '1' && (site !== undefined || headers.origin !== undefined);
}

/** Whether the page that asks for a socket is ours. Browsers always say so. */
export function isOurOrigin(request: Coming): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === (toldByProxy(request, 'x-forwarded-host') ?? host);
}

/** Whether this address can only be somebody on this machine. */
function isLocal(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

function toldByProxy(request: Coming, name: string): string | undefined {
  return isLocal(request.socket.remoteAddress ?? '') ? lastOf(request.headers, name) : undefined;
}

/** The last of several values: the one that the proxy nearest to us added. */
function lastOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  const text = Array.isArray(value) ? value.at(-1) : value;
  return text?.split(',').at(-1)?.trim() || undefined;
}
