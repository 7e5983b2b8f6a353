import { expect, test } from 'vitest';
import { callbackTable } from '../../src/queue/table.ts';
import { findCalls, withCallbacks } from '../../src/why/store.ts';
import { event } from '../replay/recorded.ts';
import { aCall, openStore, theChanges } from '../store/examples.ts';

test('the last call is the last of a customer, not a feature code that an agent dialled', async () => {
  const { database, store } = openStore();
  const phone = { kind: 'phone', extension: '1001' } as const;
  const customer = aCall({ id: 'customer', channel: 'a', startedAt: 1 });
  const code = aCall({ id: 'code', channel: 'b', startedAt: 3, source: phone });
  const queued = aCall({
    id: 'queued',
    channel: 'c',
    startedAt: 2,
    source: phone,
    facts: { ...customer.facts, queue: 'general' },
  });
  await store.commit(theChanges({ calls: [customer, code] }));
  expect(findCalls(database, 'last')).toEqual(['customer']);
  await store.commit(theChanges({ calls: [queued] }));
  expect(findCalls(database, 'last')).toEqual(['queued']);
  expect(findCalls(database, 'code')).toEqual(['code']);
});

test('the book of callbacks tells who asked for one and what became of it', () => {
  const { database } = openStore();
  const row = { id: 'b1', call: 'c0', queue: 'vip', number: '1', tier: '', language: 'en', at: 1, calls: 1 };
  database.query.insert(callbackTable).values(row).run();
  const told = withCallbacks(database, [
    event(1, 'CallbackRequested', {}, { callback: 'b1' }),
    event(2, 'CallbackCalled', {}, { callback: 'unknown' }),
  ]);
  expect(told.map(({ data }) => data)).toEqual([
    { callback: 'b1', askedIn: 'c0', calls: 1, outcome: null },
    { callback: 'unknown' },
  ]);
});
