import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readRouting } from '../../src/engine/routing-file.ts';
import { addUser } from './access-lab.ts';
import { openApi } from './api-lab.ts';

const NEW = {
  id: 'liu',
  name: '刘芳',
  skills: { wealth: 9.5 },
  attributes: { dialects: ['闽南语'], site: 'fuzhou', age: 30 },
  outside: { number: '138 0000 0002', duty: 'branch-hours' },
};

test('an administrator adds an agent, who reaches the running centre and the database', async () => {
  const { send, centre, agents, events } = await openApi();
  const { status, body } = await send('admin', 'POST', '/api/agents', NEW);
  expect([status, body]).toMatchObject([
    201,
    {
      id: 'liu',
      homeExtension: '',
      skills: { wealth: 9.5 },
      attributes: NEW.attributes,
      outside: { number: '13800000002', duty: 'branch-hours' },
      state: 'logged-out',
    },
  ]);
  expect(centre.staff.find(({ id }) => id === 'liu')).toMatchObject({
    name: '刘芳',
    skills: { wealth: 9.5 },
  });
  expect(await agents.isAgent('liu')).toBe(true);
  expect(await events.since(0, ['AgentChanged'])).toMatchObject([{ agent: 'liu', data: { name: '刘芳' } }]);
  expect((await send('admin', 'POST', '/api/agents', NEW)).body.error.id).toBe('agent-exists');
});

test('a change keeps the state and what is not named', async () => {
  const { send, centre } = await openApi();
  await send('admin', 'POST', '/api/agents/1001/log-in');
  await send('admin', 'POST', '/api/agents/1001/ready');
  const { status, body } = await send('admin', 'PATCH', '/api/agents/1001', { skills: { service: 3.5 } });
  expect([status, body]).toMatchObject([
    200,
    {
      name: '张伟',
      homeExtension: '1001',
      skills: { service: 3.5 },
      state: 'ready',
      attributes: { site: 'beijing' },
    },
  ]);
  expect(centre.staff.find(({ id }) => id === '1001')!.skills).toEqual({ service: 3.5 });
  const away = { number: '13800000003', duty: '' };
  expect((await send('admin', 'PATCH', '/api/agents/1001', { outside: away })).body.outside).toEqual(away);
  expect((await send('admin', 'PATCH', '/api/agents/1001', { name: '张' })).body.outside).toEqual(away);
  expect((await send('admin', 'PATCH', '/api/agents/1001', { outside: null })).body.outside).toBe(null);
});

test('an agent who is logged out is removed, and one who is not is not', async () => {
  const { send, centre, agents, events } = await openApi();
  await send('admin', 'POST', '/api/agents/1003/log-in');
  const refused = await send('admin', 'DELETE', '/api/agents/1003');
  expect([refused.status, refused.body.error.id]).toEqual([409, 'agent-logged-in']);
  expect(await agents.isAgent('1003')).toBe(true);
  expect((await send('admin', 'DELETE', '/api/agents/1002')).body.name).toBe('王芳');
  expect(centre.staff.some(({ id }) => id === '1002')).toBe(false);
  expect(await agents.isAgent('1002')).toBe(false);
  expect((await events.since(0, ['AgentRemoved'])).map(({ agent }) => agent)).toEqual(['1002']);
  expect((await send('admin', 'DELETE', '/api/agents/1002')).status).toBe(404);
});

test('an agent whose seat a user or a token has is not removed', async () => {
  const api = await openApi();
  await addUser(api, { login: 'ann', role: 'agent', agentId: '1002' });
  for (const [agent, by] of [
    ['1001', 'agent'],
    ['1002', 'ann'],
  ]) {
    const { status, body } = await api.send('admin', 'DELETE', `/api/agents/${agent}`);
    expect([status, body.error.id, body.error.details]).toEqual([409, 'agent-in-use', { by }]);
    expect(await api.agents.isAgent(agent!)).toBe(true);
  }
  await api.users.disable('u-ann', 1);
  await api.tokens.revoke('t-agent', 1);
  for (const agent of ['1001', '1002'])
    expect((await api.send('admin', 'DELETE', `/api/agents/${agent}`)).status).toBe(200);
});

