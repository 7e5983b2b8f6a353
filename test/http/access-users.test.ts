import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PersonRole } from '../../src/http/roles.ts';
import { START } from '../store/examples.ts';
import { addAndSignIn, addUser, PASSWORD, signedIn, signIn } from './access-lab.ts';
import { openApi } from './api-lab.ts';

const NEW = { login: 'Li.Na', name: '李娜', role: 'agent', agentId: '1003', password: PASSWORD };

test('an admin makes a user, who signs in; nobody is shown his hash', async () => {
  const api = await openApi();
  const made = await api.send('admin', 'POST', '/api/users', NEW);
  expect(made).toMatchObject({
    status: 201,
    body: { login: 'li.na', name: '李娜', role: 'agent', agentId: '1003', branch: '', disabledAt: null },
  });
  expect(made.text).not.toContain('argon2');
  expect((await api.send('auditor', 'GET', '/api/users')).text).not.toContain('argon2');
  expect((await signIn(api, 'li.na')).status).toBe(200);
});

test.each([
  [{ login: 'ann' }, 409, 'login-taken'],
  [{ login: 'ANN' }, 409, 'login-taken'],
  [{ login: 'an n' }, 400, 'bad-input'],
  [{ login: '<b>' }, 400, 'bad-input'],
  [{ role: 'scraper' }, 400, 'bad-input'],
  [{ role: 'king' }, 400, 'bad-input'],
  [{ agentId: '1001' }, 409, 'seat-taken'],
  [{ agentId: '9999' }, 404, 'agent-unknown'],
  [{ password: 'short' }, 409, 'weak-password'],
  [{ branch: 'atlantis' }, 400, 'bad-branch'],
  [{ name: 'x\u202ey' }, 400, 'bad-input'],
  [{ name: '' }, 400, 'bad-input'],
  [{ passwordHash: 'x' }, 400, 'bad-input'],
])('a user with %j is not made', async (wrong, status, id) => {
  const api = await openApi();
  await addUser(api, { login: 'ann', agentId: '1001' });
  const answer = await api.send('admin', 'POST', '/api/users', { ...NEW, ...wrong });
  expect([answer.status, answer.body.error.id]).toEqual([status, id]);
  expect(await api.users.count()).toBe(1);
});

test('a script in a name stays text', async () => {
  const api = await openApi();
  const name = '<img src=x onerror=alert(1)>';
  const { body, headers } = await api.send('admin', 'POST', '/api/users', { ...NEW, name });
  expect(body.name).toBe(name);
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
  expect(String(headers['content-type'])).toMatch(/^application\/json/);
});

test('users are listed by login, in pages, and found by part of a name', async () => {
  const api = await openApi();
  for (const login of ['dora', 'bob', 'ann', 'carl']) await addUser(api, { login, role: 'agent' });
  await api.users.disable('u-carl', 1);
  const first = await api.send('auditor', 'GET', '/api/users?limit=2');
  const logins = (answer: typeof first) => answer.body.items.map((one: { login: string }) => one.login);
  expect(logins(first)).toEqual(['ann', 'bob']);
  const second = await api.send('auditor', 'GET', `/api/users?limit=2&cursor=${first.body.next}`);
  expect(logins(second)).toEqual(['carl', 'dora']);
  expect(logins(await api.send('auditor', 'GET', '/api/users?disabled=yes'))).toEqual(['carl']);
  expect(logins(await api.send('auditor', 'GET', '/api/users?text=O'))).toEqual(['bob', 'dora']);
  expect(logins(await api.send('auditor', 'GET', '/api/users?text=%25'))).toEqual([]);
  expect(logins(await api.send('auditor', 'GET', '/api/users?role=admin'))).toEqual([]);
});

test('the last admin of the head office stays, whatever is tried', async () => {
  const api = await openApi();
  await addUser(api, { login: 'ann' });
  await addUser(api, { login: 'bob', branch: 'wuhan' });
  const tries = [
    ['POST', '/api/users/u-ann/disable', {}],
    ['PATCH', '/api/users/u-ann', { role: 'agent' }],
    ['PATCH', '/api/users/u-ann', { branch: 'wuhan' }],
  ] as const;
  for (const [method, url, body] of tries)
    expect((await api.send('admin', method, url, body)).body.error.id).toBe('last-admin');
  await addUser(api, { login: 'carl' });
  expect((await api.send('admin', 'POST', '/api/users/u-ann/disable')).status).toBe(200);
  expect((await api.send('admin', 'POST', '/api/users/u-carl/disable')).body.error.id).toBe('last-admin');
});

