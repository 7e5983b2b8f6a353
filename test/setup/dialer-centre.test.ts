import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { idSource } from '../../src/base/ids.ts';
import { silentLog } from '../../src/base/log.ts';
import { keepPending } from '../../src/contact/wish-pending.ts';
import { attemptWriter } from '../../src/dialer/store.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import { DialerCentre } from '../../src/setup/dialer-centre.ts';
import { projectFolder } from '../../src/setup/project.ts';
import { anEndedAttempt } from '../dialer/examples.ts';
import { openStore, START } from '../store/examples.ts';
import { temporaryFolder } from './temporary-folder.ts';

const DAY = 86_400_000;

const open: DialerCentre[] = [];
afterEach(async () => {
  for (const centre of open.splice(0)) await centre.stop();
});

function aCentre(data = temporaryFolder()) {
  const { database, events } = openStore();
  const clock = Object.assign(new VirtualClock(START), { aheadMs: () => 0 });
  const centre = new DialerCentre({
    settings: {
      data,
      contactPolicy: join(projectFolder, 'dialer/contact-policy.yaml'),
      shortCodes: join(projectFolder, 'dialer/short-codes.yaml'),
      dialsPerSecond: 20,
      keepAttempts: 90,
    },
    database,
    events,
    clock,
    ids: idSource(() => clock.now(), Math.random),
    log: () => silentLog,
    mayDial: () => true,
    zone: () => 'Asia/Shanghai',
    channels: 100,
  });
  open.push(centre);
  return { centre, database, clock };
}

test('with a do-not-call list that was cut off, campaigns that it concerns call nobody before it is whole', async () => {
  const data = temporaryFolder();
  const path = join(data, 'uploads', 'n1.csv');
  mkdirSync(join(data, 'uploads'));
  writeFileSync(path, '13812345678\n');
  await keepPending(path, { id: 'w1', source: 'register', campaign: 'o1', by: 'admin' });
  const { centre } = aCentre(data);
  let goOn = (): void => undefined;
  const addAll = centre.wishes.addAll.bind(centre.wishes);
  vi.spyOn(centre.wishes, 'addAll').mockImplementation(async (wishes) => {
    await new Promise<void>((resolve) => (goOn = resolve));
    await addAll(wishes);
  });
  expect(centre.dialler.hindrance?.()).toBe('starting');
  await centre.start();
  const held = () => ['o1', 'o2'].map((campaign) => centre.dialler.held?.(campaign));
  expect([centre.dialler.hindrance?.(), ...held()]).toEqual(['', 'do-not-call-import', '']);
  expect(centre.problems()).toContainEqual(expect.stringContaining('the do-not-call list "register"'));
  const isWhole = () => {
    goOn();
    expect(held()).toEqual(['', '']);
  };
  await vi.waitFor(isWhole, { timeout: 10_000 });
  expect(await centre.wishes.list({ limit: 10 })).toMatchObject([{ number: '+8613812345678' }]);
});

test('a sweep deletes attempts that were kept for as long as the setting says', async () => {
  const { centre, database, clock } = aCentre();
  const write = attemptWriter(database);
  database.unit(() => {
    write(anEndedAttempt({ id: 'old', at: START - 91 * DAY }));
    write(anEndedAttempt({ id: 'kept', at: START - 89 * DAY }));
  });
  const swept = centre.sweep();
  await clock.advance(1000);
  await swept;
  expect((await centre.attempts.list({ limit: 10 })).map(({ id }) => id)).toEqual(['kept']);
});
