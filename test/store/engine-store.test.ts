import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Call } from '../../src/call/call.ts';
import { CallStore } from '../../src/call/store.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { aBusyCall, aCall, anAgent, anEvent, aStepLeft, openStore, START, theChanges } from './examples.ts';

const only = (call: Call) => theChanges({ calls: [call] });

test('an empty store has nothing to go on from', async () => {
  const { store } = openStore();
  expect(await store.load()).toEqual({
    calls: [],
    agents: [],
    callbacks: [],
    attempts: [],
    endedChannels: [],
  });
});

test('a live call comes back after a restart as it was, with its legs in order', async () => {
  const file = join(temporaryFolder(), 'carillon.db');
  const first = openStore(file);
  await first.store.commit({ ...only(aBusyCall()), agents: [anAgent()] });
  first.database.close();
  const second = openStore(file);
  const loaded = await second.store.load();
  expect(loaded.calls).toEqual([aBusyCall()]);
  expect(loaded.agents).toEqual([anAgent()]);
  second.database.close();
});

test('a wish is kept with what else a turn changed, or not at all', async () => {
  const { store, events, database } = openStore();
  const wish = {
    kind: 'do-not-call',
    campaign: '',
    person: 'C-7',
    number: '+8613900000001',
    source: 'opt-out',
    at: START,
    by: 'opt-out',
  } as const;
  const kept = () => database.prepare('select kind, person, number, source from contact_wish').all();
  await store.commit(theChanges({ calls: [aCall()], wishes: [wish] }));
  const { kind, person, number, source } = wish;
  expect(kept()).toEqual([{ kind, person, number, source }]);
  expect((await events.read(0, 10)).events).toMatchObject([
    { type: 'ContactWishNoted', data: { person: 'C-7', source: 'opt-out' } },
  ]);
  const wrong = { ...aCall({ id: 'c9', channel: 'ch9' }), dnis: undefined as unknown as string };
  const both = theChanges({ calls: [wrong], wishes: [{ ...wish, person: 'C-8' }] });
  await expect(store.commit(both)).rejects.toThrow();
  expect(kept()).toHaveLength(1);
});

test('every phase of a call is kept', async () => {
  const until = START + 60_000;
  const place = { queue: 'general', since: START, until, music: 'jazz' };
  const phases: Call['phase'][] = [
    { at: 'flow' },
    { at: 'dialing', leg: 'l2', until, music: 'default' },
    { at: 'queued', ...place },
    { at: 'offered', ...place, leg: 'l2', ringUntil: until },
    { at: 'connected', leg: 'l2', since: START },
    { at: 'connected', leg: 'l2', since: START, place },
    { at: 'offered', ...place, from: START + 1, leg: 'l2', ringUntil: until, confirmUntil: until },
    { at: 'held', leg: 'l2', since: START, music: 'jazz' },
    { at: 'consulting', leg: 'l2', since: START, music: 'jazz', consult: { leg: 'l3', ringUntil: until } },
    { at: 'conference', leg: 'l2', since: START, other: { leg: 'l3' } },
    { at: 'left', leg: 'l2', other: 'l3', cause: 'normal' },
    { at: 'recording', recording: 'rec-c1-3', until },
  ];
  const { store } = openStore();
  for (const phase of phases) {
    const call = { ...aBusyCall(), phase };
    await store.commit(only(call));
    expect((await store.load()).calls).toEqual([call]);
  }
});

test('changes of facts and of progress are both kept, whichever comes first', async () => {
  const { store } = openStore();
  const arrived = aCall();
  await store.commit(only(arrived));
  const moved: Call = {
    ...arrived,
    cursor: { flow: 'hotline', version: 'v1', step: 'main', run: 3, entry: 3, since: START },
    waitedMs: 5,
  };
  await store.commit(only(moved));
  expect((await store.load()).calls).toEqual([moved]);
  const known: Call = { ...moved, facts: { ...moved.facts, customerId: 'cu1', queue: 'card' } };
  await store.commit(only(known));
  expect((await store.load()).calls).toEqual([known]);
});

test('two calls that share one facts object are two calls', async () => {
  const { store } = openStore();
  const { facts } = aCall();
  await store.commit(
    theChanges({
      calls: [aCall({ id: 'c1', facts }), aCall({ id: 'c2', facts })],
    }),
  );
  expect((await store.load()).calls.map((call) => call.id)).toEqual(['c1', 'c2']);
});