test('a user who is let in again must find his seat free', async () => {
  const api = await openApi();
  await addUser(api, { login: 'ann', agentId: '1001', role: 'agent' });
  await api.send('admin', 'POST', '/api/users/u-ann/disable');
  await addUser(api, { login: 'bob', agentId: '1001', role: 'agent' });
  const answer = await api.send('admin', 'POST', '/api/users/u-ann/enable');
  expect(answer.body.error).toMatchObject({ id: 'seat-taken', details: { login: 'bob' } });
  await api.send('admin', 'PATCH', '/api/users/u-bob', { agentId: null });
  expect((await api.send('admin', 'POST', '/api/users/u-ann/enable')).body.disabledAt).toBeNull();
});

test('an admin of a branch keeps the users of his own part, and knows of no others', async () => {
  const api = await openApi();
  await addUser(api, { login: 'head', branch: '' });
  await addUser(api, { login: 'south', branch: 'beijing' });
  await addUser(api, { login: 'below', branch: 'guanggu', role: 'agent' });
  const { send } = await addAndSignIn(api, 'ann', 'admin', 'wuhan');
  const list = await send('GET', '/api/users');
  expect(list.body.items.map((one: { login: string }) => one.login)).toEqual(['ann', 'below']);
  for (const user of ['u-head', 'u-south', 'u-nobody'])
    for (const [method, url, body] of [
      ['GET', `/api/users/${user}`],
      ['PATCH', `/api/users/${user}`, { name: 'x' }],
      ['POST', `/api/users/${user}/password`, { password: PASSWORD }],
      ['POST', `/api/users/${user}/disable`, {}],
      ['POST', `/api/users/${user}/sign-out`, {}],
    ] as const) {
      const answer = await send(method, url, body);
      expect([url, answer.status, answer.body.error.id]).toEqual([url, 404, 'user-unknown']);
    }
  expect((await send('POST', '/api/users', { ...NEW, branch: 'beijing' })).body.error.id).toBe(
    'branch-not-yours',
  );
  expect((await send('POST', '/api/users', { ...NEW, branch: '' })).body.error.id).toBe('branch-not-yours');
  expect((await send('PATCH', '/api/users/u-below', { branch: '' })).body.error.id).toBe('branch-not-yours');
  expect((await send('POST', '/api/users', { ...NEW, agentId: '1001' })).body.error.id).toBe('agent-unknown');
  const made = await send('POST', '/api/users', { ...NEW, agentId: '1003' });
  expect(made.body).toMatchObject({ branch: 'wuhan', agentId: '1003' });
});

test.each([
  ['supervisor', 'POST', '/api/users'],
  ['auditor', 'POST', '/api/users'],
  ['auditor', 'PATCH', '/api/users/u-ann'],
  ['supervisor', 'GET', '/api/users'],
  ['campaign', 'GET', '/api/users'],
  ['approver', 'GET', '/api/audit'],
  ['supervisor', 'GET', '/api/audit'],
  ['agent', 'GET', '/api/audit'],
  ['approver', 'GET', '/api/tokens'],
  ['approver', 'POST', '/api/campaigns'],
  ['approver', 'GET', '/api/voicemails'],
  ['auditor', 'POST', '/api/campaigns'],
  ['auditor', 'POST', '/api/calls/c1/hangup'],
  ['auditor', 'POST', '/api/agents/1001/ready'],
  ['auditor', 'POST', '/api/flows/reload'],
  ['auditor', 'DELETE', '/api/tokens/t-admin'],
] as const)('%s may not %s %s', async (role, method, url) => {
  const api = await openApi();
  const answer = await api.send(role, method, url, method === 'GET' ? undefined : {});
  expect([answer.status, answer.body.error.id]).toEqual([403, 'forbidden']);
});

