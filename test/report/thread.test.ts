import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { ReportThread } from '../../src/report/thread.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { aCall, anEvent, openStore, START, theChanges } from '../store/examples.ts';

const DAY = { from: START, to: START + 86_400_000, zone: 'Asia/Shanghai' } as const;
const WHOLE = { ...DAY, interval: 'span', by: 'centre' } as const;

function aThread(
  folder: string,
  more: Partial<ConstructorParameters<typeof ReportThread>[0]> = {},
): ReportThread {
  const thread = new ReportThread(
    {
      centre: join(folder, 'centre.db'),
      sums: join(folder, 'reports.db'),
      recordings: join(folder, 'none'),
      ...more,
    },
    systemClock,
    silentLog,
  );
  thread.start();
  onTestFinished(() => thread.stop());
  return thread;
}

async function aCentre(folder: string) {
  const { database, store } = openStore(join(folder, 'centre.db'));
  onTestFinished(() => database.close());
  const add = (call: string) =>
    store.commit(
      theChanges({
        calls: [aCall({ id: call, channel: call })],
        events: [
          anEvent({ type: 'CallQueued', call, data: { queue: 'q', tier: '', since: START } }),
          anEvent({ type: 'CallEnded', call, at: START + 9_000, data: { abandoned: true } }),
        ],
      }),
    );
  await add('c1');
  return { database, add };
}

test('sums outlive the thread, and nothing counts twice', async () => {
  const folder = temporaryFolder();
  const { add } = await aCentre(folder);
  const first = aThread(folder);
  expect((await first.ask('intervals', WHOLE, START + 10_000)).total).toMatchObject({
    offered: 1,
    abandoned: 1,
  });
  await first.stop();
  await add('c2');
  const second = aThread(folder);
  expect((await second.ask('intervals', WHOLE, START + 10_000)).total).toMatchObject({
    offered: 2,
    abandoned: 2,
  });
});

test('sums that are damaged are made anew', async () => {
  const folder = temporaryFolder();
  await aCentre(folder);
  writeFileSync(join(folder, 'reports.db'), 'no database at all'.repeat(500));
  const thread = aThread(folder);
  expect((await thread.ask('intervals', WHOLE, START + 10_000)).total.offered).toBe(1);
});

test('a log that is shorter than what was read is another one: all is summed anew', async () => {
  const folder = temporaryFolder();
  const { database, add } = await aCentre(folder);
  await add('c2');
  const first = aThread(folder);
  expect((await first.ask('intervals', WHOLE, START)).total.offered).toBe(2);
  await first.stop();
  database.script(`delete from event where call = 'c2'`);
  const second = aThread(folder);
  expect((await second.ask('intervals', WHOLE, START)).total.offered).toBe(1);
});

test('the thread writes nothing into the database of the centre', async () => {
  const folder = temporaryFolder();
  const { database } = await aCentre(folder);
  const changes = () => database.prepare('pragma data_version').get();
  const before = changes();
  const thread = aThread(folder);
  await thread.ask('intervals', WHOLE, START);
  await thread.ask('calls', { text: "'; delete from call; --" }, 50);
  expect(changes()).toEqual(before);
});

test('a thread that cannot begin says why, and refuses instead of waiting', async () => {
  const folder = temporaryFolder();
  await aCentre(folder);
  chmodSync(folder, 0o700);
  const thread = aThread(folder, { sums: join(folder, 'there/is/no/folder.db') });
  await expect(thread.ask('queues')).rejects.toMatchObject({ id: 'reports-unusable' });
  expect(thread.problems()).toEqual([expect.stringContaining('Reports cannot be made')]);
});

test('after its end it refuses at once', async () => {
  const folder = temporaryFolder();
  await aCentre(folder);
  const thread = aThread(folder);
  const asked = thread.ask('intervals', WHOLE, START);
  const over = expect(asked).rejects.toMatchObject({ id: 'reports-unusable' });
  await thread.stop();
  await over;
  await expect(thread.ask('queues')).rejects.toMatchObject({ id: 'reports-unusable' });
});
