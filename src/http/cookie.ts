import { LONGEST_SESSION_MS } from '../user/user.ts';
import { type Coming, isSecure } from './whence.ts';

/** Name of the cookie that says whose session it is. */
const COOKIE = 'carillon_session';

/** The secret of the session that a request belongs to; undefined for none, and for several: one of them is not from us. */
export function secretOf({ headers }: Pick<Coming, 'headers'>): string | undefined {
  const found = (headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${COOKIE}=`))
    .map((part) => part.slice(COOKIE.length + 1));
  const [secret] = found;
  return found.length === 1 && /^[A-Za-z0-9_-]{43}$/.test(secret!) ? secret : undefined;
}

/** Whether a request has a cookie of this name, be it good or bad. */
export function hasSessionCookie({ headers }: Pick<Coming, 'headers'>): boolean {
  return (headers.cookie ?? '').split(';').some((part) => part.trim().startsWith(`${COOKIE}=`));
}

/** The header that gives the browser its session: no script reads it, no other site sends it. */
export function sessionCookie(secret: string, request: Coming): string {
  return cookie(secret, LONGEST_SESSION_MS / 1000, request);
}

/** The header that takes it away. */
export function noSessionCookie(request: Coming): string {
  return cookie('', 0, request);
}

function cookie(value: string, seconds: number, request: Coming): string {
  const parts = [`${COOKIE}=${value}`, 'Path=/', `Max-Age=${seconds}`, 'HttpOnly', 'SameSite=Strict'];
  return [...parts, ...(isSecure(request) ? ['Secure'] : [])].join('; ');
}
