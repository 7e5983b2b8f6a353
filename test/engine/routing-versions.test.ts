import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import type { LogEvent } from '../../src/engine/changes.ts';
import { digestOf, RoutingWatch } from '../../src/engine/routing-watch.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

const GOOD = 'skills: [service]\nqueues: { general: { needs: { service: 5 } } }\n';

/** What is kept after a daemon has read this text, and what it told. */
async function kept(text: string, folder = temporaryFolder()) {
  const file = join(folder, 'routing.yaml');
  writeFileSync(file, text);
  const events: LogEvent[] = [];
  const versions = join(folder, 'versions');
  const watch = new RoutingWatch({
    file,
    copy: join(folder, 'copy.yaml'),
    versions,
    events: { commit: (work) => events.push(...work()) },
    clock: new VirtualClock(),
    log: silentLog,
    surroundings: async () => ({}),
  });
  onTestFinished(() => watch.close());
  await watch.start();
  return { versions, events, folder };
}

test('every version that comes into force is kept under the name that the event log gives it', async () => {
  const { versions, events } = await kept(GOOD);
  expect(readdirSync(versions)).toEqual([`${digestOf(GOOD)}.yaml`]);
  expect(readFileSync(join(versions, `${digestOf(GOOD)}.yaml`), 'utf8')).toBe(GOOD);
  expect(events[0]!.data.digest).toBe(digestOf(GOOD));
});

test('one that is in force already when the daemon starts is kept too, one with a mistake is not', async () => {
  const { folder, versions } = await kept(GOOD);
  writeFileSync(join(folder, 'copy.yaml'), GOOD);
  await kept(GOOD, folder);
  await kept(GOOD.replace('queues', 'queue'), folder);
  expect(readdirSync(versions)).toEqual([`${digestOf(GOOD)}.yaml`]);
});
