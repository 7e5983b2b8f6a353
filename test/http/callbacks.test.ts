import { expect, test } from 'vitest';
import type { CallbackRequest } from '../../src/queue/callback.ts';
import { START } from '../store/examples.ts';
import { type ApiLab, openApi } from './api-lab.ts';

const REQUEST: CallbackRequest = {
  id: 'callback-call-1-2-3',
  call: 'call-1-2',
  queue: 'card',
  number: '13800138000',
  customerId: 'demo-vip',
  tier: 'vip',
  language: 'zh-CN',
  at: START - 60_000,
  since: START - 120_000,
};

/** What the list has of it besides. */
const WAITING = { attempts: 0, dueAt: null, calling: null };

async function withCallbacks(): Promise<ApiLab> {
  const api = await openApi();
  await api.callbacks.request(REQUEST);
  await api.callbacks.request({
    id: 'b2',
    call: 'c2',
    queue: 'general',
    number: '02787654321',
    tier: '',
    language: 'en',
    at: START - 30_000,
    since: START - 30_000,
  });
  return api;
}

const idsOf = ({ body }: { body: { items: { id: string }[] } }) => body.items.map((item) => item.id);

test('who wants to be called back is listed, the oldest first, by queue and page', async () => {
  const api = await withCallbacks();
  const { body } = await api.send('agent', 'GET', '/api/callbacks');
  expect(body.items[0]).toEqual({ ...REQUEST, ...WAITING, done: null });
  expect(body.items[1]).toMatchObject({ id: 'b2', customerId: null, tier: '' });
  expect(idsOf(await api.send('agent', 'GET', '/api/callbacks?queue=general'))).toEqual(['b2']);
  const first = await api.send('agent', 'GET', '/api/callbacks?limit=1');
  const rest = await api.send('agent', 'GET', `/api/callbacks?limit=1&cursor=${first.body.next}`);
  expect([...idsOf(first), ...idsOf(rest)]).toEqual([REQUEST.id, 'b2']);
});

test('a viewer sees no number in full, nor in the log', async () => {
  const api = await withCallbacks();
  for (const url of ['/api/callbacks', '/api/events']) {
    expect((await api.send('agent', 'GET', url)).text).toContain('13800138000');
    const { text } = await api.send('viewer', 'GET', url);
    expect(text).not.toMatch(/13800138000|02787654321/);
    expect(text).toContain('138****8000');
  }
});

test('an agent notes that he called back, once', async () => {
  const api = await withCallbacks();
  const url = `/api/callbacks/${REQUEST.id}/done`;
  const done = { by: '1001', at: START, outcome: 'reached' };
  expect((await api.send('agent', 'POST', url, { outcome: 'reached' })).body).toEqual({
    ...REQUEST,
    ...WAITING,
    done,
  });
  expect(api.centre.closedCallbacks).toEqual([REQUEST.id]);
  const again = await api.send('supervisor', 'POST', url, { outcome: 'no-answer' });
  expect([again.status, again.body.error.id]).toEqual([409, 'callback-done']);
  expect(idsOf(await api.send('agent', 'GET', '/api/callbacks'))).toEqual(['b2']);
  expect((await api.send('agent', 'GET', '/api/callbacks?state=done')).body.items).toMatchObject([{ done }]);
});

test('what was done is listed the latest first, page by page', async () => {
  const api = await withCallbacks();
  await api.send('agent', 'POST', `/api/callbacks/${REQUEST.id}/done`, { outcome: 'reached' });
  await api.clock.advance(1000);
  await api.send('agent', 'POST', '/api/callbacks/b2/done', { outcome: 'not-wanted' });
  const first = await api.send('viewer', 'GET', '/api/callbacks?state=done&limit=1');
  const rest = await api.send('viewer', 'GET', `/api/callbacks?state=done&limit=1&cursor=${first.body.next}`);
  expect([...idsOf(first), ...idsOf(rest)]).toEqual(['b2', REQUEST.id]);
});

test.each([
  ['b9', { outcome: 'reached' }, 404],
  ['b2', { outcome: 'perhaps' }, 400],
  ['b2', { outcome: 'reached', by: 'somebody else' }, 400],
  ['b2', {}, 400],
  ["b2'--", { outcome: 'reached' }, 400],
])('%s with %j is refused with %i', async (id, body, status) => {
  const api = await withCallbacks();
  const answer = await api.send('agent', 'POST', `/api/callbacks/${encodeURIComponent(id)}/done`, body);
  expect(answer.status).toBe(status);
  expect(await api.callbacks.listDone({ limit: 10 })).toEqual([]);
});

test('a callback that nobody is to make any more is taken out, in the book first', async () => {
  const api = await withCallbacks();
  const { status, body } = await api.send('agent', 'DELETE', '/api/callbacks/b2');
  expect([status, body.done]).toEqual([200, { by: '1001', at: START, outcome: 'not-wanted' }]);
  expect(api.centre.closedCallbacks).toEqual(['b2']);
  expect(idsOf(await api.send('agent', 'GET', '/api/callbacks'))).toEqual([REQUEST.id]);
  expect((await api.send('agent', 'DELETE', '/api/callbacks/b2')).status).toBe(409);
  expect((await api.send('viewer', 'DELETE', `/api/callbacks/${REQUEST.id}`)).status).toBe(403);
});
