import { describe, expect, test, vi } from 'vitest';
import { addAndSignIn, addUser, PASSWORD, signedIn } from './access-lab.ts';
import { type ApiLab, openApi } from './api-lab.ts';

type Page = Awaited<ReturnType<typeof signedIn>>;

async function freeOf({ send }: Pick<Page, 'send'>): Promise<string[]> {
  const { body } = await send('GET', '/api/session/seats');
  return body.items.map(({ id }: { id: string }) => id);
}

const take = ({ send }: Pick<Page, 'send'>, agentId: string) =>
  send('POST', '/api/session/seat', { agentId });

/** What all seats have whom nobody has yet. */
function seatsOf({ centre }: ApiLab): string[] {
  return centre.agents().map(({ id }) => id);
}

/** The API, and what it tells sockets. */
async function openTold(): Promise<{ api: ApiLab; told: string[] }> {
  const told: string[] = [];
  const sockets = {
    serve: () => undefined,
    sessionEnded: () => told.push('ended'),
    sessionChanged: () => told.push('changed'),
  } as unknown as NonNullable<ApiLab['sockets']>;
  return { api: await openApi(() => ({ sockets })), told };
}

test('an admin takes a free seat and leaves it again, in the session that he has', async () => {
  const api = await openApi();
  const ann = await addAndSignIn(api, 'ann', 'admin');
  expect(await freeOf(ann)).toEqual(seatsOf(api));
  const taken = await take(ann, '1003');
  expect(taken).toMatchObject({ status: 200, body: { login: 'ann', agentId: '1003' } });
  expect((await ann.send('GET', '/api/session')).body.agentId).toBe('1003');
  expect((await ann.send('GET', '/api/desk/phone')).status).toBe(200);
  expect(await freeOf(ann)).not.toContain('1003');
  expect((await ann.send('DELETE', '/api/session/seat')).body.agentId).toBeNull();
  expect((await ann.send('GET', '/api/session')).body.agentId).toBeNull();
  expect(await freeOf(ann)).toContain('1003');
});

test('his pages connect again and his other sessions end, because he is somebody else now', async () => {
  const { api, told } = await openTold();
  await addUser(api, { login: 'ann', role: 'supervisor' });
  const [here, elsewhere] = [await signedIn(api, 'ann'), await signedIn(api, 'ann')];
  for (const { send } of [here, elsewhere]) await send('GET', '/api/session');
  await take(here, '1003');
  expect(told).toEqual(['ended', 'changed']);
  expect((await elsewhere.send('GET', '/api/session')).body.error.id).toBe('no-session');
  expect((await here.send('GET', '/api/session')).status).toBe(200);
  await here.send('DELETE', '/api/session/seat');
  expect(told).toEqual(['ended', 'changed', 'changed']);
});

test('the secret of the phone stays with no one who left the seat, and the PBX learns the new one', async () => {
  let told = 0;
  const api = await openApi(() => ({
    phonesChanged: async () => {
      told += 1;
    },
  }));
  const ann = await addAndSignIn(api, 'ann', 'admin');
  await take(ann, '1003');
  const { body: known } = await ann.send('GET', '/api/desk/phone');
  await ann.send('DELETE', '/api/session/seat');
  const phone = await api.agents.phone('web-1003');
  expect(phone).toMatchObject({ kind: 'web', extension: known.extension });
  expect(phone?.password).not.toBe(known.password);
  expect(phone?.password.length).toBeGreaterThan(20);
  expect(told).toBe(1);
});

test('the page in which somebody changes his own password is not told that he is signed out', async () => {
  const { api, told } = await openTold();
  const begin = vi.spyOn(api.sessions, 'begin');
  const ann = await addAndSignIn(api, 'ann', 'admin');
  begin.mockImplementationOnce(async () => {
    told.push('begun');
    return 'secret';
  });
  const change = { current: PASSWORD, password: 'seven blue kettles' };
  expect((await ann.send('POST', '/api/session/password', change)).status).toBe(200);
  expect(told).toEqual(['begun', 'changed', 'ended']);
});

describe('a seat is not taken', () => {
  test('that somebody has', async () => {
    const api = await openApi();
    await addUser(api, { login: 'bob', role: 'agent', agentId: '1003' });
    const ann = await addAndSignIn(api, 'ann', 'supervisor');
    expect(await freeOf(ann)).not.toContain('1003');
    const { status, body } = await take(ann, '1003');
    expect([status, body.error.id, body.error.details.login]).toEqual([409, 'seat-taken', 'bob']);
  });

  test('at which somebody is logged in, by his phone', async () => {
    const api = await openApi();
    const ann = await addAndSignIn(api, 'ann', 'admin');
    await api.send('admin', 'POST', '/api/agents/1003/log-in');
    expect(await freeOf(ann)).not.toContain('1003');
    expect((await take(ann, '1003')).body.error.id).toBe('agent-logged-in');
  });

  test('that is not there', async () => {
    const ann = await addAndSignIn(await openApi(), 'ann', 'admin');
    const { status, body } = await take(ann, '9999');
    expect([status, body.error.id]).toEqual([404, 'agent-unknown']);
  });

  test('by whoever has another one; his own he has already', async () => {
    const api = await openApi();
    await addUser(api, { login: 'ann', role: 'supervisor', agentId: '1002' });
    const ann = await signedIn(api, 'ann');
    expect((await take(ann, '1003')).body.error.id).toBe('has-seat');
    expect((await take(ann, '1002')).body.agentId).toBe('1002');
  });

  test('by a token, which is nobody', async () => {
    const api = await openApi();
    const { status, body } = await api.send('admin', 'POST', '/api/session/seat', { agentId: '1003' });
    expect([status, body.error.id]).toEqual([401, 'no-session']);
  });

  test.each(['viewer', 'agent', 'campaign', 'approver', 'auditor'] as const)('by role %s', async (role) => {
    const page = await addAndSignIn(await openApi(), 'ann', role);
    expect((await take(page, '1003')).status).toBe(403);
    expect((await page.send('GET', '/api/session/seats')).status).toBe(403);
    expect((await page.send('DELETE', '/api/session/seat')).status).toBe(403);
  });
});

test('nobody leaves his seat while he is logged in there: callers would ring an empty desk', async () => {
  const api = await openApi();
  const ann = await addAndSignIn(api, 'ann', 'admin');
  await take(ann, '1003');
  await ann.send('POST', '/api/agents/1003/log-in');
  expect((await ann.send('DELETE', '/api/session/seat')).body.error.id).toBe('agent-logged-in');
  await ann.send('POST', '/api/agents/1003/log-out');
  expect((await ann.send('DELETE', '/api/session/seat')).body.agentId).toBeNull();
  expect((await ann.send('DELETE', '/api/session/seat')).status).toBe(200);
});

test('the audit log says who took which seat', async () => {
  const api = await openApi();
  const ann = await addAndSignIn(api, 'ann', 'admin');
  await take(ann, '1003');
  await take(ann, '9999');
  const { body } = await api.send('admin', 'GET', '/api/audit?who=u-ann');
  expect(body.items.slice(0, 2)).toMatchObject([
    { what: 'POST /api/session/seat', refusal: 'agent-unknown', sent: { body: { agentId: '9999' } } },
    { what: 'POST /api/session/seat', outcome: 'done', sent: { body: { agentId: '1003' } } },
  ]);
});
