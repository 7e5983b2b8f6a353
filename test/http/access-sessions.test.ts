import { expect, test, vi } from 'vitest';
import { NOBODYS_HASH } from '../../src/user/password.ts';
import { addAndSignIn, addUser, cookieOf, OURS, PASSWORD, signedIn, signIn } from './access-lab.ts';
import { openApi } from './api-lab.ts';

const HOUR = 3_600_000;

test('whoever signs in is known by his cookie, which no script and no other site gets', async () => {
  const api = await openApi();
  await addUser(api, { login: 'wang.fang', name: '王芳', role: 'agent', agentId: '1002' });
  const answer = await signIn(api, ' Wang.Fang ');
  expect(answer).toMatchObject({
    status: 200,
    body: { login: 'wang.fang', name: '王芳', role: 'agent', agentId: '1002', branch: '' },
  });
  const cookie = String(answer.headers['set-cookie']);
  expect(cookie).toMatch(/^carillon_session=[\w-]{43}; Path=\/; Max-Age=86400; HttpOnly; SameSite=Strict$/);
  expect(answer.text).not.toContain(cookieOf(answer).split('=')[1]);
  const { send } = await signedIn(api, 'wang.fang');
  expect((await send('GET', '/api/session')).body).toMatchObject({ login: 'wang.fang' });
  expect((await send('GET', '/api/agents')).status).toBe(200);
  expect((await send('POST', '/api/agents/1002/log-in')).body).toMatchObject({ state: 'not-ready' });
  expect((await send('POST', '/api/agents/1001/log-in')).body.error.id).toBe('forbidden');
});

test.each([
  ['127.0.0.1', true],
  ['203.0.113.7', false],
])('behind a proxy at %s that speaks TLS, the cookie is for TLS only: %s', async (remoteAddress, secure) => {
  const api = await openApi();
  await addUser(api, { login: 'ann' });
  const { headers } = await api.inject({
    method: 'POST',
    url: '/api/session',
    remoteAddress,
    headers: { ...OURS, 'x-forwarded-proto': 'https' },
    payload: { login: 'ann', password: PASSWORD },
  });
  expect(String(headers['set-cookie']).endsWith('; Secure')).toBe(secure);
});

test('a wrong password, a login that nobody has and a disabled user get in nowhere, and only the last is told why', async () => {
  const api = await openApi();
  await addUser(api, { login: 'ann' });
  await addUser(api, { login: 'bob', disabledAt: 1 });
  const wrong = await signIn(api, 'ann', 'three calm heron');
  const unknown = await signIn(api, 'nobody');
  expect([wrong.status, wrong.body]).toEqual([unknown.status, unknown.body]);
  expect(wrong).toMatchObject({ status: 401, body: { error: { id: 'bad-password' } } });
  expect((await signIn(api, 'bob', 'guess, guess, guess')).body.error.id).toBe('bad-password');
  expect((await signIn(api, 'bob')).body.error.id).toBe('user-disabled');
  for (const answer of [wrong, unknown]) expect(answer.headers).not.toHaveProperty('set-cookie');
});

test('a login that nobody has costs as much work as one that somebody has', async () => {
  const api = await openApi();
  const fits = vi.spyOn(api.passwords, 'fits');
  await signIn(api, 'nobody', 'whatever it may be');
  expect(fits).toHaveBeenCalledExactlyOnceWith('whatever it may be', NOBODYS_HASH);
});

test.each(['ann', 'nobody'])(
  'who guesses the password of %s finds the login locked, and it opens again',
  async (login) => {
    const api = await openApi();
    await addUser(api, { login: 'ann' });
    vi.spyOn(api.passwords, 'fits').mockImplementation(async (password) => password === PASSWORD);
    const ids: string[] = [];
    for (let tries = 0; tries < 11; tries += 1)
      ids.push((await signIn(api, login, `guess ${tries}`)).body.error.id);
    expect(ids).toEqual([...Array(10).fill('bad-password'), 'login-locked']);
    const locked = await signIn(api, login);
    expect(locked).toMatchObject({ status: 429, body: { error: { details: { minutes: 15 } } } });
    await api.clock.advance(15 * 60_000);
    expect((await signIn(api, login)).body.error?.id).toBe(login === 'ann' ? undefined : 'bad-password');
  },
);

test('nobody locks somebody out of the place where he works', async () => {
  const api = await openApi();
  await addUser(api, { login: 'ann' });
  vi.spyOn(api.passwords, 'fits').mockImplementation(async (password) => password === PASSWORD);
  const from = (remoteAddress: string, password: string) =>
    api.inject({
      method: 'POST',
      url: '/api/session',
      remoteAddress,
      headers: OURS,
      payload: { login: 'ann', password },
    });
  expect((await from('10.0.0.5', PASSWORD)).status).toBe(200);
  for (let tries = 0; tries < 12; tries += 1) await from('10.0.0.9', 'guess');
  expect((await from('10.0.0.9', PASSWORD)).body.error.id).toBe('login-locked');
  expect((await from('10.0.0.5', PASSWORD)).status).toBe(200);
});

