import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { addAndSignIn, addUser, OURS, PASSWORD, signIn } from './access-lab.ts';
import { type ApiLab, openApi } from './api-lab.ts';

async function noted(api: ApiLab, query = '') {
  const { body } = await api.send('auditor', 'GET', `/api/audit?limit=200${query}`);
  return body.items.map(({ seq: _seq, at: _at, ...entry }: Record<string, unknown>) => entry);
}

test('who changed what is noted, without what is secret', async () => {
  const api = await openApi();
  const { send } = await addAndSignIn(api, 'ann', 'admin');
  await send('POST', '/api/users', { login: 'bob', name: 'Bob', role: 'agent', password: PASSWORD });
  const [entry] = await noted(api);
  expect(entry).toEqual({
    who: 'u-ann',
    name: 'ann',
    role: 'admin',
    branch: '',
    address: '127.0.0.1',
    what: 'POST /api/users',
    outcome: 'done',
    status: 201,
    refusal: '',
    target: {},
    sent: { body: { login: 'bob', name: 'Bob', role: 'agent', password: '•••' } },
  });
});

test('an address names whom it was about', async () => {
  const api = await openApi();
  await api.send('admin', 'DELETE', '/api/tokens/t-viewer');
  expect((await noted(api))[0]).toMatchObject({
    who: 't-admin',
    what: 'DELETE /api/tokens/:id',
    target: { id: 't-viewer' },
    sent: null,
  });
});

test('sign-ins are noted: those that worked, those that did not, and signing out', async () => {
  const api = await openApi();
  const { send } = await addAndSignIn(api, 'ann', 'admin');
  await signIn(api, 'ann', 'a wrong password');
  await signIn(api, 'correct-horse-battery', 'ann');
  await send('DELETE', '/api/session');
  await api.inject({
    method: 'POST',
    url: '/api/session',
    headers: OURS,
    payload: { login: 'correct-horse-battery', pass: 'a wrong password' },
  });
  const entries = await noted(api);
  expect(
    entries.map(({ who, name, what, outcome, refusal }: Record<string, string>) =>
      [who, name, what, outcome, refusal].join(' '),
    ),
  ).toEqual([
    '  POST /api/session refused bad-input',
    'u-ann ann DELETE /api/session done ',
    ' co…? POST /api/session refused bad-password',
    'u-ann ann POST /api/session refused bad-password',
    'u-ann ann POST /api/session done ',
  ]);
  expect(JSON.stringify(entries)).not.toMatch(/correct-horse|wrong password|three calm/);
});

test('what somebody may not do is noted, and once a minute when he keeps asking', async () => {
  const api = await openApi();
  for (let times = 0; times < 3; times += 1) await api.send('viewer', 'GET', '/api/tokens');
  await api.send('viewer', 'POST', '/api/tokens', { name: 'x', role: 'admin' });
  expect(await noted(api)).toMatchObject([
    { who: 't-viewer', what: 'POST /api/tokens', outcome: 'refused', refusal: 'forbidden' },
    { who: 't-viewer', what: 'GET /api/tokens', outcome: 'refused', refusal: 'forbidden' },
  ]);
});

test('nobody fills the log who is not let in', async () => {
  const api = await openApi();
  for (let times = 0; times < 20; times += 1) {
    await api.inject({ method: 'POST', url: '/api/users' });
    await api.inject({ method: 'POST', url: '/api/users', headers: { authorization: 'Bearer nonsense' } });
    await api.inject({
      method: 'POST',
      url: '/api/users',
      headers: { ...OURS, cookie: 'carillon_session=x' },
    });
  }
  expect((await noted(api)).map(({ refusal }: { refusal: string }) => refusal)).toEqual([
    'no-session',
    'bad-token',
    'no-token',
  ]);
});

test('a page that asks whether somebody is signed in leaves no trace', async () => {
  const api = await openApi();
  await api.inject({ url: '/api/session', headers: OURS });
  await api.inject({ url: '/api/session', headers: { ...OURS, cookie: 'carillon_session=x' } });
  expect(await noted(api)).toEqual([]);
});

test.each([
  ['127.0.0.1', '198.51.100.4', '198.51.100.4'],
  ['127.0.0.1', 'made.up, 198.51.100.4', '198.51.100.4'],
  ['127.0.0.1', 'made.up', '127.0.0.1'],
  ['::1', '2001:db8:0:1::7', '2001:db8:0:1::/64'],
  ['203.0.113.7', '198.51.100.4', '203.0.113.7'],
])('a request from %s that says it is for %s is noted for %s', async (remoteAddress, told, address) => {
  const api = await openApi();
  const headers = { authorization: `Bearer ${api.tokenOf.admin}`, 'x-forwarded-for': told };
  await api.inject({ method: 'POST', url: '/api/flows/reload', headers, remoteAddress });
  expect((await noted(api))[0]).toMatchObject({ address });
});

