import { expect, test } from 'vitest';
import { openApi } from '../http/api-lab.ts';

/** The API, and how often the PBX was told that its phones changed. */
async function openPhones() {
  const told: string[][] = [];
  const api = await openApi((parts) => ({
    phonesChanged: async () => {
      told.push((await parts.agents.phones()).map(({ extension }) => extension));
    },
  }));
  return { api, told };
}

const PHONE = { extension: '1077', name: '<script>alert(1)</script>' };

test('a new phone is told to the PBX at once, and its password only to whoever made it', async () => {
  const { api, told } = await openPhones();
  const { status, body } = await api.send('admin', 'POST', '/api/phones', PHONE);
  expect([status, body]).toEqual([
    201,
    { ...PHONE, branch: '', password: expect.stringMatching(/^[\w-]{24}$/) },
  ]);
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('1077');
  const list = await api.send('admin', 'GET', '/api/phones');
  expect(list.body.items).toContainEqual(
    expect.objectContaining({ ...PHONE, kind: 'desk', registered: false }),
  );
  const everywhere = [list.text, (await api.send('admin', 'GET', '/api/events')).text, api.logged.join()];
  expect(everywhere.join()).not.toContain(body.password);
});

test('a phone gets another password, another name, and goes', async () => {
  const { api, told } = await openPhones();
  const before = (await api.send('admin', 'POST', '/api/phones', PHONE)).body.password;
  const after = (await api.send('admin', 'POST', '/api/phones/1077/password')).body.password;
  expect(after).not.toBe(before);
  expect((await api.agents.phone('1077'))?.password).toBe(after);
  expect((await api.send('admin', 'PATCH', '/api/phones/1077', { name: 'x', branch: 'wuhan' })).status).toBe(
    200,
  );
  expect(await api.agents.phone('1077')).toMatchObject({ name: 'x', branch: 'wuhan', password: after });
  expect((await api.send('admin', 'DELETE', '/api/phones/1077')).status).toBe(200);
  expect(await api.agents.phone('1077')).toBeUndefined();
  expect(told).toHaveLength(4);
});

test.each([
  ['POST', '/api/phones', { extension: '1001', name: 'x' }, 409, 'phone-exists'],
  ['POST', '/api/phones', { extension: '95533', name: 'x' }, 400, 'bad-phone'],
  ['POST', '/api/phones', { extension: 'web-1001', name: 'x' }, 400, 'bad-input'],
  ['DELETE', '/api/phones/1001', undefined, 409, 'phone-in-use'],
  ['DELETE', '/api/phones/2001', undefined, 409, 'phone-in-use'],
  ['DELETE', '/api/phones/1999', undefined, 404, 'phone-unknown'],
  ['PATCH', '/api/phones/1999', { name: 'x' }, 404, 'phone-unknown'],
  ['POST', '/api/phones/1999/password', undefined, 404, 'phone-unknown'],
] as const)('%s %s %j is refused', async (method, url, body, status, id) => {
  const { api, told } = await openPhones();
  const answer = await api.send('admin', method, url, body);
  expect([answer.status, answer.body.error.id]).toEqual([status, id]);
  expect(told).toEqual([]);
});

test('a phone at which somebody is logged in stays', async () => {
  const { api } = await openPhones();
  await api.send('admin', 'POST', '/api/phones', PHONE);
  await api.centre.tellAgent('1005', { type: 'LogIn', extension: '1077' });
  expect((await api.send('admin', 'DELETE', '/api/phones/1077')).body.error.id).toBe('phone-in-use');
});
