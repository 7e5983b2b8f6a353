import { expect, test, vi } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Call } from '../../src/call/call.ts';
import type { LogEvent } from '../../src/engine/changes.ts';
import { LiveFeed } from '../../src/http/live/feed.ts';
import type { DeskView } from '../../src/http/live/views.ts';
import type { Principal } from '../../src/http/principal.ts';
import { aCall, START, theChanges } from '../store/examples.ts';
import { type ApiLab, openApi } from './api-lab.ts';

const SCRIPT = '<img src=x onerror=alert(1)>';

/** A gold customer waited, pressed 1, and is offered to 1001. */
const OFFERED: Call = aCall({
  id: 'c1',
  ani: '13900139000',
  facts: {
    language: 'zh-CN',
    persona: '',
    variables: {},
    customerId: 'demo-gold',
    tier: 'gold',
    queue: 'card',
  },
  phase: {
    at: 'offered',
    queue: 'card',
    since: START - 30_000,
    until: START + 100_000,
    music: '',
    leg: 'l1',
    ringUntil: START + 15_000,
  },
  legs: [
    { id: 'l1', to: { kind: 'phone', extension: '1001' }, agent: '1001', queue: 'card', plannedAt: START },
  ],
});

const WHY = {
  queue: 'card',
  rule: 'best-score',
  order: 'service-level',
  waitedMs: 30_000,
  urgency: 1,
  step: 0,
  score: 7,
  ready: 3,
  fit: 2,
  considered: [],
  removed: [],
  rivals: [],
};

function event(type: string, data: Record<string, unknown>, changes: Partial<LogEvent> = {}): LogEvent {
  return { type, version: 1, at: START, call: 'c1', data, ...changes };
}

const EVENTS = [
  event('StepEntered', { flow: 'hotline', version: 'v1', step: 'welcome' }),
  event('StepEntered', { flow: 'hotline', version: 'v1', step: 'main' }),
  event('StepEntered', { flow: 'hotline', version: 'v1', step: 'cards' }),
  event('CallOffered', WHY, { agent: '1001' }),
];

const inHand = (at: 'ringing' | 'talking', call = 'c1'): Agent['state'] => ({
  at,
  extension: '1001',
  call,
  leg: 'l1',
  after: { at: 'ready', since: START },
  since: START,
});

const agent = (api: ApiLab, id = '1001'): Agent => api.centre.staff.find((one) => one.id === id)!;

function put(api: ApiLab, state: Agent['state'], id = '1001'): Agent {
  const changed = { ...agent(api, id), state };
  api.centre.staff = [...api.centre.staff.filter((one) => one.id !== id), changed];
  return changed;
}

/** What a turn changes is committed, and told to the desks. */
async function commit(api: ApiLab, changes: Parameters<typeof theChanges>[0]): Promise<void> {
  await api.store.commit(theChanges(changes));
  api.deskTopic.committed(theChanges(changes));
}

async function offer(api: ApiLab, call = OFFERED): Promise<void> {
  api.centre.calls = [call];
  await commit(api, { calls: [call], agents: [put(api, inHand('ringing'))], events: EVENTS });
}

const desk = async (api: ApiLab): Promise<DeskView> => (await api.send('agent', 'GET', '/api/desk')).body;