test('an ended call is no longer live, and stays as a record', async () => {
  const { database, events, store } = openStore();
  await store.commit(only(aBusyCall()));
  await store.commit(
    only({
      ...aBusyCall(),
      phase: { at: 'ended' },
      endedAt: START + 30_000,
      endedBy: 'caller',
      endCause: 'normal',
    }),
  );
  expect((await store.load()).calls).toEqual([]);
  const record = await new CallStore(database, events).byId('c1');
  expect(record).toMatchObject({
    source: 'phone:1010',
    flow: 'hotline',
    flowVersion: 'v1',
    step: 'agent',
    agentId: '1002',
    endedBy: 'caller',
    endedAt: START + 30_000,
    waitedMs: 17_000,
  });
  expect(record?.legs.map((leg) => [leg.id, leg.toNumber, leg.outcome])).toEqual([
    ['l1', '1001', 'no-answer'],
    ['l2', '02787654321', null],
  ]);
});

test('a commit that fails leaves nothing behind, and the next one is whole', async () => {
  const { database, store, events } = openStore();
  const call = aBusyCall();
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  await expect(
    store.commit({ ...only(call), stepsLeft: [aStepLeft()], events: [anEvent(), anEvent({ data: loop })] }),
  ).rejects.toThrow();
  expect((await store.load()).calls).toEqual([]);
  expect((await events.read(0, 10)).events).toEqual([]);
  expect(database.prepare('select * from step_stat').all()).toEqual([]);
  await store.commit(only(call));
  expect((await store.load()).calls).toEqual([call]);
});

test("a commit writes an agent's state and leaves his name and skills to the administrator", async () => {
  const { store } = openStore();
  await store.commit(theChanges({ agents: [anAgent()] }));
  const state = { at: 'ready', extension: '1005', since: START + 1 } as const;
  await store.commit(theChanges({ agents: [anAgent({ name: 'old', skills: {}, state })] }));
  expect((await store.load()).agents).toEqual([anAgent({ state })]);
});

test('the event log goes on by a cursor and can be asked for types', async () => {
  const { store, events } = openStore();
  const log = [
    anEvent(),
    anEvent({ type: 'AgentAnswered', agent: '1001', data: { why: { fit: ['1001'] } } }),
    anEvent({ call: undefined, type: 'LinkLost', data: {} }),
    anEvent({ call: 'c2' }),
  ];
  await store.commit(theChanges({ events: log }));
  const first = await events.read(0, 2);
  expect(first).toEqual({
    events: [
      { ...log[0], seq: 1 },
      { ...log[1], seq: 2 },
    ],
    next: 2,
  });
  expect((await events.read(first.next, 10)).events.map((event) => event.seq)).toEqual([3, 4]);
  expect(await events.read(4, 10)).toEqual({ events: [], next: 4 });
  expect(await events.read(0, 10, ['LinkLost'])).toEqual({ events: [{ ...log[2], seq: 3 }], next: 4 });
  expect((await events.ofCall('c1')).map((event) => event.seq)).toEqual([1, 2]);
});

test('a rare type in a long log is found by going on, each question looking at a part', async () => {
  const { store, events } = openStore();
  const chatter = Array.from({ length: 12_000 }, () => anEvent());
  await store.commit(theChanges({ events: [...chatter, anEvent({ type: 'Rare' })] }));
  const found: number[] = [];
  let place = 0;
  for (let asked = 0; asked < 3; asked += 1) {
    const page = await events.read(place, 10, ['Rare']);
    expect(page.next).toBeGreaterThan(place);
    place = page.next;
    found.push(...page.events.map((event) => event.seq));
  }
  expect(found).toEqual([12_001]);
});

test('what happened since a moment is found in order, over several pieces of the log', async () => {
  const { store, events } = openStore();
  const old = Array.from({ length: 100 }, () => anEvent({ type: 'Wanted', at: START }));
  const recent = Array.from({ length: 12_000 }, (_, index) =>
    anEvent({ type: index % 4000 === 0 ? 'Wanted' : 'Other', at: START + 1 }),
  );
  await store.commit(theChanges({ events: [...old, ...recent] }));
  const found = await events.since(START, ['Wanted', 'Rare']);
  expect(found.map((event) => event.seq)).toEqual([101, 4101, 8101]);
  expect(await events.since(START + 1, ['Wanted'])).toEqual([]);
});

test('who asks for what happened since a moment does not read the log that lies before it', async () => {
  const { store, events } = openStore();
  // A row that only a search of the whole log would find: new by its time, far back by its place.
  const buried = anEvent({ at: START + 1 });
  const old = Array.from({ length: 12_000 }, () => anEvent());
  await store.commit(theChanges({ events: [buried, ...old, anEvent({ at: START + 1 })] }));
  expect((await events.since(START, ['CallArrived'])).map((event) => event.seq)).toEqual([12_002]);
});
