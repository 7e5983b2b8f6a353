import { describe, expect, test } from 'vitest';
import { type Answer, type ApiLab, openApi } from '../http/api-lab.ts';
import { START } from '../store/examples.ts';

const WHERE = { hubei: 'hubei', wuhan: 'wuhan', guanggu: 'guanggu', beijing: 'beijing' };

/** Sends requests as an admin of a branch. */
async function adminOf(api: ApiLab, branch: string) {
  const owner = {
    id: `t-admin-${branch}`,
    name: `admin ${branch}`,
    role: 'admin',
    createdAt: START,
  } as const;
  const token = await api.tokens.issue({ ...owner, branch });
  return (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object): Promise<Answer> =>
    api.inject({ method, url, headers: { authorization: `Bearer ${token}` }, ...(payload && { payload }) });
}

const idsIn = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

describe('the branches', () => {
  test('are listed from the own one down, with those above it', async () => {
    const api = await openApi();
    const all = await api.send('viewer', 'GET', '/api/branches');
    expect(all.body).toMatchObject({ own: '', above: [] });
    expect(idsIn(all.body.items)).toEqual(['beijing', 'jinrongjie', 'hubei', 'wuhan', 'guanggu']);
    const some = await (await adminOf(api, WHERE.wuhan))('GET', '/api/branches');
    expect(some.body.own).toBe('wuhan');
    expect(idsIn(some.body.above)).toEqual(['hubei']);
    expect(idsIn(some.body.items)).toEqual(['wuhan', 'guanggu']);
  });

  test('are added, renamed, moved and removed by the admin of a branch above them', async () => {
    const api = await openApi();
    const admin = await adminOf(api, WHERE.hubei);
    const added = await admin('POST', '/api/branches', {
      id: 'xiangyang',
      name: '襄阳分行',
      parent: 'hubei',
    });
    expect(added.status).toBe(201);
    const renamed = await admin('PATCH', '/api/branches/xiangyang', { name: '襄阳市分行' });
    expect(renamed.body).toEqual({ id: 'xiangyang', name: '襄阳市分行', parent: 'hubei' });
    expect((await admin('PATCH', '/api/branches/xiangyang', { parent: 'wuhan' })).body.parent).toBe('wuhan');
    expect((await admin('DELETE', '/api/branches/xiangyang')).status).toBe(200);
    expect(api.branches.tree.has('xiangyang')).toBe(false);
  });

  test.each([
    ['add', 'POST', '/api/branches', { id: 'x', name: 'x', parent: 'beijing' }, 403, 'branch-not-yours'],
    ['add', 'POST', '/api/branches', { id: 'x', name: 'x', parent: '' }, 403, 'branch-not-yours'],
    ['add', 'POST', '/api/branches', { id: 'x', name: 'x', parent: 'gone' }, 403, 'branch-not-yours'],
    ['rename', 'PATCH', '/api/branches/beijing', { name: 'x' }, 404, 'branch-unknown'],
    ['rename', 'PATCH', '/api/branches/hubei', { name: 'x' }, 403, 'branch-not-yours'],
    ['move', 'PATCH', '/api/branches/wuhan', { parent: 'beijing' }, 403, 'branch-not-yours'],
    ['move', 'PATCH', '/api/branches/wuhan', { parent: '' }, 403, 'branch-not-yours'],
    ['move', 'PATCH', '/api/branches/wuhan', { parent: 'guanggu' }, 409, 'branch-cycle'],
    ['remove', 'DELETE', '/api/branches/jinrongjie', undefined, 404, 'branch-unknown'],
    ['remove', 'DELETE', '/api/branches/hubei', undefined, 403, 'branch-not-yours'],
  ] as const)('of others nobody may %s one: %s %s %j', async (_what, method, url, body, status, id) => {
    const api = await openApi();
    const before = api.branches.tree.within('');
    const answer = await (await adminOf(api, WHERE.hubei))(method, url, body);
    expect([answer.status, answer.body.error.id]).toEqual([status, id]);
    expect(api.branches.tree.within('')).toEqual(before);
  });

  test.each([
    ['branches below it', 'wuhan', 'branch'],
    ['an agent', 'guanggu', 'agent'],
    ['a user', 'yichang', 'user'],
    ['an API token', 'xiaogan', 'api token'],
  ])('with %s are not removed', async (_what, branch, by) => {
    const api = await openApi();
    for (const id of ['yichang', 'xiaogan']) await api.branches.save({ id, name: id, parent: 'hubei' });
    const user = {
      id: 'u9',
      login: 'u9',
      name: 'u9',
      role: 'agent',
      branch: 'yichang',
      passwordHash: '',
    } as const;
    await api.users.add({ ...user, passwordChangedAt: START, createdAt: START });
    await adminOf(api, 'xiaogan');
    const answer = await api.send('admin', 'DELETE', `/api/branches/${branch}`);
    expect(answer.body.error).toMatchObject({ id: 'branch-in-use', details: { by } });
    expect(answer.status).toBe(409);
  });

  test('belong to nobody any more whose token was revoked', async () => {
    const api = await openApi();
    await api.branches.save({ id: 'xiaogan', name: 'x', parent: 'hubei' });
    await adminOf(api, 'xiaogan');
    expect((await api.send('admin', 'DELETE', '/api/tokens/t-admin-xiaogan')).status).toBe(200);
    expect((await api.send('admin', 'DELETE', '/api/branches/xiaogan')).status).toBe(200);
  });

  test('keep a name that holds a script as the text that it is', async () => {
    const api = await openApi();
    const name = '<script>alert(1)</script>';
    await api.send('admin', 'POST', '/api/branches', { id: 'x', name, parent: '' });
    const { body, headers } = await api.send('admin', 'GET', '/api/branches');
    expect(body.items.find(({ id }: { id: string }) => id === 'x').name).toBe(name);
    expect(headers['content-type']).toContain('application/json');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test('come into the event log when they change', async () => {
    const api = await openApi();
    await api.send('admin', 'POST', '/api/branches', { id: 'x', name: 'y', parent: 'hubei' });
    await api.send('admin', 'DELETE', '/api/branches/x');
    const { body } = await api.send('admin', 'GET', '/api/events');
    expect(body.events.map(({ type, data }: { type: string; data: object }) => ({ type, data }))).toEqual([
      { type: 'BranchChanged', data: { branch: 'x', name: 'y', parent: 'hubei', by: 'admin' } },
      { type: 'BranchRemoved', data: { branch: 'x', name: 'y', by: 'admin' } },
    ]);
  });
});
