import { expect, test } from 'vitest';
import { CentreStore } from '../../src/engine/store.ts';
import {
  type CallbackPlan,
  type CallbackRequest,
  called,
  callOver,
  inLine,
} from '../../src/queue/callback.ts';
import { CallbackStore, callbacksByQueue } from '../../src/queue/store.ts';
import { openStore, START, theChanges } from './examples.ts';

function aRequest(changes: Partial<CallbackRequest> = {}): CallbackRequest {
  return {
    id: 'b1',
    call: 'c1',
    queue: 'card',
    number: '13800138000',
    customerId: 'cu1',
    tier: 'vip',
    language: 'zh-CN',
    at: START,
    since: START - 60_000,
    ...changes,
  };
}

function openCallbacks() {
  const { database, events } = openStore();
  const callbacks = new CallbackStore(database, events);
  const typesIn = async () => (await events.read(0, 100)).events.map((event) => event.type);
  return { database, events, callbacks, typesIn };
}

const idsOf = (list: readonly { readonly id: string }[]) => list.map((one) => one.id);

test('a request is kept as it was made, also of somebody unknown', async () => {
  const { callbacks } = openCallbacks();
  const unknown: CallbackRequest = {
    id: 'b2',
    call: 'c2',
    queue: 'general',
    number: '1010',
    tier: '',
    language: 'en',
    at: START + 1,
    since: START + 1,
  };
  await callbacks.request(aRequest());
  await callbacks.request(unknown);
  expect(await callbacks.listOpen({ limit: 10 })).toEqual([aRequest(), unknown].map(inLine));
});

test('a step that runs again after a crash asks for nothing new, not even when somebody called back meanwhile', async () => {
  const { callbacks, typesIn } = openCallbacks();
  await callbacks.request(aRequest());
  await callbacks.request(aRequest({ at: START + 5 }));
  expect(await callbacks.listOpen({ limit: 10 })).toEqual([inLine(aRequest())]);
  await callbacks.done('b1', { by: '1001', at: START + 6, outcome: 'reached' });
  await callbacks.request(aRequest());
  expect(await callbacks.listOpen({ limit: 10 })).toEqual([]);
  expect(await typesIn()).toEqual(['CallbackRequested', 'CallbackDone']);
});

test.each(['13800138000', '+8613800138000', '013800138000'])(
  'who asks twice, now as %s, is called once per queue',
  async (number) => {
    const { callbacks, typesIn } = openCallbacks();
    await callbacks.request(aRequest());
    await callbacks.request(aRequest({ id: 'b2', number }));
    await callbacks.request(aRequest({ id: 'b3', number, queue: 'general' }));
    await callbacks.request(aRequest({ id: 'b4', number: '13900139000' }));
    expect(idsOf(await callbacks.listOpen({ limit: 10 }))).toEqual(['b1', 'b3', 'b4']);
    expect(await typesIn()).toHaveLength(3);
  },
);

test('who was called back may ask again', async () => {
  const { callbacks } = openCallbacks();
  await callbacks.request(aRequest());
  await callbacks.done('b1', { by: '1001', at: START + 1, outcome: 'reached' });
  await callbacks.request(aRequest({ id: 'b2', at: START + 2 }));
  expect(idsOf(await callbacks.listOpen({ limit: 10 }))).toEqual(['b2']);
});

test('done says who called back, when and how it went', async () => {
  const { callbacks } = openCallbacks();
  await callbacks.request(aRequest());
  const done = { by: '1001', at: START + 60_000, outcome: 'no-answer' } as const;
  expect(await callbacks.done('b1', done)).toEqual({ ...inLine(aRequest()), done });
  expect(await callbacks.listDone({ limit: 10 })).toEqual([{ ...inLine(aRequest()), done }]);
});

test('what is not there, or done already, is refused and changes nothing', async () => {
  const { callbacks, typesIn } = openCallbacks();
  await callbacks.request(aRequest());
  const done = { by: '1001', at: START + 1, outcome: 'reached' } as const;
  await expect(callbacks.done('b9', done)).rejects.toMatchObject({ id: 'callback-unknown' });
  await callbacks.done('b1', done);
  await expect(callbacks.done('b1', { ...done, by: '1002' })).rejects.toMatchObject({
    id: 'callback-done',
    message: expect.stringContaining('1001'),
  });
  expect(await callbacks.listDone({ limit: 10 })).toMatchObject([{ done }]);
  expect(await typesIn()).toEqual(['CallbackRequested', 'CallbackDone']);
});

