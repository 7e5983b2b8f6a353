import { expect, test } from 'vitest';
import { addAndSignIn, addUser, OURS, PASSWORD } from './access-lab.ts';
import { openApi } from './api-lab.ts';

const HERE = 'http://cc.example';

/** What browsers say of requests that a page of another site causes, and what such a page may say itself. */
const FOREIGN: [string, Record<string, string>][] = [
  ['the Origin of another site', { origin: 'http://evil.example', 'x-carillon-console': '1' }],
  ['the Origin of another port', { origin: 'http://cc.example:8081', 'x-carillon-console': '1' }],
  ['an Origin that hides itself', { origin: 'null', 'x-carillon-console': '1' }],
  ['no header of ours', { origin: HERE }],
  ['another value in it', { origin: HERE, 'x-carillon-console': 'yes' }],
  ['neither Origin nor Sec-Fetch-Site', { 'x-carillon-console': '1' }],
  ['Sec-Fetch-Site cross-site', { origin: HERE, 'sec-fetch-site': 'cross-site', 'x-carillon-console': '1' }],
  ['Sec-Fetch-Site same-site', { 'sec-fetch-site': 'same-site', 'x-carillon-console': '1' }],
  ['Sec-Fetch-Site none', { 'sec-fetch-site': 'none', 'x-carillon-console': '1' }],
];

test.each(FOREIGN)('a change by cookie with %s is refused', async (_what, headers) => {
  const api = await openApi();
  const { cookie } = await addAndSignIn(api, 'ann', 'admin');
  for (const [method, url] of [
    ['POST', '/api/flows/reload'],
    ['DELETE', '/api/tokens/t-viewer'],
    ['DELETE', '/api/session'],
  ] as const) {
    const answer = await api.inject({ method, url, headers: { host: 'cc.example', cookie, ...headers } });
    expect([url, answer.status, answer.body.error.id]).toEqual([url, 403, 'cross-site']);
  }
  expect(await api.tokens.byId('t-viewer')).toBeDefined();
  const still = await api.inject({ url: '/api/session', headers: { ...OURS, cookie } });
  expect(still.status).toBe(200);
});

test.each(FOREIGN)(
  'a sign-in with %s is refused, so that nobody works in the name of another',
  async (_what, headers) => {
    const api = await openApi();
    await addUser(api, { login: 'eve' });
    const answer = await api.inject({
      method: 'POST',
      url: '/api/session',
      headers: { host: 'cc.example', ...headers },
      payload: { login: 'eve', password: PASSWORD },
    });
    expect([answer.status, answer.body.error.id]).toEqual([403, 'cross-site']);
    expect(answer.headers).not.toHaveProperty('set-cookie');
  },
);

test.each([
  ['a link', { 'sec-fetch-site': 'cross-site' }],
  ['a picture in a page of the same house', { 'sec-fetch-site': 'same-site' }],
  ['a script', { origin: 'http://evil.example' }],
])('%s of another site reads nothing', async (_what, headers) => {
  const api = await openApi();
  const { cookie } = await addAndSignIn(api, 'ann', 'admin');
  const answer = await api.inject({ url: '/api/calls', headers: { host: 'cc.example', cookie, ...headers } });
  expect(answer.body.error.id).toBe('cross-site');
});

test.each([
  ['a page of ours', { 'sec-fetch-site': 'same-origin', origin: HERE, 'x-carillon-console': '1' }],
  ['a browser that says only where it is', { origin: HERE, 'x-carillon-console': '1' }],
  ['a browser that says only how it comes', { 'sec-fetch-site': 'same-origin', 'x-carillon-console': '1' }],
])('%s may change something', async (_what, headers) => {
  const api = await openApi();
  const { cookie } = await addAndSignIn(api, 'ann', 'admin');
  const answer = await api.inject({
    method: 'POST',
    url: '/api/flows/reload',
    headers: { host: 'cc.example', cookie, ...headers },
  });
  expect(answer.status).toBe(200);
});

test('whoever types an address reads it', async () => {
  const api = await openApi();
  const { cookie } = await addAndSignIn(api, 'ann', 'admin');
  const headers = { host: 'cc.example', cookie, 'sec-fetch-site': 'none' };
  expect((await api.inject({ url: '/api/session', headers })).status).toBe(200);
});

test('behind a proxy the page is known by the name that the browser has for it', async () => {
  const api = await openApi();
  const { cookie } = await addAndSignIn(api, 'ann', 'admin');
  const headers = {
    host: '127.0.0.1:8080',
    origin: 'https://cc.example',
    'x-forwarded-host': 'cc.example',
    'x-carillon-console': '1',
    cookie,
  };
  const reload = (remoteAddress: string) =>
    api.inject({ method: 'POST', url: '/api/flows/reload', headers, remoteAddress });
  expect((await reload('127.0.0.1')).status).toBe(200);
  expect((await reload('203.0.113.9')).body.error.id).toBe('cross-site');
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
  'a form of another site, whose body is %s, changes nothing',
  async (type) => {
    const api = await openApi();
    const { cookie } = await addAndSignIn(api, 'ann', 'admin');
    const answer = await api.inject({
      method: 'POST',
      url: '/api/users',
      headers: { ...OURS, cookie, 'content-type': type },
      payload: JSON.stringify({ login: 'eve', name: 'Eve', role: 'admin', password: PASSWORD }),
    });
    expect([400, 415]).toContain(answer.status);
    expect(await api.users.byLogin('eve')).toBeUndefined();
  },
);

test('a token needs none of this: no browser sends it by itself', async () => {
  const api = await openApi();
  expect((await api.send('admin', 'POST', '/api/flows/reload')).status).toBe(200);
});

test.each([
  ['no Origin', undefined, false],
  ['the Origin of another site', 'http://evil.example', false],
  ['ours', HERE, true],
])('a socket by cookie with %s: %s', async (_what, origin, isLetIn) => {
  const api = await openApi();
  const { cookie } = await addAndSignIn(api, 'ann', 'supervisor');
  const asking = { headers: { host: 'cc.example', cookie, origin }, method: 'GET', socket: {} };
  const visitor = await api.door.visitorOf(asking as Parameters<typeof api.door.visitorOf>[0]);
  expect(visitor?.principal.name).toBe(isLetIn ? 'ann' : undefined);
});

test('a visitor holds until his session ends or he is somebody else', async () => {
  const api = await openApi();
  const { cookie } = await addAndSignIn(api, 'ann', 'supervisor');
  const asking = { headers: { host: 'cc.example', cookie, origin: HERE }, method: 'GET', socket: {} };
  const visitor = (await api.door.visitorOf(asking as Parameters<typeof api.door.visitorOf>[0]))!;
  expect(await api.door.standingOf(visitor)).toBe('same');
  expect(await api.door.standingOf({ ...visitor, principal: { ...visitor.principal, role: 'admin' } })).toBe(
    'another',
  );
  await api.sessions.end(visitor.session!);
  expect(await api.door.standingOf(visitor)).toBe('over');
  const token = {
    principal: { id: 't-viewer', name: 'viewer', role: 'viewer', branch: '', via: 'token' },
  } as const;
  expect(await api.door.standingOf(token)).toBe('same');
  await api.tokens.revoke('t-viewer', 1);
  expect(await api.door.standingOf(token)).toBe('over');
});
