import { expect, test } from 'vitest';
import { Refused } from '../../src/base/errors.ts';
import { PbxError } from '../../src/pbx/pbx.ts';
import { openApi } from './api-lab.ts';

test('health needs no token and says 503 when a call would not be answered', async () => {
  const api = await openApi();
  expect(await api.send('', 'GET', '/health')).toMatchObject({ status: 200, body: { ready: true } });
  const problems = ['The PBX is away: look at its log.'];
  api.centre.state = { ready: false, problems, pbx: 'simulated', liveCalls: 2 };
  expect(await api.send('', 'GET', '/health')).toMatchObject({
    status: 503,
    body: { ready: false, problems, liveCalls: 2 },
  });
});

/** Whoever signs in or out is not signed in. */
const FOR_EVERYBODY = ['GET /health', 'POST /api/session', 'DELETE /api/session'];

test('everything under /api needs a token, and says how to send it', async () => {
  const api = await openApi();
  const { body } = await api.send('', 'GET', '/openapi.json');
  const routes = Object.entries<Record<string, unknown>>(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path.replace(/\{\w+\}/g, 'x')] as const),
  );
  const guarded = routes.filter(([method, path]) => !FOR_EVERYBODY.includes(`${method} ${path}`));
  expect(guarded.length).toBeGreaterThan(25);
  for (const [method, url] of guarded) {
    const answer = await api.inject({ method: method as 'GET', url });
    expect([url, answer.status]).toEqual([url, 401]);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.body.error.id).toBe('no-token');
  }
});

