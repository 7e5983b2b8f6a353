import { expect, test } from 'vitest';
import { type Log, silentLog } from '../../src/base/log.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import { Sweeping } from '../../src/setup/sweeping.ts';

const START = 1_000 * 24 * 3_600_000;
const MINUTE = 60_000;

/** @param old entries of the audit log that are too old */
function lab(old: number) {
  const clock = new VirtualClock(START);
  const done = { messages: 0, attempts: 0, flows: 0, sessions: 0, befores: [] as number[] };
  const noted = (what: 'messages' | 'attempts' | 'flows' | 'sessions'): void => {
    done[what] += 1;
  };
  const said: string[] = [];
  const log: Log = { ...silentLog, warn: (_about, text) => said.push(text) };
  const world = { left: old, isBroken: false };
  const sweeping = new Sweeping({
    messages: { sweep: async () => noted('messages') },
    dialer: { sweep: async () => noted('attempts') },
    flows: {
      prune: () => {
        noted('flows');
        if (world.isBroken) throw new Error('no disk');
      },
    },
    engine: { liveCalls: () => [] },
    audited: {
      prune: (before, most) => {
        if (world.isBroken) throw new Error('no disk');
        done.befores.push(before);
        const gone = Math.min(world.left, most);
        world.left -= gone;
        return gone;
      },
    },
    sessions: {
      sweep: async () => {
        noted('sessions');
        if (world.isBroken) throw new Error('no disk');
      },
    },
    keepAudit: 180,
    clock,
    log,
  });
  return { clock, done, said, world, sweeping };
}

test('everything is swept now and every five minutes, sessions three times a minute', async () => {
  const { clock, done, sweeping } = lab(0);
  sweeping.start();
  expect(done).toMatchObject({ messages: 1, attempts: 1, flows: 1, sessions: 1 });
  await clock.advance(11 * MINUTE);
  expect(done).toMatchObject({ messages: 3, attempts: 3, flows: 3, sessions: 34 });
});

test('of the audit log goes what is too old, a little at a time', async () => {
  const { done, world, sweeping } = lab(1200);
  sweeping.start();
  expect(world.left).toBe(700);
  await expect.poll(() => world.left).toBe(0);
  expect(new Set(done.befores)).toEqual(new Set([START - 180 * 24 * 3_600_000]));
  expect(done.befores).toHaveLength(3);
});

test('what fails is said, and tried again', async () => {
  const { clock, done, said, world, sweeping } = lab(10);
  world.isBroken = true;
  sweeping.start();
  await clock.advance(1000);
  expect(said).toEqual([
    'old versions of flows could not be removed',
    'old entries of the audit log could not be removed',
    'sessions could not be looked at',
  ]);
  world.isBroken = false;
  await clock.advance(5 * MINUTE);
  expect(world.left).toBe(0);
  expect(done).toMatchObject({ messages: 2, flows: 2, sessions: 16 });
});

test('once stopped, nothing is touched any more', async () => {
  const { clock, done, world, sweeping } = lab(1200);
  sweeping.start();
  sweeping.stop();
  const before = { ...done };
  await clock.advance(11 * MINUTE);
  await new Promise((resolve) => {
    setTimeout(resolve, 60);
  });
  expect(done).toEqual(before);
  expect(world.left).toBe(700);
});
