import { expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import type { LogEvent } from '../../src/engine/changes.ts';
import { FloorCounts } from '../../src/http/live/floor-counts.ts';
import { openApi } from '../http/api-lab.ts';
import { theChanges } from '../store/examples.ts';

const DAY_MS = 86_400_000;

const served = (call: string, at: number): LogEvent[] =>
  [
    { type: 'CallArrived', data: {} },
    { type: 'CallQueued', data: { queue: 'general', tier: '' } },
    { type: 'CallConnected', data: { queue: 'general', queueWaitedMs: 1 } },
  ].map((event) => ({ ...event, version: 1, at, call }));

test('given_calls_of_yesterday_and_today_when_the_daemon_begins_then_those_of_today_count_once_each_and_so_do_later_ones', async () => {
  const { store, events, clock, routing } = await openApi();
  const now = clock.now();
  const calls = Array.from({ length: 40 }, (_, index) => `c${index}`);
  for (const call of calls) await store.commit(theChanges({ events: served(`old-${call}`, now - DAY_MS) }));
  for (const call of calls) await store.commit(theChanges({ events: served(call, now) }));
  const counts = new FloorCounts({ events, routing, zone: () => 'UTC', clock, log: silentLog });
  const begun = counts.start(() => []);
  // While the past is read, and after that.
  await store.commit(theChanges({ events: served('early', now) }));
  await begun;
  await store.commit(theChanges({ events: served('late', now) }));
  await new Promise((resolve) => setImmediate(resolve));
  expect(counts.services.lanes(now).map(({ today }) => today.answered)).toEqual([calls.length + 2]);
});

test('the log gives what happened since a moment, in order, and not what happens while it is read', async () => {
  const { store, events, clock } = await openApi();
  const now = clock.now();
  for (const ago of [5, 3, 2, 1]) await store.commit(theChanges({ events: served(`c${ago}`, now - ago) }));
  const seen: string[] = [];
  const read = events.eachSince(now - 3, ['CallQueued'], (piece) =>
    seen.push(...piece.map(({ type, call }) => `${type} ${call}`)),
  );
  await store.commit(theChanges({ events: served('later', now) }));
  await read;
  expect(seen).toEqual(['CallQueued c3', 'CallQueued c2', 'CallQueued c1']);
});