test.each([
  ['a forged token', 'Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
  ['a short one', 'Bearer x'],
  ['another scheme', 'Basic YWRtaW46YWRtaW4='],
  ['SQL', "Bearer ' or 1=1 --"],
  ['a very long one', `Bearer ${'A'.repeat(4000)}`],
  ['nothing', ''],
])('%s is turned away', async (_what, authorization) => {
  const api = await openApi();
  const answer = await api.inject({ url: '/api/calls', headers: { authorization } });
  expect(answer).toMatchObject({ status: 401, body: { error: { id: 'bad-token' } } });
});

test('a revoked token is turned away at once', async () => {
  const api = await openApi();
  expect((await api.send('supervisor', 'GET', '/api/calls')).status).toBe(200);
  expect((await api.send('admin', 'DELETE', '/api/tokens/t-supervisor')).body).toEqual({ revoked: true });
  expect((await api.send('supervisor', 'GET', '/api/calls')).status).toBe(401);
});

test('who guesses tokens is slowed down, and those who have one are not', async () => {
  const api = await openApi();
  expect((await api.send('viewer', 'GET', '/api/calls')).status).toBe(200);
  const guess = () =>
    api.inject({ url: '/api/calls', headers: { authorization: 'Bearer AAAAAAAAAAAAAAAAAAAAAAAA' } });
  const statuses: number[] = [];
  for (let tries = 0; tries < 35; tries += 1) statuses.push((await guess()).status);
  expect(statuses[0]).toBe(401);
  expect(statuses.at(-1)).toBe(429);
  expect((await guess()).body.error.id).toBe('too-many-requests');
  expect((await api.send('viewer', 'GET', '/api/calls')).status).toBe(200);
});

test.each([
  ['viewer', 'POST', '/api/calls/c1/hangup'],
  ['agent', 'POST', '/api/calls/c1/hangup'],
  ['viewer', 'POST', '/api/agents/1001/ready'],
  ['campaign', 'POST', '/api/agents/1001/ready'],
  ['supervisor', 'POST', '/api/campaigns'],
  ['agent', 'PATCH', '/api/campaigns/demo-deposit'],
  ['supervisor', 'POST', '/api/flows/reload'],
  ['supervisor', 'POST', '/api/tokens'],
  ['campaign', 'GET', '/api/tokens'],
  ['viewer', 'GET', '/api/reception?code=8001'],
  ['viewer', 'GET', '/api/voicemails'],
  ['agent', 'POST', '/api/customers'],
  ['supervisor', 'POST', '/api/flows/hotline/rollback'],
  ['campaign', 'POST', '/api/flows/hotline/rollback'],
  ['agent', 'GET', '/api/flows/hotline/versions/v1'],
  ['campaign', 'GET', '/api/flows/hotline/versions/v1'],
  ['viewer', 'GET', '/api/flows/hotline/picture'],
  ['viewer', 'POST', '/api/callbacks/b1/done'],
  ['agent', 'GET', '/api/calls/c1/recordings'],
  ['campaign', 'GET', '/api/calls/c1/recordings'],
  ['viewer', 'GET', '/api/calls/c1/recordings/rec-c1-1/audio'],
  ['agent', 'GET', '/api/calls/c1/recordings/rec-c1-1/audio'],
] as const)('%s may not %s %s', async (role, method, url) => {
  const api = await openApi();
  const answer = await api.send(role, method, url, method === 'GET' ? undefined : {});
  expect([answer.status, answer.body.error.id]).toEqual([403, 'forbidden']);
});

test('the role is checked before the input is read', async () => {
  const api = await openApi();
  const answer = await api.send('viewer', 'POST', '/api/tokens', { nonsense: 'x'.repeat(1000) });
  expect(answer.status).toBe(403);
});

test('tokens are made once, shown once, and work', async () => {
  const api = await openApi();
  const made = await api.send('admin', 'POST', '/api/tokens', {
    name: '前台',
    role: 'agent',
    agentId: '2001',
  });
  expect(made.status).toBe(201);
  expect(made.body.token).toMatch(/^[\w-]{32}$/);
  const list = await api.send('admin', 'GET', '/api/tokens');
  expect(list.text).not.toContain(made.body.token);
  expect(list.body.items.map((one: { id: string }) => one.id)).toContain(made.body.id);
  const headers = { authorization: `Bearer ${made.body.token}` };
  const moved = await api.inject({ method: 'POST', url: '/api/agents/2001/log-in', headers });
  expect(moved.body).toMatchObject({ state: 'not-ready', extension: '2001' });
  expect(api.logged.join()).not.toContain(made.body.token);
});

test.each([
  [{ name: 'x', role: 'king' }, 'body/role'],
  [{ name: 'x', role: 'agent' }, 'body/agentId'],
  [{ name: 'x', role: 'viewer', agentId: '1001' }, 'body/agentId'],
  [{ name: '', role: 'viewer' }, 'body/name'],
  [{ name: 'x'.repeat(81), role: 'viewer' }, 'body/name'],
  [{ name: 'x\u0000y', role: 'viewer' }, 'body/name'],
  [{ name: 'x', role: 'viewer', hash: 'y' }, 'body'],
])('token %j is refused at %s', async (body, at) => {
  const api = await openApi();
  const answer = await api.send('admin', 'POST', '/api/tokens', body);
  expect(answer.status).toBe(400);
  expect(answer.body.error.details.issues[0].at).toBe(at);
});

test('the last admin cannot lock himself out', async () => {
  const api = await openApi();
  const answer = await api.send('admin', 'DELETE', '/api/tokens/t-admin');
  expect([answer.status, answer.body.error.id]).toEqual([409, 'last-admin']);
});

test('every error has the same shape', async () => {
  const api = await openApi();
  const answers = [
    await api.send('admin', 'GET', '/api/nothing?secret=1'),
    await api.send('admin', 'GET', '/api/calls/c-unknown'),
    await api.send('admin', 'GET', '/api/calls?limit=9999'),
    await api.inject({
      method: 'POST',
      url: '/api/customers',
      headers: { authorization: `Bearer ${api.tokenOf.admin}`, 'content-type': 'application/json' },
      payload: '{"name": ',
    }),
    await api.inject({
      method: 'POST',
      url: '/api/customers',
      headers: { authorization: `Bearer ${api.tokenOf.admin}`, 'content-type': 'text/xml' },
      payload: '<x/>',
    }),
  ];
  expect(answers.map((answer) => [answer.status, answer.body.error.id])).toEqual([
    [404, 'not-found'],
    [404, 'call-unknown'],
    [400, 'bad-input'],
    [400, 'bad-json'],
    [415, 'bad-media-type'],
  ]);
  for (const { body } of answers) expect(Object.keys(body.error)).toEqual(['id', 'message', 'details']);
  expect(answers[0]!.text).not.toContain('secret');
});

test('a body over 256 kB is refused', async () => {
  const api = await openApi();
  const answer = await api.send('admin', 'POST', '/api/customers', { name: 'x', note: 'y'.repeat(300_000) });
  expect([answer.status, answer.body.error.id]).toEqual([413, 'body-too-large']);
});

test('a body that reaches for the prototype is refused', async () => {
  const api = await openApi();
  const answer = await api.inject({
    method: 'POST',
    url: '/api/customers',
    headers: { authorization: `Bearer ${api.tokenOf.admin}`, 'content-type': 'application/json' },
    payload: '{"name":"x","__proto__":{"tier":"vip"}}',
  });
  expect(answer.status).toBe(400);
});

test.each([
  [new PbxError('link-down', 'connect ECONNREFUSED 10.0.0.7'), 503, 'pbx-link-down'],
  [new PbxError('refused', 'secret reason'), 502, 'pbx-refused'],
  [new Refused('agent-not-idle', '1001 is talking'), 409, 'agent-not-idle'],
  [new Error('password hunter2'), 500, 'internal'],
])('%s is answered with %i %s', async (trouble, status, id) => {
  const api = await openApi();
  api.centre.trouble = trouble;
  const answer = await api.send('admin', 'GET', '/api/phones');
  expect([answer.status, answer.body.error.id]).toEqual([status, id]);
  if (status >= 500) expect(answer.text).not.toContain(trouble.message);
  if (status >= 500) expect(api.logged.join()).toContain(trouble.message);
});

test('no answer may be kept by a cache or taken for a page', async () => {
  const api = await openApi();
  for (const url of ['/health', '/api/calls', '/nothing'])
    expect((await api.send('admin', 'GET', url)).headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
});

test('the OpenAPI document describes every route', async () => {
  const api = await openApi();
  const { status, body } = await api.send('', 'GET', '/openapi.json');
  expect(status).toBe(200);
  expect(body.openapi).toBe('3.1.0');
  const tags = body.tags.map((tag: { name: string }) => tag.name);
  // biome-ignore lint/suspicious/noExplicitAny: a document that no type describes
  for (const [path, methods] of Object.entries<Record<string, any>>(body.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const where = `${method.toUpperCase()} ${path}`;
      const isForEverybody = FOR_EVERYBODY.includes(where);
      expect(operation.summary, where).toBeTruthy();
      expect(tags, where).toContain(operation.tags[0]);
      expect(operation.security, where).toEqual(isForEverybody ? [] : [{ token: [] }]);
      const good = Object.keys(operation.responses).find((code) => code.startsWith('2'))!;
      expect(operation.responses[good].content, where).toBeTruthy();
      if (!isForEverybody) expect(operation.responses['401'], where).toBeTruthy();
    }
  for (const found of JSON.stringify(body).matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(body.components.schemas).toHaveProperty(found[1]!);
});

test('the OpenAPI document says which bodies may be left out, and which answers wait for the PBX', async () => {
  const { paths } = (await (await openApi()).send('', 'GET', '/openapi.json')).body;
  expect(paths['/api/agents/{id}/log-in'].post.requestBody.required).toBe(false);
  expect(paths['/api/agents/{id}/not-ready'].post.requestBody.required).toBe(true);
  expect(paths['/api/phones'].get.responses).toMatchObject({ 502: {}, 503: {} });
  expect(paths['/api/agents'].get.responses).not.toHaveProperty('502');
});

test('health tells everybody which file is wrong, and nobody where it lies', async () => {
  const api = await openApi();
  const problems = [
    'Mend /srv/bank/data/flows.yaml and "/etc/x/class-of-service.yaml"; see http://10.0.0.5/a/b',
  ];
  api.centre.state = { ...api.centre.state, ready: false, problems };
  const { body } = await api.send('', 'GET', '/health');
  expect(body.problems).toEqual(['Mend flows.yaml and "class-of-service.yaml"; see http://10.0.0.5/a/b']);
});
