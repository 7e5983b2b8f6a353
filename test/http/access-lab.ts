import type { PersonRole } from '../../src/http/roles.ts';
import type { User } from '../../src/user/store.ts';
import { START } from '../store/examples.ts';
import type { Answer, ApiLab } from './api-lab.ts';

export const PASSWORD = 'three calm herons';

/** What a page of the console sends with each request. */
export const OURS = { host: 'cc.example', origin: 'http://cc.example', 'x-carillon-console': '1' };

/** A user with `PASSWORD`; all of them have the same hash, which takes its time to make. */
export async function addUser(api: ApiLab, facts: Partial<User> & { readonly login: string }): Promise<User> {
  hash ??= await api.passwords.hash(PASSWORD);
  const user: User = {
    id: `u-${facts.login}`,
    name: facts.login,
    role: 'admin',
    branch: '',
    passwordHash: hash,
    passwordChangedAt: START,
    createdAt: START,
    ...facts,
  };
  await api.users.add(user);
  return user;
}

let hash: string | undefined;

export function signIn(
  api: ApiLab,
  login: string,
  password = PASSWORD,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return api.inject({
    method: 'POST',
    url: '/api/session',
    headers: { ...OURS, ...headers },
    payload: { login, password },
  });
}

/** The cookie that an answer gives, as the browser sends it back. */
export function cookieOf(answer: Pick<Answer, 'headers'>): string {
  return String(answer.headers['set-cookie']).split(';')[0]!;
}

/** Somebody who is signed in: sends requests as his page does. */
export async function signedIn(api: ApiLab, login: string) {
  const answer = await signIn(api, login);
  const cookie = cookieOf(answer);
  const send = (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    payload?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> =>
    api.inject({ method, url, headers: { ...OURS, cookie, ...headers }, ...(payload && { payload }) });
  return { cookie, send };
}

export async function addAndSignIn(api: ApiLab, login: string, role: PersonRole, branch = '') {
  await addUser(api, { login, role, branch });
  return signedIn(api, login);
}