test('ordinary reads are not noted; those of recordings and messages are', async () => {
  const api = await openApi();
  await api.send('admin', 'GET', '/api/calls');
  await api.send('supervisor', 'GET', '/api/calls/c1/recordings/rec-1/audio');
  await api.send('supervisor', 'GET', '/api/voicemails/v1/audio');
  expect((await noted(api)).map(({ what, outcome }: Record<string, string>) => [what, outcome])).toEqual([
    ['GET /api/voicemails/:id/audio', 'refused'],
    ['GET /api/calls/:id/recordings/:recording/audio', 'refused'],
  ]);
});

test('a fault of ours is noted as one', async () => {
  const api = await openApi();
  api.centre.trouble = new Error('broken');
  await api.send('admin', 'POST', '/api/agents/1001/log-in');
  expect((await noted(api))[0]).toMatchObject({ outcome: 'failed', status: 500, refusal: 'internal' });
});

test('an auditor of a branch reads what was done in his part', async () => {
  const api = await openApi();
  const head = await addAndSignIn(api, 'head', 'admin');
  const wuhan = await addAndSignIn(api, 'wuhan', 'admin', 'wuhan');
  const below = await addAndSignIn(api, 'below', 'admin', 'guanggu');
  for (const { send } of [head, wuhan, below]) await send('POST', '/api/users', {});
  const { send } = await addAndSignIn(api, 'auditor', 'auditor', 'wuhan');
  const { body } = await send('GET', '/api/audit?what=users');
  expect(body.items.map(({ name }: { name: string }) => name)).toEqual(['below', 'wuhan']);
});

test('the log is searched by login, by what and by time', async () => {
  const api = await openApi();
  await addUser(api, { login: 'ann' });
  await signIn(api, 'ann');
  await api.clock.advance(60_000);
  await api.send('admin', 'POST', '/api/flows/reload');
  const whats = async (query: string) => (await noted(api, query)).map(({ what }: { what: string }) => what);
  expect(await whats('&who=ANN')).toEqual(['POST /api/session']);
  expect(await whats('&who=t-admin')).toEqual(['POST /api/flows/reload']);
  expect(await whats('&what=flows')).toEqual(['POST /api/flows/reload']);
  expect(await whats(`&to=${api.clock.now() - 60_000}`)).toEqual(['POST /api/session']);
  expect(await whats('&outcome=refused')).toEqual([]);
});

test.each(['cursor=0', 'cursor=x', 'outcome=maybe', 'limit=999', 'from=-1', 'who=%00'])(
  'the log is not asked with %s',
  async (query) => {
    const api = await openApi();
    expect((await api.send('auditor', 'GET', `/api/audit?${query}`)).status).toBe(400);
  },
);

test('a database that takes nothing holds nobody up, and nothing is lost', async () => {
  const api = await openApi();
  const append = vi.spyOn(api.audited, 'append').mockImplementation(() => {
    throw new Error('database is locked');
  });
  expect((await api.send('admin', 'POST', '/api/flows/reload')).status).toBe(200);
  expect(await noted(api)).toEqual([]);
  append.mockRestore();
  expect(await noted(api)).toMatchObject([{ what: 'POST /api/flows/reload' }]);
});

test('whoever hangs up before the answer is noted all the same', async () => {
  const api = await openApi();
  let go = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    vi.spyOn(api.centre, 'tellAgent').mockImplementation(async () => {
      resolve();
      await new Promise<void>((goOn) => (go = goOn));
      return api.centre.agent('1001')!;
    });
  });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  const noting = vi.spyOn(api.audit, 'note');
  const socket = connect((api.app.server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST /api/agents/1001/log-in HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${api.tokenOf.admin}\r\n\r\n`,
  );
  await asked;
  socket.destroy();
  await vi.waitFor(() => expect(noting).toHaveBeenCalled());
  go();
  expect(await noted(api)).toMatchObject([
    { who: 't-admin', what: 'POST /api/agents/:id/log-in', outcome: 'aborted', status: 0 },
  ]);
});

test('nobody fills the log by leaving without having come, or with what is no sign-in', async () => {
  const api = await openApi();
  for (let times = 0; times < 5; times += 1) {
    await api.inject({ method: 'DELETE', url: '/api/session' });
    await api.inject({ method: 'POST', url: '/api/session', headers: OURS, payload: {} });
  }
  expect((await noted(api)).map(({ what }: { what: string }) => what)).toEqual([
    'POST /api/session',
    'DELETE /api/session',
  ]);
});

test('what is long is kept in part, and a look at the log writes a piece of what waits', async () => {
  const api = await openApi();
  const append = vi.spyOn(api.audited, 'append');
  const body = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`k${at}`, 'x'.repeat(200)]));
  for (let times = 0; times < 201; times += 1) await api.send('admin', 'POST', '/api/flows/reload', body);
  const [entry] = await noted(api);
  expect(append.mock.calls.map(([entries]) => entries.length)).toEqual([200]);
  expect(entry.sent).toMatch(/^\{"body":.*… \(\d+\)$/);
  expect(entry.sent.length).toBeLessThan(4200);
});
