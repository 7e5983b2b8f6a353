import { expect, test } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import type { CentreLab } from './centre-lab.ts';
import { agent, centreLab, queue } from './centre-lab.ts';

const FLOW = `
flow: hotline
numbers: ["95533"]
start: wait
steps:
  wait: { queue: { name: general }, then: { done: end, timeout: end, no-agents: end } }
  end: { hangup: {} }
`;

const HOUR = 3_600_000;
const AGENTS = 8;
const TALK_MS = 120_000;
const WRAP_UP_MS = 10_000;

/** Exponential, ms. */
const drawn = (random: () => number, mean: number): number => -Math.log(1 - random()) * mean;

/**
 * Hours of a centre whose agents cannot quite keep up: callers come at random, talk for a random time, and some give up.
 * @param load erlangs per agent
 */
async function busyHours(seed: number, load: number, hours: number): Promise<CentreLab> {
  const random = seededRandom(seed);
  const ids = Array.from({ length: AGENTS }, (_, index) => String(1001 + index));
  const lab = centreLab({
    flows: [FLOW],
    agents: ids.map((id) => agent(id, { service: 8 })),
    queues: [queue('general', { service: 5 }, { maxWaitMs: HOUR, wrapUpMs: WRAP_UP_MS })],
  });
  await lab.start();
  for (const id of ids) await lab.ready(id);
  const gapMs = (TALK_MS + WRAP_UP_MS) / (AGENTS * load);
  const until = lab.clock.now() + hours * HOUR;
  let number = 13_800_000_000;
  while (lab.clock.now() < until) {
    await lab.clock.advance(drawn(random, gapMs));
    number += 1;
    const caller = lab.caller(String(number));
    const patience = lab.clock.now() + drawn(random, 480_000);
    lab.clock.at(patience, () => !caller.ended && caller.talkingWith.length === 0 && caller.hangup());
    const talk = drawn(random, TALK_MS);
    const hangUp = (): void => {
      if (caller.ended) return;
      if (caller.talkingWith.length > 0) lab.clock.at(lab.clock.now() + talk, () => caller.hangup());
      else lab.clock.at(lab.clock.now() + 1000, hangUp);
    };
    hangUp();
  }
  return lab;
}

const connected = (lab: CentreLab) =>
  lab.store.events
    .filter(({ type }) => type === 'CallConnected')
    .map(({ data }) => ({ told: Number(data.expectedMs), waited: Number(data.queueWaitedMs) }))
    .filter(({ told }) => Number.isFinite(told));

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

test('given_hours_in_which_callers_have_to_wait_then_what_was_expected_is_about_what_they_waited', async () => {
  const lab = await busyHours(7, 1.05, 6);
  const all = connected(lab);
  const told = all.filter((one) => one.told > 20_000);
  expect(told.length).toBeGreaterThan(500);
  const [expected, waited] = [mean(told.map((one) => one.told)), mean(told.map((one) => one.waited))];
  const off = mean(told.map((one) => Math.abs(one.told - one.waited)));
  const blind = mean(told.map((one) => Math.abs(waited - one.waited)));
  // Right on the whole, and nearer to each than the mean of all waits, which nobody knows beforehand.
  expect(expected / waited).toBeGreaterThan(0.85);
  expect(expected / waited).toBeLessThan(1.15);
  expect(off).toBeLessThan(0.7 * blind);
  const [{ accuracy }] = lab.engine.queues() as [ReturnType<CentreLab['engine']['queues']>[0]];
  expect(accuracy.estimates).toBe(all.length);
  expect(accuracy.near / accuracy.estimates).toBeGreaterThan(0.7);
});

test('given_agents_who_are_free_then_nobody_is_told_that_he_has_to_wait', async () => {
  const lab = await busyHours(3, 0.4, 1);
  const all = connected(lab);
  expect(all.length).toBeGreaterThan(50);
  expect(all.filter(({ told }) => told > 0)).toEqual([]);
});
