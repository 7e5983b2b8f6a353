import { readdirSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import type { Role } from '../../src/http/roles.ts';
import { openApi } from '../http/api-lab.ts';
import { START } from '../store/examples.ts';

const WISH = { kind: 'do-not-call', number: '138 1234 5678', source: 'letter' };
const NUMBER = '+8613812345678';

test('a wish is noted with whoever noted it, as a number is kept, and is in the log', async () => {
  const api = await openApi();
  const made = await api.send('agent', 'POST', '/api/contact-wishes', { ...WISH, until: START + 1000 });
  expect(made).toMatchObject({
    status: 201,
    body: { kind: 'do-not-call', campaign: '', person: '', number: NUMBER, by: '1001', until: START + 1000 },
  });
  const listed = await api.send('agent', 'GET', '/api/contact-wishes?number=13812345678');
  expect(listed.body).toEqual({ items: [made.body], next: null });
  const { events } = await api.events.read(0, 100, ['ContactWishNoted']);
  expect(events.at(-1)?.data).toMatchObject({ number: NUMBER, source: 'letter', by: '1001' });
});

test.each<[Role, 'POST' | 'DELETE', string, object | undefined, number]>([
  ['viewer', 'POST', '/api/contact-wishes', WISH, 403],
  ['agent', 'POST', '/api/contact-wishes', { ...WISH, kind: 'consent' }, 403],
  ['campaign', 'POST', '/api/contact-wishes', { ...WISH, kind: 'consent' }, 201],
  ['agent', 'DELETE', '/api/contact-wishes/1', undefined, 403],
  ['agent', 'POST', '/api/do-not-call/imports?source=x', undefined, 403],
])('%s may %s %s: %o → %i', async (role, method, url, body, status) => {
  const api = await openApi();
  expect((await api.send(role, method, url, body)).status).toBe(status);
});

test.each([
  ['a number that is none', { ...WISH, number: '12' }, 'bad-number'],
  ['nobody', { ...WISH, number: '' }, 'wish-of-nobody'],
  ['no source', { ...WISH, source: '' }, 'bad-input'],
  ['an unknown kind', { ...WISH, kind: 'maybe' }, 'bad-input'],
  ['a control character', { ...WISH, person: 'a\u0000b' }, 'bad-input'],
])('a wish of %s is refused', async (_name, body, id) => {
  const api = await openApi();
  const answer = await api.send('campaign', 'POST', '/api/contact-wishes', body);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.body.error.id).toBe(id);
});

test('a viewer sees numbers masked, and may not look for one', async () => {
  const api = await openApi();
  await api.send('campaign', 'POST', '/api/contact-wishes', { ...WISH, person: '13800000001' });
  const seen = await api.send('viewer', 'GET', '/api/contact-wishes');
  expect(seen.body.items).toMatchObject([{ number: '+86****5678', person: '138****0001' }]);
  expect((await api.send('viewer', 'GET', '/api/contact-wishes?number=13812345678')).status).toBe(403);
  expect((await api.send('viewer', 'GET', `/api/outbound/why?number=13812345678`)).status).toBe(403);
  expect((await api.send('approver', 'GET', '/api/outbound/why?number=13812345678')).status).toBe(403);
});

test('a long list comes in pages, and is asked for by one thing', async () => {
  const api = await openApi();
  for (const number of ['13812345671', '13812345672', '13812345673'])
    await api.send('campaign', 'POST', '/api/contact-wishes', { ...WISH, number });
  const first = await api.send('agent', 'GET', '/api/contact-wishes?kind=do-not-call&limit=2');
  expect(first.body.items).toHaveLength(2);
  const rest = await api.send('agent', 'GET', `/api/contact-wishes?limit=2&before=${first.body.next}`);
  expect(rest.body).toMatchObject({ items: [{ number: '+8613812345671' }], next: null });
  const two = await api.send('agent', 'GET', '/api/contact-wishes?kind=refused&source=letter');
  expect(two).toMatchObject({ status: 400, body: { error: { id: 'bad-filter' } } });
});

test('a wish that was taken back is forgotten, once', async () => {
  const api = await openApi();
  const { body } = await api.send('campaign', 'POST', '/api/contact-wishes', WISH);
  expect((await api.send('campaign', 'DELETE', `/api/contact-wishes/${body.id}`)).body).toEqual({
    removed: true,
  });
  const again = await api.send('campaign', 'DELETE', `/api/contact-wishes/${body.id}`);
  expect(again).toMatchObject({ status: 404, body: { error: { id: 'wish-unknown' } } });
});

test('a list of numbers is brought in, and its progress and refused rows are told', async () => {
  const api = await openApi();
  const headers = { authorization: `Bearer ${api.tokenOf.campaign}`, 'content-type': 'text/csv' };
  const url = '/api/do-not-call/imports?source=register';
  const begun = await api.inject({ method: 'POST', url, headers, payload: '手机\n13812345678\nnonsense\n' });
  expect(begun).toMatchObject({ status: 202, body: { source: 'register', by: 'campaign', campaign: '' } });
  const done = await vi.waitFor(
    async () => {
      const { body } = await api.send('campaign', 'GET', `/api/do-not-call/imports/${begun.body.id}`);
      expect(body.status).toBe('finished');
      return body;
    },
    { timeout: 10_000, interval: 50 },
  );
  expect(done).toMatchObject({ entries: 1, refused: 1, refusedRows: [{ line: 3, text: 'nonsense' }] });
  const { body } = await api.send('campaign', 'GET', '/api/contact-wishes?source=register');
  expect(body.items).toMatchObject([{ number: NUMBER, kind: 'do-not-call' }]);
  await vi.waitFor(() => expect(readdirSync(api.contacts.uploads)).toEqual([]));
  expect((await api.send('campaign', 'GET', '/api/do-not-call/imports/w-none')).status).toBe(404);
});

test('a list that is sent as something else is refused', async () => {
  const api = await openApi();
  const answer = await api.send('campaign', 'POST', '/api/do-not-call/imports?source=register', { a: 1 });
  expect(answer).toMatchObject({ status: 400, body: { error: { id: 'bad-upload' } } });
});
