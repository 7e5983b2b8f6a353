import { expect, test } from 'vitest';
import { openApi } from './api-lab.ts';

test('an agent gets the account of the phone in his own page, and it is in no log', async () => {
  const api = await openApi();
  const { status, body } = await api.send('agent', 'GET', '/api/desk/phone');
  expect(status).toBe(200);
  const phone = await api.agents.phone('web-1001');
  expect(body).toEqual({
    extension: 'web-1001',
    password: phone?.password,
    uri: 'sip:web-1001@carillon.invalid',
    socket: '/sip',
  });
  expect(api.logged.join('\n')).not.toContain(phone?.password);
  expect((await api.send('supervisor', 'GET', '/api/desk/phone')).status).toBe(403);
});

test('an agent who has none is told so', async () => {
  const api = await openApi();
  await api.agents.save({ ...api.centre.staff[0]!, homeExtension: '', outside: { number: '138', duty: '' } });
  expect((await api.send('agent', 'GET', '/api/desk/phone')).body.error.id).toBe('no-web-phone');
});

test('a page that was loaded anew asks for its sound, for its own agent', async () => {
  const api = await openApi();
  expect((await api.send('agent', 'POST', '/api/desk/phone/rejoin', {})).body).toEqual({ rejoins: false });
  expect(api.centre.rejoining).toEqual(['1001']);
  expect((await api.send('viewer', 'POST', '/api/desk/phone/rejoin', {})).status).toBe(403);
});

test('the phone in the page comes and goes with its agent, keeps its secret, and the PBX is told', async () => {
  let told = 0;
  const api = await openApi(() => ({
    phonesChanged: async () => {
      told += 1;
    },
  }));
  await api.send('admin', 'POST', '/api/agents', { id: 'new', name: 'Li Si' });
  const made = await api.agents.phone('web-new');
  expect(made).toMatchObject({ kind: 'web', name: 'Li Si' });
  expect(made?.password.length).toBeGreaterThan(20);
  await api.send('admin', 'PATCH', '/api/agents/new', { name: 'Li Wu' });
  expect(await api.agents.phone('web-new')).toEqual({ ...made, name: 'Li Wu' });
  await api.send('admin', 'DELETE', '/api/agents/new');
  expect(await api.agents.phone('web-new')).toBeUndefined();
  expect(told).toBe(3);
});

test('an agent logs in at the phone in his page', async () => {
  const api = await openApi();
  const { body } = await api.send('agent', 'POST', '/api/agents/1001/log-in', { extension: 'web-1001' });
  expect(body).toMatchObject({ state: 'not-ready', extension: 'web-1001' });
  for (const extension of ['web-', 'web-1001&PJSIP/1002', 'web-nobody'])
    expect((await api.send('agent', 'POST', '/api/agents/1001/log-in', { extension })).status).not.toBe(200);
});
