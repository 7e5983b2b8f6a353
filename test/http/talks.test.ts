import { expect, test } from 'vitest';
import { aBusyCall, theChanges } from '../store/examples.ts';
import { type ApiLab, openApi } from './api-lab.ts';

async function openWithCall(): Promise<ApiLab> {
  const api = await openApi();
  const live = aBusyCall();
  await api.store.commit(theChanges({ calls: [live] }));
  api.centre.calls = [live];
  return api;
}

test.each([
  ['hold', undefined, { do: 'hold' }],
  ['resume', undefined, { do: 'resume' }],
  ['complete', undefined, { do: 'complete' }],
  ['cancel', undefined, { do: 'cancel' }],
  ['conference', undefined, { do: 'confer' }],
  ['consult', { agent: '1002' }, { do: 'consult', to: { agent: '1002' } }],
  ['consult', { extension: '1002' }, { do: 'consult', to: { extension: '1002' } }],
  ['transfer', { number: '139 0013-9000' }, { do: 'transfer', to: { number: '13900139000' } }],
  ['transfer', { queue: 'vip' }, { do: 'transfer', to: { queue: 'vip' } }],
])('%s %o is asked of the centre, by the agent whose token it is', async (act, body, request) => {
  const api = await openWithCall();
  const answer = await api.send('agent', 'POST', `/api/calls/c1/${act}`, body);
  expect(answer).toMatchObject({ status: 200, body: { phase: api.centre.calls[0]?.phase.at } });
  expect(api.centre.asked).toEqual([{ call: 'c1', request, by: '1001' }]);
});

test('a supervisor may direct any call', async () => {
  const api = await openWithCall();
  await api.send('supervisor', 'POST', '/api/calls/c1/hold');
  expect(api.centre.asked).toEqual([{ call: 'c1', request: { do: 'hold' } }]);
});

test.each([
  ['transfer', {}, 400, 'bad-input'],
  ['transfer', { agent: '1002', queue: 'vip' }, 400, 'bad-input'],
  ['transfer', { extension: '1002@evil' }, 400, 'bad-input'],
  ['transfer', { number: '1002;X' }, 400, 'bad-input'],
  ['consult', { queue: 'vip' }, 400, 'bad-input'],
  ['consult', { extension: '4711' }, 404, 'phone-unknown'],
])('%s to %o is refused', async (act, body, status, id) => {
  const api = await openWithCall();
  expect(await api.send('agent', 'POST', `/api/calls/c1/${act}`, body)).toMatchObject({
    status,
    body: { error: { id } },
  });
  expect(api.centre.asked).toEqual([]);
});

test.each([
  ['consult', 'body: name one of agent, extension and number'],
  ['transfer', 'body: name one of agent, extension, number and queue'],
])('%s to nobody says whom it may be to', async (act, says) => {
  const api = await openWithCall();
  const { body } = await api.send('agent', 'POST', `/api/calls/c1/${act}`, {});
  expect(body.error.message).toContain(says);
});

test.each(['viewer', 'campaign'] as const)('a %s may not', async (role) => {
  const api = await openWithCall();
  expect(await api.send(role, 'POST', '/api/calls/c1/hold')).toMatchObject({ status: 403 });
});

test('a call that is over and one that never was', async () => {
  const api = await openWithCall();
  api.centre.calls = [];
  expect(await api.send('admin', 'POST', '/api/calls/c1/hold')).toMatchObject({
    status: 409,
    body: { error: { id: 'call-not-live' } },
  });
  expect(await api.send('admin', 'POST', '/api/calls/nil/hold')).toMatchObject({
    status: 404,
    body: { error: { id: 'call-unknown' } },
  });
});

test('an expert elsewhere logs in at his own number without naming it, and a viewer does not see it', async () => {
  const api = await openApi();
  const [first] = api.centre.staff;
  const outside = { number: '13800000001', duty: '' };
  api.centre.staff = [{ ...first!, outside, state: { at: 'logged-out', since: 0 } }];
  const path = `/api/agents/${first!.id}`;
  expect(await api.send('admin', 'POST', `${path}/log-in`)).toMatchObject({
    status: 200,
    body: { state: 'not-ready', extension: '13800000001' },
  });
  expect((await api.send('viewer', 'GET', path)).body.extension).toBe('138****0001');
});
