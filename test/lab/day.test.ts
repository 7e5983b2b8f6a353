import { expect, test } from 'vitest';
import type { LogEvent } from '../../src/engine/changes.ts';
import { type DayResult, playDay } from '../../src/lab/day/day.ts';
import { callers, scenario, team } from './day-scenario.ts';

const logOf = async (more: Parameters<typeof scenario>[0] = {}): Promise<readonly LogEvent[]> => {
  const log: LogEvent[] = [];
  await playDay(scenario(more), { heard: (events) => log.push(...events) });
  return log;
};

const countOf = (log: readonly LogEvent[], type: string) => log.filter((one) => one.type === type).length;

test('given_a_day_when_it_is_played_then_every_caller_is_accounted_for', async () => {
  const { figures, calls, broken }: DayResult = await playDay(scenario());
  const { offered, answered, abandoned, sentAway } = figures.total;
  expect(broken).toEqual([]);
  expect(calls).toBe(80);
  expect(offered).toBe(80);
  expect(answered + abandoned + sentAway).toBe(80);
  expect(answered).toBeGreaterThan(60);
});

test('given_a_seed_when_its_day_is_played_again_then_every_event_is_the_same', async () => {
  const faults = [{ what: 'commands', refused: 0.3, lost: 0.1, atMs: 120_000, forMs: 30_000 } as const];
  expect(await logOf({ faults })).toEqual(await logOf({ faults }));
});

test('given_another_seed_then_it_is_another_day', async () => {
  expect((await logOf({ seed: 8 })).slice(0, 50)).not.toEqual((await logOf()).slice(0, 50));
});

test('given_more_agents_when_the_same_day_is_played_then_the_same_callers_come_at_the_same_times', async () => {
  const arrivals = (log: readonly LogEvent[]) =>
    log.flatMap(({ type, at, data }) => (type === 'CallArrived' ? `${at} ${String(data.ani)}` : []));
  const few = arrivals(await logOf());
  expect(arrivals(await logOf({ agents: [team('service', { count: 30 })] }))).toEqual(few);
  expect(few).toHaveLength(80);
});

test('given_nobody_who_works_then_nobody_is_answered_and_everybody_is_sent_away', async () => {
  const { figures, broken } = await playDay(scenario({ agents: [] }));
  expect(broken).toEqual([]);
  expect(figures.total).toMatchObject({ offered: 80, answered: 0, sentAway: 80 });
});

test('given_agents_who_go_on_a_break_then_they_take_no_calls_meanwhile', async () => {
  const log = await logOf({
    agents: [team('service', { breaks: [{ atMs: 120_000, forMs: 180_000 }] })],
    callers: [callers('retail', { talk: { meanMs: 5000, law: 'fixed', cv: 0 } })],
  });
  const from = log[0]!.at;
  const answered = log.flatMap(({ type, at }) => (type === 'CallConnected' ? at - from : []));
  expect(answered.filter((at) => at > 140_000 && at < 300_000)).toEqual([]);
  expect(answered.filter((at) => at < 120_000).length).toBeGreaterThan(5);
  expect(answered.filter((at) => at > 300_000).length).toBeGreaterThan(5);
});

test('given_agents_who_let_it_ring_then_they_are_not_ready_until_they_say_so_and_callers_are_served_by_others', async () => {
  const log = await logOf({ agents: [team('lazy', { misses: 1, count: 2 }), team('service')] });
  const lazy = ['a0001', 'a0002'];
  expect(log.filter(({ type, agent = '' }) => type === 'CallConnected' && lazy.includes(agent))).toEqual([]);
  const missed = log.filter(
    ({ type, data }) => type === 'AgentStateChanged' && data.reason === 'ring-no-answer',
  );
  expect(missed.length).toBeGreaterThan(3);
  expect(countOf(log, 'CallConnected')).toBeGreaterThan(40);
});

test('given_phones_that_are_lost_in_the_middle_of_talks_then_their_callers_talk_with_somebody_else', async () => {
  const log = await logOf({
    agents: [team('service', { phoneLost: 0.5, count: 8 })],
    callers: [callers('retail', { talk: { meanMs: 60_000, law: 'fixed', cv: 0 }, calls: 30 })],
  });
  const perCall = new Map<string, number>();
  for (const { type, call = '' } of log)
    if (type === 'CallConnected') perCall.set(call, (perCall.get(call) ?? 0) + 1);
  expect([...perCall.values()].filter((times) => times > 1).length).toBeGreaterThan(3);
});

test('given_callers_who_try_again_then_they_come_twice_and_no_more', async () => {
  const { calls } = await playDay(
    scenario({
      agents: [team('service', { count: 1 })],
      callers: [
        callers('retail', {
          calls: 50,
          patience: { meanMs: 5000, law: 'fixed', cv: 0 },
          redial: { chance: 1, after: { meanMs: 10_000, law: 'fixed', cv: 0 } },
        }),
      ],
    }),
  );
  expect(calls).toBeGreaterThan(80);
  expect(calls).toBeLessThanOrEqual(100);
});