test.each([
  ['auditor', '/api/users'],
  ['auditor', '/api/audit'],
  ['auditor', '/api/tokens'],
  ['auditor', '/api/security/bans'],
  ['auditor', '/api/voicemails'],
  ['auditor', '/api/routing'],
  ['approver', '/api/campaigns'],
  ['approver', '/api/outbound'],
  ['approver', '/api/feedback'],
] as const)('%s may read %s', async (role, url) => {
  const api = await openApi();
  expect((await api.send(role, 'GET', url)).status).toBe(200);
});

test('an auditor changes nothing: no route that changes something is for him', async () => {
  const api = await openApi();
  const { body } = await api.send('', 'GET', '/openapi.json');
  const open: string[] = [];
  for (const [path, methods] of Object.entries<Record<string, { description?: string }>>(body.paths))
    for (const [method, { description = '' }] of Object.entries(methods))
      if (method !== 'get' && /\bauditor\b/.test(description)) open.push(`${method} ${path}`);
  expect(open).toEqual(['post /api/session/password']);
});

test('a message that an auditor hears counts as heard by nobody', async () => {
  const api = await openApi();
  const file = join(api.recordings, 'v1.wav');
  writeFileSync(file, 'RIFF-sound');
  const message = { id: 'v1', callId: 'c1', box: 'campaign', ani: '1009', durationMs: 1000, at: START, file };
  await api.calls.keepVoicemail(message);
  const heardBy = async () => (await api.send('auditor', 'GET', '/api/voicemails')).body.items[0].heardBy;
  expect((await api.send('auditor', 'GET', '/api/voicemails/v1/audio')).text).toBe('RIFF-sound');
  expect(await heardBy()).toBeNull();
  await api.send('supervisor', 'GET', '/api/voicemails/v1/audio');
  expect(await heardBy()).toBe('supervisor');
});

test('whoever needs no numbers sees them masked', async () => {
  const api = await openApi();
  const numberOf = async (role: PersonRole) =>
    (await api.send(role, 'GET', '/api/customers')).body.items.find(
      (one: { id: string }) => one.id === 'demo-vip',
    ).numbers[0];
  expect(await numberOf('auditor')).toBe('13800138000');
  expect(await numberOf('approver')).toBe('138****8000');
  expect((await api.send('approver', 'GET', '/api/customers?number=13800138000')).status).toBe(403);
});

test('whoever has a seat may do there what agents do, whatever his role', async () => {
  const api = await openApi();
  await addUser(api, { login: 'lead', role: 'campaign', agentId: '1006' });
  const { send } = await signedIn(api, 'lead');
  expect((await send('POST', '/api/agents/1006/log-in')).status).toBe(200);
  expect((await send('POST', '/api/agents/1007/log-in')).body.error.id).toBe('forbidden');
});

test.each(['viewer', 'approver', 'auditor'] as const)('a user of role %s has no seat', async (role) => {
  const api = await openApi();
  const made = await api.send('admin', 'POST', '/api/users', { ...NEW, role });
  expect([made.status, made.body.error.id]).toEqual([409, 'seat-not-for-role']);
  await addUser(api, { login: 'ann', role: 'agent', agentId: '1002' });
  const changed = await api.send('admin', 'PATCH', '/api/users/u-ann', { role });
  expect(changed.body.error.id).toBe('seat-not-for-role');
  expect((await api.send('admin', 'PATCH', '/api/users/u-ann', { role, agentId: null })).status).toBe(200);
});

test('an admin of a branch takes no seat outside it by way of a user who has one', async () => {
  const api = await openApi();
  await addUser(api, { login: 'bob', branch: 'wuhan', role: 'agent', agentId: '1001' });
  const { send } = await addAndSignIn(api, 'ann', 'admin', 'wuhan');
  for (const [method, url, body] of [
    ['PATCH', '/api/users/u-bob', { role: 'supervisor' }],
    ['POST', '/api/users/u-bob/password', { password: PASSWORD }],
    ['POST', '/api/users/u-bob/enable', {}],
  ] as const)
    expect((await send(method, url, body)).body.error?.id).toBe('agent-unknown');
  expect((await send('PATCH', '/api/users/u-bob', { agentId: null })).status).toBe(200);
  expect((await send('POST', '/api/users/u-bob/password', { password: PASSWORD })).status).toBe(200);
});