/** The desk once the story of its caller has come. */
async function deskWithStory(api: ApiLab): Promise<DeskView> {
  for (let tries = 0; tries < 50; tries += 1) {
    const view = await desk(api);
    if (Object.keys(view.story).length > 0) return view;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('the story never came');
}

const write = (api: ApiLab, body: object, call = 'c1') =>
  api.inject({
    method: 'PUT',
    url: `/api/calls/${call}/note`,
    headers: { authorization: `Bearer ${api.tokenOf.agent}` },
    payload: body,
  });
const draft = { version: 1, text: '想办分期', reason: '', sale: '' };

test('a seat without a call: the state, the phones, the queues whose calls he takes', async () => {
  const api = await openApi();
  put(api, { at: 'not-ready', extension: '1001', reason: 'lunch', since: START });
  const { seat, call, queues } = await desk(api);
  expect(seat.me).toMatchObject({
    agent: '1001',
    state: 'not-ready',
    reason: 'lunch',
    phone: 'web',
    webPhone: 'web-1001',
    deskPhone: '1001',
    call: '',
  });
  expect(call).toEqual({});
  expect(Object.keys(queues)).toContain('card');
});

test('what is offered is told in the turn that commits it, from memory alone', async () => {
  const api = await openApi();
  const told: DeskView[] = [];
  const principal: Principal = {
    id: 'u',
    name: 'u',
    role: 'agent',
    agentId: '1001',
    branch: '',
    via: 'session',
  };
  const feed = new LiveFeed({ topics: [api.deskTopic], clock: api.clock, log: silentLog });
  api.deskTopic.changed = (about) => feed.changed('desk', about);
  const heard = new Map<string, (data: unknown, isBinary: boolean) => void>();
  feed.join(
    {
      bufferedAmount: 0,
      readyState: 1,
      send: (data) => void told.push(JSON.parse(data.toString())),
      close: () => undefined,
      terminate: () => undefined,
      on: (name: string, listener: (data: unknown, isBinary: boolean) => void) => heard.set(name, listener),
    },
    principal,
  );
  heard.get('message')?.('{"watch":"desk"}', false);
  told.length = 0;
  api.centre.calls = [OFFERED];
  const changes = theChanges({ calls: [OFFERED], agents: [put(api, inHand('ringing'))], events: EVENTS });
  api.deskTopic.committed(changes);
  expect(told.at(-1)).toMatchObject({
    parts: {
      seat: { me: { state: 'ringing', call: 'c1' } },
      call: {
        c1: {
          part: 'offered',
          kind: 'inbound',
          number: '13900139000',
          tier: 'gold',
          waitsSince: START - 30_000,
          why: { rule: 'best-score', ready: 3, fit: 2 },
        },
      },
    },
  });
  feed.close();
});

test('then the story: customer, keys pressed, the steps he passed, earlier contacts', async () => {
  const api = await openApi();
  const earlier = aCall({ id: 'c0', ani: '13900139000', startedAt: START - 86_400_000 });
  await commit(api, { calls: [{ ...earlier, phase: { at: 'ended' }, endedAt: START - 86_000_000 }] });
  await offer(api);
  const { story } = await deskWithStory(api);
  expect(story.c1?.customer).toMatchObject({ id: 'demo-gold', tier: 'gold' });
  expect(story.c1?.trail).toEqual([
    { flow: 'hotline', step: 'welcome', verb: 'say', key: '', asked: {} },
    { flow: 'hotline', step: 'main', verb: 'menu', key: '1', asked: { en: 'For cards, press 1.' } },
    { flow: 'hotline', step: 'cards', verb: 'hangup', key: '', asked: {} },
  ]);
  expect(story.c1?.contacts.items).toMatchObject([{ channel: 'call', id: 'c0', outcome: 'self-service' }]);
});

test("a caller by code pops with the campaign's material", async () => {
  const api = await openApi();
  const [campaign] = await api.campaigns.list();
  await offer(api, { ...OFFERED, facts: { ...OFFERED.facts, campaignId: campaign!.id } });
  const { story } = await deskWithStory(api);
  expect(story.c1?.campaign).toMatchObject({ code: campaign!.code, material: campaign!.material });
});

test('stored script stays the text that it is', async () => {
  const api = await openApi();
  const customer = (await api.customers.byId('demo-gold'))!;
  await api.customers.save({ ...customer, name: SCRIPT, note: SCRIPT });
  await offer(api);
  const { story } = await deskWithStory(api);
  expect(story.c1?.customer).toMatchObject({ name: SCRIPT, note: SCRIPT });
});

test('an agent is told nothing of what only supervisors may know of a customer', async () => {
  const api = await openApi();
  const customer = (await api.customers.byId('demo-gold'))!;
  await api.customers.save({ ...customer, attributes: { ...customer.attributes, undeclared: 'secret' } });
  await offer(api);
  const { story } = await deskWithStory(api);
  expect(JSON.stringify(story)).not.toContain('secret');
});

test('what he did not take is not on his desk any more', async () => {
  const api = await openApi();
  await offer(api);
  expect(Object.keys((await desk(api)).call)).toEqual(['c1']);
  const missed = { at: 'not-ready', extension: '1001', reason: 'ring-no-answer', since: START } as const;
  await commit(api, { agents: [put(api, missed)] });
  expect((await desk(api)).call).toEqual({});
});

test('after a restart of the daemon the call in hand and the draft are there again', async () => {
  const api = await openApi();
  const talking: Call = {
    ...OFFERED,
    phase: { at: 'connected', leg: 'l1', since: START },
    legs: [{ ...OFFERED.legs[0]!, answeredAt: START }],
  };
  api.centre.calls = [talking];
  await api.store.commit(
    theChanges({ calls: [talking], agents: [put(api, inHand('talking'))], events: EVENTS }),
  );
  await api.desk.write({ call: 'c1', agent: '1001' }, { ...draft, sale: '', done: false }, START);
  const view = await deskWithStory(api);
  expect(view.call.c1).toMatchObject({ part: 'own', phase: 'connected', why: { rule: 'best-score' } });
  expect(view.note.c1).toMatchObject({ version: 1, text: '想办分期', doneAt: null });
});

test('a call that is over stays on the desk with its draft, until the next one comes', async () => {
  const api = await openApi();
  const legs = [{ ...OFFERED.legs[0]!, answeredAt: START, endedAt: START + 1 }];
  const over: Call = {
    ...OFFERED,
    facts: { ...OFFERED.facts, agentId: '1001' },
    phase: { at: 'ended' },
    endedAt: START + 1,
    legs,
  };
  await api.store.commit(theChanges({ calls: [over] }));
  put(api, { at: 'not-ready', extension: '1001', reason: 'break', since: START });
  const view = await deskWithStory(api);
  expect(view.call.c1).toMatchObject({ part: 'over', phase: 'ended' });
  expect((await write(api, draft)).status).toBe(200);
  expect((await desk(api)).note.c1).toMatchObject({ text: '想办分期' });
});

/** A call that 1001 had, and that is over. */
const OVER: Call = {
  ...OFFERED,
  facts: { ...OFFERED.facts, agentId: '1001' },
  phase: { at: 'ended' },
  endedAt: START + 1,
  legs: [{ ...OFFERED.legs[0]!, answeredAt: START, endedAt: START + 1 }],
};

test('the last call leaves the desk after a day of work, and with its agent', async () => {
  const api = await openApi();
  put(api, { at: 'not-ready', extension: '1001', reason: 'break', since: START });
  await api.store.commit(theChanges({ calls: [OVER] }));
  expect(Object.keys((await deskWithStory(api)).call)).toEqual(['c1']);
  await api.clock.advance(8 * 3_600_000);
  expect(Object.keys((await desk(api)).call)).toEqual(['c1']);
  await api.clock.advance(2);
  expect((await desk(api)).call).toEqual({});

  const other = await openApi();
  put(other, { at: 'not-ready', extension: '1001', reason: 'break', since: START });
  await other.store.commit(theChanges({ calls: [OVER] }));
  await deskWithStory(other);
  await other.store.commit(theChanges({ calls: [{ ...OVER, facts: OFFERED.facts }] }));
  other.deskTopic.heard([event('AgentRemoved', {}, { agent: '1001' })]);
  expect((await desk(other)).call).toEqual({});
});

test('a desk that could not be looked up is looked up again', async () => {
  const api = await openApi();
  put(api, { at: 'not-ready', extension: '1001', reason: 'break', since: START });
  await api.store.commit(theChanges({ calls: [OVER] }));
  const fails = async (): Promise<never> => {
    throw new Error('the database is busy');
  };
  vi.spyOn(api.desk, 'lastCallOf').mockImplementationOnce(fails);
  await desk(api);
  await expect.poll(() => api.logged.join()).toContain('the database is busy');
  vi.spyOn(api.calls, 'byId').mockImplementationOnce(fails);
  expect((await deskWithStory(api)).call.c1).toMatchObject({ part: 'over' });
});

test('who sees numbers masked sees them so in notes', async () => {
  const api = await openApi();
  await offer(api);
  const done = { ...draft, text: 'call 13900139000', reason: 'campaign', done: true };
  expect((await write(api, done)).status).toBe(200);
  const noted = async (role: 'approver' | 'supervisor') =>
    (await api.send(role, 'GET', '/api/calls/c1/notes')).body.items[0].text;
  expect(await noted('approver')).not.toContain('13900139000');
  expect(await noted('supervisor')).toBe('call 13900139000');
});

test('a draft is kept as it is typed; who has not seen the last one does not write over it', async () => {
  const api = await openApi();
  await offer(api);
  expect(await write(api, draft)).toMatchObject({ status: 200, body: { version: 1, doneAt: null } });
  expect(await write(api, { ...draft, text: 'other' })).toMatchObject({
    status: 409,
    body: { error: { id: 'note-outdated', details: { version: 1 } } },
  });
  expect(await write(api, { ...draft, version: 2, text: 'both' })).toMatchObject({ body: { text: 'both' } });
  expect(await api.desk.note('c1', '1001')).toMatchObject({ version: 2, text: 'both' });
});

test('a note that is done is told to other systems, without its text', async () => {
  const api = await openApi();
  await offer(api);
  await write(api, draft);
  const done = { ...draft, version: 2, reason: 'campaign', sale: 'sold', done: true };
  expect((await write(api, done)).body).toMatchObject({ doneAt: START });
  await write(api, { ...done, version: 3, text: 'corrected' });
  await write(api, { ...done, version: 4, sale: 'offered' });
  expect(await write(api, { ...done, version: 5, done: false })).toMatchObject({
    status: 409,
    body: { error: { id: 'note-done' } },
  });
  const { events } = await api.events.read(0, 100, ['CallNoted']);
  expect(events).toMatchObject([
    { call: 'c1', agent: '1001', data: { reason: 'campaign', sale: 'sold' } },
    { call: 'c1', agent: '1001', data: { reason: 'campaign', sale: 'offered' } },
  ]);
  expect(JSON.stringify(events)).not.toContain('想办分期');
  const notes = await api.send('supervisor', 'GET', '/api/calls/c1/notes');
  expect(notes.body.items).toMatchObject([{ agent: '1001', text: '想办分期', sale: 'offered' }]);
});

test.each([
  ['done without saying why he called', { ...draft, done: true }, 400, 'bad-note'],
  ['a reason that there is not', { ...draft, reason: 'no-such' }, 400, 'bad-note'],
  ['a sale that there is not', { ...draft, sale: 'maybe' }, 400, 'bad-input'],
  ['version 0', { ...draft, version: 0 }, 400, 'bad-input'],
  ['control characters', { ...draft, text: 'a\u0000b' }, 400, 'bad-input'],
  ['a book', { ...draft, text: 'x'.repeat(4001) }, 400, 'bad-input'],
])('%s is refused', async (_what, body, status, id) => {
  const api = await openApi();
  await offer(api);
  expect(await write(api, body)).toMatchObject({ status, body: { error: { id } } });
  expect(await api.desk.note('c1', '1001')).toBeUndefined();
});

test("nobody writes into another one's call", async () => {
  const api = await openApi();
  const others = aCall({
    id: 'c9',
    legs: [{ ...OFFERED.legs[0]!, id: 'l9', agent: '1002', answeredAt: START }],
  });
  api.centre.calls = [others];
  await api.store.commit(theChanges({ calls: [others] }));
  expect(await write(api, draft, 'c9')).toMatchObject({ status: 403 });
  expect(await write(api, draft, 'nowhere')).toMatchObject({ status: 403 });
});

test('who has no seat has no desk', async () => {
  const api = await openApi();
  for (const role of ['viewer', 'supervisor', 'admin'] as const)
    expect(await api.send(role, 'GET', '/api/desk')).toMatchObject({ status: 403 });
});

test('more time for the wrap-up is given once', async () => {
  const api = await openApi();
  const state = { at: 'wrap-up', extension: '1001', call: 'c1', until: START + 10_000 } as const;
  put(api, { ...state, after: { at: 'ready', since: START }, since: START });
  expect((await desk(api)).seat.me).toMatchObject({ until: START + 10_000, mayExtend: true });
  expect(await api.send('agent', 'POST', '/api/desk/more-time')).toMatchObject({
    status: 200,
    body: { until: START + 70_000 },
  });
  expect((await desk(api)).seat.me).toMatchObject({ until: START + 70_000, mayExtend: false });
  expect(await api.send('agent', 'POST', '/api/desk/more-time')).toMatchObject({
    status: 409,
    body: { error: { id: 'wrap-up-extended' } },
  });
});

test('the phone that he chose is kept', async () => {
  const api = await openApi();
  const put = (phone: string) =>
    api.inject({
      method: 'PUT',
      url: '/api/desk/phone',
      headers: { authorization: `Bearer ${api.tokenOf.agent}` },
      payload: { phone },
    });
  expect((await put('desk')).status).toBe(200);
  expect((await desk(api)).seat.me?.phone).toBe('desk');
  expect(api.desk.phoneOf('1001')).toBe('desk');
  expect((await put('pigeon')).status).toBe(400);
});

test('a number is dialled for the agent whose token it is', async () => {
  const api = await openApi();
  expect(await api.send('agent', 'POST', '/api/desk/dial', { number: '139 0013-9000' })).toMatchObject({
    status: 202,
  });
  expect(api.centre.dialled).toEqual([{ agent: '1001', number: '13900139000' }]);
  expect((await api.send('agent', 'POST', '/api/desk/dial', { number: '1;X' })).status).toBe(400);
});

test('admins say what agents choose from', async () => {
  const api = await openApi();
  const replace = (role: 'admin' | 'supervisor', choices: object[]) =>
    api.inject({
      method: 'PUT',
      url: '/api/desk/choices/contact',
      headers: { authorization: `Bearer ${api.tokenOf[role]}` },
      payload: { choices },
    });
  const fees = { id: 'fees', zh: '费用', en: 'Fees' };
  expect((await api.send('agent', 'GET', '/api/desk/choices')).body.contact.length).toBeGreaterThan(3);
  expect((await replace('supervisor', [fees])).status).toBe(403);
  expect((await replace('admin', [fees, fees])).status).toBe(400);
  expect((await replace('admin', [])).status).toBe(400);
  expect((await replace('admin', [fees])).body.contact).toEqual([fees]);
  expect((await api.send('agent', 'GET', '/api/desk/choices')).body).toMatchObject({ contact: [fees] });
});

test('whoever changes a list of reasons that another one changed meanwhile is told, and wipes nothing', async () => {
  const api = await openApi();
  const put = (choices: object[], basedOn: object[]) =>
    api.inject({
      method: 'PUT',
      url: '/api/desk/choices/contact',
      headers: { authorization: `Bearer ${api.tokenOf.admin}` },
      payload: { choices, basedOn },
    });
  const read = async () => (await api.send('admin', 'GET', '/api/desk/choices')).body.contact;
  const before = await read();
  const fees = { id: 'fees', zh: '费用', en: 'Fees' };
  const loans = { id: 'loans', zh: '贷款', en: 'Loans' };
  expect((await put([fees], before)).status).toBe(200);
  expect(await put([loans], before)).toMatchObject({
    status: 409,
    body: { error: { id: 'changed-meanwhile' } },
  });
  expect(await read()).toEqual([fees]);
  expect((await put([fees, loans], [fees])).status).toBe(200);
});

test('all contacts are told once, page by page', async () => {
  const api = await openApi();
  const calls = Array.from({ length: 25 }, (_, n) =>
    aCall({
      id: `e${n}`,
      ani: '13900139000',
      startedAt: START - n * 1000,
      phase: { at: 'ended' },
      endedAt: START,
    }),
  );
  await api.store.commit(theChanges({ calls }));
  await api.campaigns.addFeedback({
    id: 'f1',
    campaignId: (await api.campaigns.list())[0]!.id,
    ani: '13900139000',
    interest: 'interested',
    note: '',
    by: '1001',
    at: START - 12_500,
  });
  await offer(api);
  const seen: string[] = [];
  let before = START + 1;
  for (let pages = 0; pages < 10; pages += 1) {
    const { body } = await api.send('agent', 'GET', `/api/calls/c1/contacts?limit=10&before=${before}`);
    seen.push(...body.items.map((item: { id: string }) => item.id));
    if (body.next === null) break;
    before = body.next;
  }
  expect(seen).toHaveLength(26);
  expect(new Set(seen).size).toBe(26);
  expect(seen[13]).toBe('f1');
});
