import { expect, test } from 'vitest';
import type { Call } from '../../src/call/call.ts';
import { type ApiLab, openApi } from '../http/api-lab.ts';
import { aBusyCall, theChanges } from '../store/examples.ts';

async function openWithCall(): Promise<ApiLab> {
  const api = await openApi();
  const live = aBusyCall() as Call;
  await api.store.commit(theChanges({ calls: [live] }));
  api.centre.calls = [live];
  return api;
}

test.each([
  ['listen', undefined, { do: 'supervise', mode: 'listen' }],
  ['whisper', { extension: '1002' }, { do: 'supervise', mode: 'whisper', extension: '1002' }],
  ['barge', {}, { do: 'supervise', mode: 'barge' }],
  ['leave', undefined, { do: 'leave' }],
  ['move', { queue: 'vip' }, { do: 'move', queue: 'vip' }],
  ['move', { agent: '1002' }, { do: 'keep', agent: '1002' }],
  ['first', undefined, { do: 'first' }],
])('%s %o is asked of the centre, by the supervisor whose token it is', async (act, body, request) => {
  const api = await openWithCall();
  const answer = await api.send('supervisor', 'POST', `/api/calls/c1/${act}`, body);
  expect(answer.status).toBe(200);
  expect(api.centre.directed).toEqual([
    { call: 'c1', request, by: { id: expect.any(String), name: expect.any(String) } },
  ]);
});

test('the answer says who is with the call, and whether his phone still rings', async () => {
  const api = await openWithCall();
  const { body } = await api.send('supervisor', 'POST', '/api/calls/c1/whisper');
  expect(body.supervision).toMatchObject({ mode: 'whisper', name: '王芳', extension: '1009', is: 'ringing' });
});

test.each([
  ['listen', { extension: '4711' }, 404, 'phone-unknown'],
  ['listen', { extension: '1002@evil' }, 400, 'bad-input'],
  ['listen', { leg: 'l1' }, 400, 'bad-input'],
  ['move', {}, 400, 'bad-input'],
  ['move', { queue: 'vip', agent: '1002' }, 400, 'bad-input'],
  ['move', { agent: '../1002' }, 400, 'bad-input'],
])('%s %o is refused', async (act, body, status, id) => {
  const api = await openWithCall();
  expect(await api.send('supervisor', 'POST', `/api/calls/c1/${act}`, body)).toMatchObject({
    status,
    body: { error: { id } },
  });
  expect(api.centre.directed).toEqual([]);
});

test.each(['agent', 'campaign', 'viewer', 'auditor'] as const)(
  'a token for %s may do none of it',
  async (role) => {
    const api = await openWithCall();
    for (const act of ['listen', 'whisper', 'barge', 'leave', 'move', 'first'])
      expect(await api.send(role, 'POST', `/api/calls/c1/${act}`, {})).toMatchObject({ status: 403 });
    expect(api.centre.directed).toEqual([]);
  },
);

test('a call that is not there is not directed', async () => {
  const api = await openWithCall();
  expect(await api.send('supervisor', 'POST', '/api/calls/nowhere/listen')).toMatchObject({
    status: 404,
    body: { error: { id: 'call-unknown' } },
  });
});

test('those who are listened to are not told of it by the log', async () => {
  const api = await openWithCall();
  const at = api.clock.now();
  await api.store.commit(
    theChanges({
      events: ['SupervisorListened', 'SupervisorLeft', 'CallHeld'].map((type) => ({
        type,
        version: 1,
        at,
        call: 'c1',
        agent: '1001',
        data: {},
      })),
    }),
  );
  const typesFor = async (role: 'agent' | 'supervisor', path: string): Promise<string[]> =>
    (await api.send(role, 'GET', path)).body.events.map((event: { type: string }) => event.type);
  for (const path of ['/api/calls/c1', '/api/events']) {
    expect(await typesFor('agent', path)).toEqual(['CallHeld']);
    expect(await typesFor('supervisor', path)).toEqual(['SupervisorListened', 'SupervisorLeft', 'CallHeld']);
  }
});