test('lists go page by page, none twice though they were made together', async () => {
  const { callbacks } = openCallbacks();
  for (const id of ['b1', 'b2', 'b3', 'b4', 'b5'])
    await callbacks.request(
      aRequest({ id, number: `1380013800${id[1]}`, queue: id === 'b2' ? 'vip' : 'card' }),
    );
  const first = await callbacks.listOpen({ queue: 'card', limit: 2 });
  const rest = await callbacks.listOpen({ queue: 'card', limit: 10, after: first.at(-1) });
  expect([idsOf(first), idsOf(rest)]).toEqual([
    ['b1', 'b3'],
    ['b4', 'b5'],
  ]);
  for (const id of ['b3', 'b1', 'b2', 'b4']) {
    const at = id === 'b3' ? START + 9 : START + 5;
    await callbacks.done(id, { by: '1001', at, outcome: 'reached' });
  }
  expect(idsOf(await callbacks.listDone({ limit: 2 }))).toEqual(['b3', 'b4']);
  expect(idsOf(await callbacks.listDone({ limit: 10, before: { at: START + 5, id: 'b4' } }))).toEqual([
    'b2',
    'b1',
  ]);
  expect(idsOf(await callbacks.listDone({ queue: 'vip', limit: 10 }))).toEqual(['b2']);
  expect(idsOf(await callbacks.listOpen({ limit: 10 }))).toEqual(['b5']);
});

test('the log hears of a request and of its end, with the call in which it was made', async () => {
  const { events, callbacks } = openCallbacks();
  await callbacks.request(aRequest({ customerId: undefined }));
  await callbacks.done('b1', { by: '1001', at: START + 1, outcome: 'reached' });
  expect((await events.read(0, 10)).events).toEqual([
    {
      seq: 1,
      type: 'CallbackRequested',
      version: 1,
      at: START,
      call: 'c1',
      data: {
        callback: 'b1',
        queue: 'card',
        number: '13800138000',
        customer: null,
        tier: 'vip',
        language: 'zh-CN',
      },
    },
    {
      seq: 2,
      type: 'CallbackDone',
      version: 1,
      at: START + 1,
      call: 'c1',
      data: { callback: 'b1', queue: 'card', outcome: 'reached', by: '1001' },
    },
  ]);
});

test('a request and its event are written together or not at all', async () => {
  const { database, callbacks } = openCallbacks();
  database.script('drop table event');
  await expect(callbacks.request(aRequest())).rejects.toThrow();
  expect(await callbacks.listOpen({ limit: 10 })).toEqual([]);
});

const PLAN: CallbackPlan = {
  facts: { language: 'zh-CN', persona: '', tier: 'vip', variables: {} },
  wishes: { needs: ['skill.card >= 8'] },
  source: { kind: 'outside' },
  dnis: '95533',
  entered: { flow: 'hotline', version: 'v1' },
  tries: 3,
  againMs: 600_000,
  ringMs: 30_000,
};

test('how a callback goes on is loaded as it was written, until it is done', async () => {
  const { database, events } = openStore();
  const store = new CentreStore(database, events);
  const kept: string[] = [];
  const callbacks = new CallbackStore(database, events, ({ id }) => kept.push(id));
  const request = aRequest({ plan: PLAN });
  await callbacks.request(request);
  await callbacks.request(request);
  expect(kept).toEqual(['b1']);
  const load = async () => (await store.load()).callbacks;
  expect(await load()).toEqual([inLine(request)]);
  const calling = called(inLine(request), 'call-callback-b1-1');
  await store.commit(theChanges({ callbacks: [calling] }));
  expect(await load()).toEqual([calling]);
  const later = callOver(calling, { end: 'unanswered' }, START + 5000);
  await store.commit(theChanges({ callbacks: [later] }));
  expect(await load()).toEqual([{ ...inLine(request), calls: 1, attempts: 1, dueAt: START + 605_000 }]);
  await store.commit(
    theChanges({ callbacks: [callOver(later, { end: 'reached', agent: '1001' }, START + 9000)] }),
  );
  expect(await load()).toEqual([]);
  expect(await callbacks.listDone({ limit: 5 })).toMatchObject([
    { attempts: 2, done: { by: '1001', outcome: 'reached', at: START + 9000 } },
  ]);
});

test('what somebody has closed stays closed, whatever the engine writes after it', async () => {
  const { database, events } = openStore();
  const store = new CentreStore(database, events);
  const callbacks = new CallbackStore(database, events);
  const request = aRequest({ plan: PLAN });
  await callbacks.request(request);
  await callbacks.done('b1', { by: '1002', at: START + 1, outcome: 'not-wanted' });
  await store.commit(theChanges({ callbacks: [called(inLine(request), 'x')] }));
  expect((await store.load()).callbacks).toEqual([]);
  expect(await callbacks.listDone({ limit: 5 })).toMatchObject([{ calls: 0, done: { by: '1002' } }]);
});

test('those that are called without anybody asking are counted by queue, as long as they are open', async () => {
  const { callbacks, database } = openCallbacks();
  await callbacks.request(aRequest({ plan: PLAN }));
  await callbacks.request(aRequest({ id: 'b2', number: '13900139000', plan: PLAN }));
  await callbacks.request(aRequest({ id: 'b3', queue: 'general', plan: PLAN }));
  await callbacks.request(aRequest({ id: 'b4', number: '13700137000' }));
  await callbacks.done('b3', { by: '1001', at: START + 1, outcome: 'reached' });
  expect([...callbacksByQueue(database)]).toEqual([['card', 2]]);
});