test('who guesses beside somebody does not keep him out', async () => {
  const api = await openApi();
  await addUser(api, { login: 'ann' });
  vi.spyOn(api.passwords, 'fits').mockImplementation(async (password) => password === PASSWORD);
  expect((await signIn(api, 'ann')).status).toBe(200);
  for (let tries = 0; tries < 61; tries += 1) await signIn(api, `user${tries}`, 'guess');
  expect((await signIn(api, 'bob', 'guess')).body.error.id).toBe('too-many-requests');
  expect((await signIn(api, 'ann')).status).toBe(200);
});

test('who tries one login after the other from one address is slowed down, before any work is done', async () => {
  const api = await openApi();
  const fits = vi.spyOn(api.passwords, 'fits').mockResolvedValue(false);
  const ids: string[] = [];
  for (let tries = 0; tries < 62; tries += 1) ids.push((await signIn(api, `user${tries}`)).body.error.id);
  expect(ids.slice(59)).toEqual(['bad-password', 'too-many-requests', 'too-many-requests']);
  expect(fits).toHaveBeenCalledTimes(60);
});

test('a session ends when nothing was asked for twelve hours, and after twenty-four in any case', async () => {
  const api = await openApi();
  await addUser(api, { login: 'ann' });
  const idle = await signedIn(api, 'ann');
  await api.clock.advance(11 * HOUR);
  expect((await idle.send('GET', '/api/session')).status).toBe(200);
  await api.clock.advance(11 * HOUR);
  expect((await idle.send('GET', '/api/session')).status).toBe(200);
  await api.clock.advance(2 * HOUR);
  expect(await idle.send('GET', '/api/session')).toMatchObject({
    status: 401,
    body: { error: { id: 'no-session' } },
  });
  const forgotten = await signedIn(api, 'ann');
  await api.clock.advance(12 * HOUR);
  expect((await forgotten.send('GET', '/api/session')).body.error.id).toBe('no-session');
});

