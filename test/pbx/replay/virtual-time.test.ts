import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { VirtualTime } from './virtual-time.ts';

const MINUTE_MS = 60_000;

let traffic = 0;
let time: VirtualTime;
beforeEach(() => {
  traffic = 0;
  time = new VirtualTime(
    () => traffic,
    () => undefined,
  );
  time.start();
});
afterEach(() => time.stop());

it.each([
  ['timer', (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))],
  ['timer_that_is_a_promise', (ms: number) => sleep(ms)],
])('a_%s_of_a_minute_lasts_a_minute_of_virtual_time_and_no_real_one', async (_, wait) => {
  const began = performance.now();
  await wait(MINUTE_MS);
  expect(performance.now() - began).toBeGreaterThanOrEqual(MINUTE_MS);
  expect(performance.now() - began).toBeLessThan(MINUTE_MS + 1_000);
});

it('given_something_is_being_said_then_time_stands_still', async () => {
  const began = performance.now();
  for (let round = 0; round < 1_000; round += 1) {
    traffic += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(performance.now() - began).toBeLessThan(100);
});
