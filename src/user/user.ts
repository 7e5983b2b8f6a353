const HOUR_MS = 3_600_000;

/** A session ends when nothing is asked with it for so long. */
export const IDLE_MS = 12 * HOUR_MS;
/** It ends then at the latest, whatever is done with it. */
export const LONGEST_SESSION_MS = 24 * HOUR_MS;

/** What decides whether a session goes on, UTC ms. */
export interface SessionTimes {
  readonly seenAt: number;
  readonly expiresAt: number;
}

/** Whether a session goes on at `now`. */
export function isAlive({ seenAt, expiresAt }: SessionTimes, now: number): boolean {
  return now < expiresAt && now - seenAt < IDLE_MS;
}

/** What a login looks like, once it is as `loginOf` makes it. */
export const LOGIN = /^[a-z0-9][a-z0-9._-]{0,39}$/;

/** A login as it is kept: `Ann ` and `ann` are the same person. */
export function loginOf(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}

export const SHORTEST_PASSWORD = 10;
/** Long enough for any phrase, short enough that nobody makes us hash a book. */
export const LONGEST_PASSWORD = 200;

/** Parts of passwords that are tried first everywhere. */
const COMMON = /^(password|passw0rd|qwerty|letmein|welcome|admin|carillon|woaini|iloveyou|abcdef|abc)+$/;
/** Fewer different characters than this are no password, however long it is. */
const DIFFERENT = 5;
/** Steps that only go up or down one after the other, such as 12345 or fedcba. */
const RUN_SHARE = 0.7;

export type PasswordFlaw = 'too-short' | 'too-long' | 'like-login' | 'too-simple';

/**
 * Why a password will not do, undefined when it will. No rule asks for signs of certain kinds: they make passwords that are
 * hard to remember and easy to guess.
 */
export function passwordFlaw(password: string, login: string): PasswordFlaw | undefined {
  const signs = [...password];
  if (signs.length < SHORTEST_PASSWORD) return 'too-short';
  if (signs.length > LONGEST_PASSWORD) return 'too-long';
  const plain = password.normalize('NFKC').toLowerCase();
  if (isLogin(plain, login)) return 'like-login';
  const bare = plain.replace(/[^\p{L}]+$/u, '');
  if (new Set(plain).size < DIFFERENT || isRun([...plain]) || COMMON.test(bare)) return 'too-simple';
  return undefined;
}

/** The login itself, forwards or backwards, with some figures or signs at its ends. */
function isLogin(plain: string, login: string): boolean {
  const core = plain.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const name = login.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  if (plain === login || plain === login.repeat(Math.ceil(plain.length / login.length))) return true;
  return name !== '' && (core === name || core === [...name].reverse().join(''));
}

function isRun(signs: readonly string[]): boolean {
  const codes = signs.map((sign) => sign.codePointAt(0)!);
  const steps = codes.slice(1).filter((code, index) => Math.abs(code - codes[index]!) <= 1).length;
  return steps / (signs.length - 1) > RUN_SHARE;
}
