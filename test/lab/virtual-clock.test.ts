import { expect, test } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';

test('given_many_alarms_when_time_passes_then_they_come_in_order_of_time_and_of_setting', async () => {
  const clock = new VirtualClock(0);
  const random = seededRandom(1);
  const rang: [number, number][] = [];
  const cancelled = new Set<number>();
  for (let index = 0; index < 2000; index += 1) {
    const time = Math.floor(random() * 300);
    const cancel = clock.at(time, () => rang.push([clock.now(), index]));
    if (random() < 0.3) {
      cancelled.add(index);
      cancel();
    }
  }
  await clock.advance(300);
  expect(rang).toHaveLength(2000 - cancelled.size);
  expect(rang).toEqual(rang.toSorted(([a, i], [b, j]) => a - b || i - j));
  expect(rang.some(([, index]) => cancelled.has(index))).toBe(false);
});

test('given_a_chain_of_promises_behind_an_alarm_then_it_has_run_before_the_next_alarm', async () => {
  const clock = new VirtualClock(0);
  const seen: string[] = [];
  clock.at(1, () => {
    let chain = Promise.resolve();
    for (let link = 0; link < 50; link += 1) chain = chain.then(() => undefined);
    void chain.then(() => seen.push('chain'));
  });
  clock.at(1, () => seen.push('next'));
  await clock.advance(1);
  expect(seen).toEqual(['chain', 'next']);
});

test('given_an_alarm_that_is_set_by_a_promise_of_the_last_one_then_it_comes_in_its_time', async () => {
  const clock = new VirtualClock(0);
  let rang = -1;
  clock.at(5, () => {
    void Promise.resolve().then(() => clock.at(7, () => (rang = clock.now())));
  });
  await clock.advance(10);
  expect(rang).toBe(7);
});

test('given_a_clock_that_is_set_then_alarms_come_when_so_much_time_has_passed', async () => {
  const clock = new VirtualClock(1000);
  const rang: number[] = [];
  clock.at(2000, () => rang.push(clock.passed));
  clock.step(-3_600_000);
  clock.at(clock.now() + 500, () => rang.push(clock.passed));
  await clock.advance(1000);
  expect(rang).toEqual([1500, 2000]);
  expect(clock.now()).toBe(2000 - 3_600_000);
});

test('given_a_wish_that_comes_true_then_time_stands_where_it_did', async () => {
  const clock = new VirtualClock(0);
  let done = false;
  clock.at(40, () => (done = true));
  clock.at(60, () => undefined);
  expect(await clock.advanceUntil(() => done, 100)).toBe(true);
  expect(clock.now()).toBe(40);
  expect(await clock.advanceUntil(() => false, 100)).toBe(false);
  expect(clock.now()).toBe(140);
});
