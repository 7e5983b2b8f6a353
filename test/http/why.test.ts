import { expect, test } from 'vitest';
import { aCall, anEvent, START, theChanges } from '../store/examples.ts';
import { openApi } from './api-lab.ts';

const CALL = aCall({
  phase: { at: 'queued', queue: 'general', since: START, until: START + 120_000, music: '' },
});

async function openWithWaiting() {
  const api = await openApi();
  const event = (type: string, data: object, ms: number) =>
    anEvent({ type, call: 'c1', at: START + ms, data: { ...data } });
  const { agent: _agent, ...arrived } = event(
    'CallArrived',
    { ani: '13800138000', dnis: '95533', flow: 'hotline' },
    0,
  );
  const { agent: _other, ...queued } = event(
    'CallQueued',
    { queue: 'general', tier: '', targetMs: 30_000, goal: 0.8 },
    10,
  );
  await api.store.commit(theChanges({ calls: [CALL], events: [arrived, queued] }));
  api.centre.calls = [CALL];
  return api;
}

test('why a call went where it went, and where it stands', async () => {
  const api = await openWithWaiting();
  const busy = { at: 'not-ready', extension: '1001', reason: 'lunch', since: START } as const;
  api.centre.staff = api.centre.staff.map((one) => (one.id === '1001' ? { ...one, state: busy } : one));
  const { status, body } = await api.send('supervisor', 'GET', '/api/calls/c1/why');
  expect(status).toBe(200);
  expect(body.moments.map(({ says }: { says: string }) => says)).toEqual([
    '13800138000 called 95533',
    'entered queue general, no tier',
  ]);
  expect(body.standing).toMatchObject({
    queue: 'general',
    position: 1,
    step: 0,
    ringsAt: null,
    nextStepInMs: null,
  });
  expect(body.standing.able).toMatchObject([{ agent: '1001', state: 'not-ready (lunch)', step: 0 }]);
  expect(body.standing.ableCount).toBe(1);
});

test('a viewer sees numbers masked, and a call that does not wait stands nowhere', async () => {
  const api = await openWithWaiting();
  api.centre.calls = [];
  const { body, text } = await api.send('viewer', 'GET', '/api/calls/c1/why');
  expect(body.moments[0].says).toBe('138****8000 called 95533');
  expect(text).not.toContain('13800138000');
  expect(body.standing).toBeNull();
});

test('a viewer finds no number in what the log says in free text, in no language', async () => {
  const api = await openWithWaiting();
  const { agent: _agent, ...refused } = anEvent({
    type: 'DialRefused',
    call: 'c1',
    at: START + 20,
    data: { to: { kind: 'phone', extension: '1009' }, reason: 'asked by 13900139000' },
  });
  await api.store.commit(theChanges({ events: [refused] }));
  const { text } = await api.send('viewer', 'GET', '/api/calls/c1/why');
  expect(text).toContain('asked by 139****9000');
  expect(text).not.toContain('13900139000');
  expect((await api.send('supervisor', 'GET', '/api/calls/c1/why')).text).toContain('13900139000');
});

test('of a call that is not there nothing is told, and nothing without a token', async () => {
  const api = await openWithWaiting();
  const unknown = await api.send('supervisor', 'GET', '/api/calls/c9/why');
  expect([unknown.status, unknown.body.error.id]).toEqual([404, 'call-unknown']);
  expect((await api.send('', 'GET', '/api/calls/c1/why')).status).toBe(401);
});