test('the number at which somebody is logged in is not changed, in the centre or on file, before he is logged out', async () => {
  const { send, centre, store } = await openApi();
  const { outside } = (await send('admin', 'POST', '/api/agents', NEW)).body;
  const onFile = async () => (await store.load()).agents.find(({ id }) => id === 'liu')?.outside;
  await centre.tellAgent('liu', { type: 'LogIn', extension: outside.number });
  for (const other of [{ number: '13911111111', duty: '' }, null]) {
    const refused = await send('admin', 'PATCH', '/api/agents/liu', { outside: other });
    expect([refused.status, refused.body.error.id]).toEqual([409, 'agent-logged-in']);
    expect(await onFile()).toEqual(outside);
    expect(centre.staff.find(({ id }) => id === 'liu')?.outside).toEqual(outside);
  }
  const hours = { ...outside, duty: '' };
  expect((await send('admin', 'PATCH', '/api/agents/liu', { outside: hours })).body.outside).toEqual(hours);
  await centre.tellAgent('liu', { type: 'LogOut' });
  expect((await send('admin', 'PATCH', '/api/agents/liu', { outside: null })).status).toBe(200);
  expect(await onFile()).toBeUndefined();
});

/** A centre that takes its time, as the real one does until its next turn. */
async function openSlow() {
  const api = await openApi();
  const { centre } = api;
  const save = centre.saveAgent.bind(centre);
  const remove = centre.removeAgent.bind(centre);
  centre.saveAgent = async (agent) => {
    await setTimeout(20);
    return save(agent);
  };
  centre.removeAgent = async (id) => {
    await setTimeout(20);
    return remove(id);
  };
  return api;
}

