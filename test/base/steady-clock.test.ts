import { expect, test } from 'vitest';
import { clockProblem, steadyClock } from '../../src/base/steady-clock.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 10, 23, 1);

const clocks = (notBefore?: number) => {
  const wall = new VirtualClock(START);
  const steady = steadyClock({
    wall,
    passed: () => wall.passed,
    ...(notBefore !== undefined && { notBefore }),
  });
  return { wall, steady };
};

test('given_a_clock_that_nobody_sets_then_it_shows_the_same', async () => {
  const { wall, steady } = clocks();
  for (const ms of [1, 999, 12_345]) {
    await wall.advance(ms);
    expect(steady.now()).toBe(wall.now());
  }
});

test.each([
  ['back', -HOUR_MS, 54_000],
  ['forward', HOUR_MS, 66_000],
])(
  'given_a_clock_that_is_set_%s_an_hour_then_it_does_not_jump_and_follows_by_a_tenth',
  async (_way, step, minute) => {
    const { wall, steady } = clocks();
    await wall.advance(1000);
    const before = steady.now();
    wall.step(step);
    expect(steady.now()).toBe(before);
    await wall.advance(60_000);
    expect(steady.now() - before).toBe(minute);
    await wall.advance(11 * HOUR_MS);
    expect(steady.now()).toBe(wall.now());
  },
);

test.each([
  ['back', -HOUR_MS],
  ['forward', HOUR_MS],
])(
  'given_a_clock_that_is_set_%s_then_an_alarm_comes_when_it_shows_that_time_and_never_before',
  async (_way, step) => {
    const { wall, steady } = clocks();
    let rang: number | undefined;
    steady.at(START + 60_000, () => {
      rang = steady.now();
    });
    wall.step(step);
    await wall.advance(90_000);
    expect(rang).toBeGreaterThanOrEqual(START + 60_000);
    // Whatever was set before the clock was, it is late by that tenth at most.
    expect(rang).toBeLessThanOrEqual(START + 66_000);
  },
);

test('given_an_alarm_that_is_put_off_when_it_is_cancelled_then_it_stays_silent', async () => {
  const { wall, steady } = clocks();
  let rings = 0;
  const cancel = steady.at(START + 60_000, () => {
    rings += 1;
  });
  wall.step(-HOUR_MS);
  await wall.advance(62_000);
  cancel();
  await wall.advance(60_000);
  expect(rings).toBe(0);
});

test('given_a_time_that_was_written_down_then_it_begins_no_earlier', () => {
  expect(clocks(START + HOUR_MS).steady.now()).toBe(START + HOUR_MS);
  expect(clocks(START - HOUR_MS).steady.now()).toBe(START);
});

test.each([
  [0, ''],
  [29_000, ''],
  [HOUR_MS, '60 min ahead of it, also for opening hours, and follows within 10 h'],
  [-90_000, '2 min behind it, also for opening hours, and follows within 1 h'],
])('given_a_clock_that_is_%s_ms_ahead_then_people_are_told_%s', (aheadMs, words) => {
  const problem = clockProblem(aheadMs);
  expect(problem.includes(words)).toBe(true);
  expect(problem === '').toBe(words === '');
});