test.each([
  ['forged', 'carillon_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
  ['short', 'carillon_session=x'],
  ['empty', 'carillon_session='],
  ['SQL', "carillon_session=' or 1=1 --"],
  ['very long', `carillon_session=${'A'.repeat(5000)}`],
])('a cookie that is %s is refused', async (_what, cookie) => {
  const api = await openApi();
  const answer = await api.inject({ url: '/api/calls', headers: { ...OURS, cookie } });
  expect(answer).toMatchObject({ status: 401, body: { error: { id: 'no-session' } } });
});

test('two cookies of that name are refused: another site of the house may have set one of them', async () => {
  const api = await openApi();
  const mine = await addAndSignIn(api, 'ann', 'admin');
  const other = await addAndSignIn(api, 'eve', 'agent');
  const cookie = `${other.cookie}; ${mine.cookie}`;
  const answer = await api.inject({ url: '/api/calls', headers: { ...OURS, cookie } });
  expect(answer.body.error.id).toBe('no-session');
});

test('a session that somebody put into the browser before is not the one that is signed in', async () => {
  const api = await openApi();
  await addUser(api, { login: 'ann' });
  const eve = await addAndSignIn(api, 'eve', 'agent');
  const answer = await signIn(api, 'ann', PASSWORD, { cookie: eve.cookie });
  expect(cookieOf(answer)).not.toBe(eve.cookie);
  expect((await eve.send('GET', '/api/session')).body.error.id).toBe('no-session');
});

test('whoever leaves is out, and his cookie is taken away', async () => {
  const api = await openApi();
  const { send } = await addAndSignIn(api, 'ann', 'admin');
  const ended: string[] = [];
  api.sessions.onEnded((session) => ended.push(session));
  await send('GET', '/api/session');
  const left = await send('DELETE', '/api/session');
  expect(left).toMatchObject({ status: 200, body: { over: true } });
  expect(String(left.headers['set-cookie'])).toContain('carillon_session=; Path=/; Max-Age=0');
  expect(ended).toHaveLength(1);
  expect((await send('GET', '/api/session')).status).toBe(401);
  expect((await send('DELETE', '/api/session')).status).toBe(200);
});

test.each([
  [
    'another password',
    { url: '/api/users/u-ann/password', method: 'POST', payload: { password: 'seven blue kettles' } },
  ],
  ['the end of his account', { url: '/api/users/u-ann/disable', method: 'POST', payload: {} }],
  ['another role', { url: '/api/users/u-ann', method: 'PATCH', payload: { role: 'viewer' } }],
  ['another seat', { url: '/api/users/u-ann', method: 'PATCH', payload: { agentId: '1003' } }],
  ['being signed out', { url: '/api/users/u-ann/sign-out', method: 'POST', payload: {} }],
] as const)(
  '%s ends all sessions of a user, and tells those who hold sockets for them',
  async (_what, change) => {
    const api = await openApi();
    await addUser(api, { login: 'ann', role: 'supervisor' });
    const [desk, home] = [await signedIn(api, 'ann'), await signedIn(api, 'ann')];
    for (const { send } of [desk, home]) expect((await send('GET', '/api/session')).status).toBe(200);
    const ended: string[] = [];
    api.sessions.onEnded((session) => ended.push(session));
    expect((await api.send('admin', change.method, change.url, change.payload)).status).toBe(200);
    for (const { send } of [desk, home])
      expect((await send('GET', '/api/session')).body.error.id).toBe('no-session');
    expect(new Set(ended).size).toBe(2);
  },
);

test('another name signs nobody out', async () => {
  const api = await openApi();
  const { send } = await addAndSignIn(api, 'ann', 'supervisor');
  await api.send('admin', 'PATCH', '/api/users/u-ann', { name: 'Anne' });
  expect((await send('GET', '/api/session')).body.name).toBe('Anne');
});

test('sessions whose time is over, and those that the command line ended, are noticed by the sweep', async () => {
  const api = await openApi();
  const ann = await addAndSignIn(api, 'ann', 'admin');
  const bob = await addAndSignIn(api, 'bob', 'admin');
  for (const { send } of [ann, bob]) await send('GET', '/api/session');
  const ended: string[] = [];
  api.sessions.onEnded((session) => ended.push(session));
  await api.sessions.sweep(api.clock.now());
  expect(ended).toHaveLength(0);
  await api.users.signOut('u-ann');
  await api.sessions.sweep(api.clock.now());
  expect(ended).toHaveLength(1);
  await api.sessions.sweep(api.clock.now() + 12 * HOUR);
  expect(ended).toHaveLength(2);
});

test('somebody changes his own password: he stays, and whoever else has a session of his is out', async () => {
  const api = await openApi();
  await addUser(api, { login: 'ann' });
  const [here, elsewhere] = [await signedIn(api, 'ann'), await signedIn(api, 'ann')];
  const change = { current: PASSWORD, password: 'seven blue kettles' };
  const answer = await here.send('POST', '/api/session/password', change);
  expect(answer.status).toBe(200);
  const cookie = cookieOf(answer);
  expect((await here.send('GET', '/api/session', undefined, { cookie })).status).toBe(200);
  for (const { send } of [here, elsewhere]) expect((await send('GET', '/api/session')).status).toBe(401);
  expect((await signIn(api, 'ann')).status).toBe(401);
  expect((await signIn(api, 'ann', change.password)).status).toBe(200);
});

test.each([
  [{ current: 'not this one', password: 'seven blue kettles' }, 403, 'wrong-password'],
  [{ current: PASSWORD, password: 'short' }, 409, 'weak-password'],
  [{ current: PASSWORD, password: 'ann' }, 409, 'weak-password'],
  [{ current: PASSWORD }, 400, 'bad-input'],
])('the own password is not changed by %j', async (change, status, id) => {
  const api = await openApi();
  const { send } = await addAndSignIn(api, 'ann', 'admin');
  const answer = await send('POST', '/api/session/password', change);
  expect([answer.status, answer.body.error.id]).toEqual([status, id]);
  expect((await send('GET', '/api/session')).status).toBe(200);
});

test('a session is for persons: a token has none, and no password to change', async () => {
  const api = await openApi();
  expect((await api.send('admin', 'GET', '/api/session')).body.error.id).toBe('no-session');
  const answer = await api.send('admin', 'POST', '/api/session/password', { current: 'x', password: 'y' });
  expect(answer.body.error.id).toBe('no-session');
});

test('a password that was changed while it was checked begins no session', async () => {
  const api = await openApi();
  const user = await addUser(api, { login: 'ann' });
  await api.users.setPassword(user.id, await api.passwords.hash('seven blue kettles'), 1);
  await expect(api.sessions.begin(user, '10.0.0.1', 1)).rejects.toMatchObject({ id: 'no-session' });
});

test('neither passwords nor secrets of sessions are in the database or in the log', async () => {
  const api = await openApi();
  const { cookie } = await addAndSignIn(api, 'ann', 'admin');
  await signIn(api, 'ann', 'a wrong secret');
  api.audit.flush();
  const kept = JSON.stringify([
    await api.users.byLogin('ann'),
    (await api.audited.page({ limit: 50, sees: () => true })).rows,
  ]);
  for (const secret of [PASSWORD, 'a wrong secret', cookie.split('=')[1]!]) {
    expect(kept).not.toContain(secret);
    expect(api.logged.join()).not.toContain(secret);
  }
});

test('a password that nobody could look at is not a wrong one', async () => {
  const api = await openApi();
  await addUser(api, { login: 'ann' });
  const fits = vi.spyOn(api.passwords, 'fits').mockRejectedValue(new Error('database is locked'));
  for (let tries = 0; tries < 61; tries += 1) expect((await signIn(api, 'ann')).status).toBe(500);
  fits.mockRestore();
  expect((await signIn(api, 'ann')).status).toBe(200);
});
