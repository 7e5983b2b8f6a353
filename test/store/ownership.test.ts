import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { CallStore } from '../../src/call/store.ts';
import { Replaced } from '../../src/engine/fence.ts';
import { connect } from '../../src/store/connect.ts';
import { setMark } from '../../src/store/marks.ts';
import { ownerOf, takeOver } from '../../src/store/ownership.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { aCall, anEvent, openStore, storesOf, theChanges } from './examples.ts';

/** Daemons on one database, each with a connection of its own, and a clock that they share. */
function lab() {
  const file = join(temporaryFolder(), 'carillon.db');
  openStore(file).database.close();
  const time = { now: 0 };
  return {
    file,
    time,
    async daemon(pid: number) {
      const database = connect(file, 20);
      const replaced: number[] = [];
      const fence = await takeOver(database, {
        by: { pid, host: 'here' },
        clock: systemClock,
        monotonic: () => time.now,
        onReplaced: () => replaced.push(pid),
        log: silentLog,
      });
      return { database, fence, replaced, ...storesOf(database) };
    },
  };
}

test('each daemon has an epoch of its own, and the last one is the owner', async () => {
  const { daemon } = lab();
  const first = await daemon(101);
  const second = await daemon(102);
  expect([first.fence.epoch, second.fence.epoch]).toEqual([1, 2]);
  expect(ownerOf(second.database)).toMatchObject({ epoch: 2, pid: 102, host: 'here' });
  expect([first.fence.holds(), second.fence.holds()]).toEqual([false, true]);
  expect([first.replaced, second.replaced]).toEqual([[101], []]);
});

test('given_a_daemon_that_was_replaced_then_nothing_that_it_writes_gets_into_the_database', async () => {
  const { daemon } = lab();
  const stale = await daemon(101);
  await stale.store.commit(theChanges({ calls: [aCall()] }));
  const owner = await daemon(102);
  const before = owner.database.prepare('select * from event').all().length;
  const voicemail = { id: 'vm', callId: 'c1', box: 'b', ani: '', file: '/f.wav', durationMs: 1, at: 1 };
  const calls = new CallStore(stale.database, stale.events);
  await expect(stale.store.commit(theChanges({ events: [anEvent()] }))).rejects.toBeInstanceOf(Replaced);
  await expect(calls.keepVoicemail(voicemail)).rejects.toBeInstanceOf(Replaced);
  // Writes that are in no unit of work.
  expect(() => setMark(stale.database, 'who', 'stale')).toThrow(Replaced);
  expect(() => stale.database.prepare("delete from call where id = 'c1'").run()).toThrow(Replaced);
  expect(() =>
    stale.database.prepare("update call set ani = 'x' where id = 'c1' returning id").get(),
  ).toThrow(Replaced);
  expect(stale.replaced).toEqual([101]);
  expect(owner.database.prepare('select * from event').all()).toHaveLength(before);
  expect(owner.database.prepare('select * from voicemail').all()).toEqual([]);
  expect(owner.database.prepare('select ani from call').all()).toEqual([{ ani: '13800138000' }]);
  expect(owner.database.prepare("select * from mark where name = 'who'").all()).toEqual([]);
  await owner.store.commit(theChanges({ events: [anEvent()] }));
  expect(owner.database.prepare('select * from event').all()).toHaveLength(before + 1);
});

test('without a fence the same writes go through', async () => {
  const { daemon, file } = lab();
  const unfenced = connect(file, 20);
  await daemon(102);
  setMark(unfenced, 'who', 'stale');
  await storesOf(unfenced).store.commit(theChanges({ events: [anEvent()] }));
  expect(unfenced.prepare("select value from mark where name = 'who'").all()).toEqual([{ value: 'stale' }]);
});

test('a reader is not held up by the fence', async () => {
  const { daemon } = lab();
  const stale = await daemon(101);
  await daemon(102);
  expect((await stale.store.load()).calls).toEqual([]);
});

test('while the database is away, a daemon that was awake goes on, and one that slept does not', async () => {
  const { daemon, time } = lab();
  const { fence, database } = await daemon(101);
  expect(fence.holds()).toBe(true);
  database.close();
  for (const now of [500, 1000, 2500, 4000]) {
    time.now = now;
    expect(fence.holds()).toBe(true);
  }
  time.now = 34_000;
  expect(fence.holds()).toBe(false);
  expect(fence.isReplaced).toBe(false);
});

test('a take-over waits for a database that somebody holds', async () => {
  const { daemon, file } = lab();
  const holder = connect(file);
  holder.script('begin immediate');
  const taking = daemon(101);
  await new Promise((resolve) => setTimeout(resolve, 150));
  holder.script('commit');
  expect((await taking).fence.epoch).toBe(1);
});
