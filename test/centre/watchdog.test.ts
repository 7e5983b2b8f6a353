import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storeFile } from '../../src/setup/prepare.ts';
import { ownerOf } from '../../src/store/ownership.ts';
import { readDatabase } from '../../src/store/read-only.ts';
import { RunningCentre, until } from './centre.ts';

let centre: RunningCentre;

beforeAll(async () => {
  centre = await RunningCentre.start();
}, 120_000);
afterAll(() => centre?.stop());

const owner = () => readDatabase(storeFile(centre.settings.data), async (database) => ownerOf(database));

/** Process ids of the daemon and its spare, by the arguments that tell them. */
function childrenOf(pid: number): { readonly pid: number; readonly isSpare: boolean }[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .flatMap((text) => {
      const child = Number(text);
      const args = child > 0 ? readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0') : [];
      return args.some((arg) => arg.endsWith('src/main.ts'))
        ? [{ pid: child, isSpare: args.includes('--spare') }]
        : [];
    });
}

async function spare(): Promise<number> {
  return until('a spare daemon', async () => {
    const other = childrenOf(centre.supervisorPid).find(({ pid }) => pid !== centre.daemonPid);
    return other?.pid;
  });
}

function isAlive(pid: number): boolean {
  try {
    // A zombie is not alive.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('given_a_spare_when_the_daemon_is_killed_then_the_spare_takes_over_under_a_new_epoch', async () => {
  const waiting = await spare();
  const before = await owner();
  process.kill(centre.daemonPid, 'SIGKILL');
  const after = await until('a new owner', async () => {
    const now = await owner();
    return now?.epoch !== before?.epoch && now;
  });
  expect(after).toMatchObject({ epoch: before!.epoch + 1, pid: waiting });
  expect(centre.daemonPid).toBe(waiting);
  await centre.untilReady(10_000);
  expect(await spare()).not.toBe(waiting);
});

test('given_a_daemon_that_is_frozen_then_it_is_killed_and_replaced', async () => {
  await spare();
  const frozen = centre.daemonPid;
  process.kill(frozen, 'SIGSTOP');
  await until('another daemon', async () => centre.daemonPid !== frozen, 20_000);
  expect(isAlive(frozen)).toBe(false);
  await centre.untilReady(10_000);
});

test('given_a_supervisor_that_is_killed_then_daemon_and_spare_end_and_the_PBX_stays_for_the_next', async () => {
  const [daemon, waiting, pbx] = [centre.daemonPid, await spare(), centre.pbxPid];
  process.kill(centre.supervisorPid, 'SIGKILL');
  await until('no daemon', async () => !isAlive(daemon) && !isAlive(waiting));
  expect(isAlive(pbx)).toBe(true);
  await centre.launch();
  expect(centre.pbxPid).toBe(pbx);
});