test('of two changes at once of one agent both count', async () => {
  const { send, centre, agents, store } = await openSlow();
  const answers = await Promise.all([
    send('admin', 'PATCH', '/api/agents/1001', { skills: { wealth: 9.5 } }),
    send('admin', 'PATCH', '/api/agents/1001', { name: '张三' }),
    send('admin', 'PATCH', '/api/agents/1001', { attributes: { site: 'wuhan' } }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  const both = { name: '张三', skills: { wealth: 9.5 }, attributes: { site: 'wuhan' } };
  expect(centre.staff.find(({ id }) => id === '1001')).toMatchObject(both);
  expect((await store.load()).agents.find(({ id }) => id === '1001')).toMatchObject(both);
  expect(await agents.isAgent('1001')).toBe(true);
});

test('of two who add the same agent at once one is told that he is there', async () => {
  const { send, centre } = await openSlow();
  const answers = await Promise.all([
    send('admin', 'POST', '/api/agents', NEW),
    send('admin', 'POST', '/api/agents', { ...NEW, name: '另一个' }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([201, 409]);
  expect(centre.staff.find(({ id }) => id === 'liu')!.name).toBe('刘芳');
});

test('an agent who is removed while somebody changes him stays removed', async () => {
  const { send, centre, agents } = await openSlow();
  const [removed, changed] = await Promise.all([
    send('admin', 'DELETE', '/api/agents/1002'),
    send('admin', 'PATCH', '/api/agents/1002', { name: '王' }),
  ]);
  expect([removed.status, changed.status]).toEqual([200, 404]);
  expect(centre.staff.some(({ id }) => id === '1002')).toBe(false);
  expect(await agents.isAgent('1002')).toBe(false);
});

test.each<[string, object, number, string]>([
  [
    'an unknown skill',
    { skills: { welth: 9 } },
    400,
    'skills.welth: there is no skill "welth": did you mean "wealth"?',
  ],
  [
    'a score above 10',
    { skills: { wealth: 10.5 } },
    400,
    'skills.wealth: the score in "wealth" has to be 0 to 10',
  ],
  [
    'a score below 0',
    { skills: { wealth: -1 } },
    400,
    'skills.wealth: the score in "wealth" has to be 0 to 10',
  ],
  [
    'an unknown attribute',
    { attributes: { dialect: 'x' } },
    400,
    'attributes.dialect: there is no attribute "dialect" of agents: did you mean "dialects"?',
  ],
  [
    'an attribute of another type',
    { attributes: { dialects: 'x' } },
    400,
    'attributes.dialects: "dialects" has to be a list of at most 50 texts',
  ],
  [
    'an empty text',
    { attributes: { site: '' } },
    400,
    'attributes.site: "site" has to be a text of 1 to 200 characters',
  ],
  [
    'the phone of another',
    { homeExtension: '1002' },
    409,
    '1002 is the home phone of 王芳 (1002): give one of the two another',
  ],
  ['a phone that is not there', { homeExtension: '4711' }, 400, 'homeExtension: there is no phone 4711'],
  [
    'a calendar that is not there',
    { outside: { number: '138', duty: 'nights' } },
    400,
    'outside.duty: there is no calendar nights',
  ],
])('%s is refused with a sentence, and changes nothing', async (_what, change, status, message) => {
  const { send, centre, events } = await openApi();
  const before = centre.staff.find(({ id }) => id === '1001');
  const answer = await send('admin', 'PATCH', '/api/agents/1001', change);
  expect([answer.status, answer.body.error.message]).toEqual([status, message]);
  expect(centre.staff.find(({ id }) => id === '1001')).toBe(before);
  expect(await events.since(0, ['AgentChanged'])).toEqual([]);
});

test('only administrators say who is an agent', async () => {
  const { send } = await openApi();
  for (const role of ['viewer', 'agent', 'campaign', 'supervisor'] as const) {
    const statuses = [
      await send(role, 'POST', '/api/agents', NEW),
      await send(role, 'PATCH', '/api/agents/1001', { name: 'x' }),
      await send(role, 'DELETE', '/api/agents/1001'),
    ].map(({ status }) => status);
    expect(statuses, role).toEqual([403, 403, 403]);
  }
});

test('sensitive attributes, and what is not declared, are shown to supervisors and admins only', async () => {
  const { send, routing } = await openApi();
  await send('admin', 'POST', '/api/agents', NEW);
  const namesFor = async (role: Parameters<typeof send>[0]) =>
    Object.keys((await send(role, 'GET', '/api/agents/liu')).body.attributes);
  expect(await namesFor('supervisor')).toEqual(['dialects', 'site', 'age']);
  expect(await namesFor('admin')).toEqual(['dialects', 'site', 'age']);
  expect(await namesFor('agent')).toEqual(['dialects', 'site']);
  expect(await namesFor('viewer')).toEqual(['dialects', 'site']);
  routing.rules = readRouting('queues: {}', 'r.yaml').rules!;
  expect(await namesFor('agent')).toEqual([]);
  expect((await send('viewer', 'GET', '/api/agents/liu')).body.outside.number).not.toBe('13800000002');
});

test('a customer has attributes, an account manager and a case owner', async () => {
  const { send } = await openApi();
  const made = await send('admin', 'POST', '/api/customers', {
    name: '林',
    attributes: { dialect: '闽南语' },
    accountManager: '1001',
  });
  expect([made.status, made.body]).toMatchObject([
    201,
    { attributes: { dialect: '闽南语' }, accountManager: '1001', caseOwner: null },
  ]);
  const url = `/api/customers/${made.body.id}`;
  const changed = await send('admin', 'PATCH', url, { caseOwner: '1002', accountManager: null });
  expect(changed.body).toMatchObject({
    attributes: { dialect: '闽南语' },
    accountManager: null,
    caseOwner: '1002',
  });
  expect((await send('admin', 'GET', url)).body).toMatchObject({ accountManager: null, caseOwner: '1002' });
});

test.each<[string, object, string]>([
  ['an agent who is not there', { caseOwner: 'nobody' }, 'caseOwner: there is no agent nobody'],
  [
    'an unknown attribute',
    { attributes: { dialects: 'x' } },
    'attributes.dialects: there is no attribute "dialects" of callers: did you mean "dialect"?',
  ],
  [
    'an attribute of another type',
    { attributes: { city: 1 } },
    'attributes.city: "city" has to be a text of 1 to 200 characters',
  ],
])('a customer with %s is refused', async (_what, change, message) => {
  const { send } = await openApi();
  const answer = await send('admin', 'PATCH', '/api/customers/demo-vip', change);
  expect([answer.status, answer.body.error.id, answer.body.error.message]).toEqual([
    400,
    'bad-customer',
    message,
  ]);
});

test('the routing rules are shown as they were read, to supervisors and admins', async () => {
  const { send, routing } = await openApi();
  routing.wrong = ['something is wrong'];
  const { status, body } = await send('supervisor', 'GET', '/api/routing');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    order: 'service-level',
    sensitiveUse: { permitted: [], reason: '' },
    attributes: { agent: { age: { type: 'number', sensitive: true } } },
    problems: ['something is wrong'],
  });
  const vip = body.queues.find(({ name }: { name: string }) => name === 'vip');
  expect(vip.ladder).toEqual([
    { afterMs: 0, needs: ['skill.wealth >= 9'] },
    { afterMs: 60_000, needs: ['skill.wealth >= 7'] },
    { afterMs: 90_000, needs: ['skill.wealth >= 4', 'skill.service >= 8'] },
  ]);
  expect(vip.tiers.others).toEqual({ goal: 0.8, targetMs: 30_000, priority: 0, bonusMs: 0 });
  expect((await send('viewer', 'GET', '/api/routing')).status).toBe(403);
});
