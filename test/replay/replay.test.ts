import { beforeAll, expect, test } from 'vitest';
import type { LogEvent } from '../../src/engine/changes.ts';
import { skillAtLeast, skillQueue, USUAL_LANE } from '../../src/queue/queue.ts';
import { type RoutingRules, routingRules } from '../../src/queue/rules.ts';
import { changedVisits } from '../../src/replay/changed-calls.ts';
import { type DayFigures, figuresOf } from '../../src/replay/figures.ts';
import { type DayOutcome, outcomeOf } from '../../src/replay/outcome.ts';
import type { RecordedDay } from '../../src/replay/recorded-day.ts';
import { replay } from '../../src/replay/replay.ts';
import { callers, scenario, team } from '../lab/day-scenario.ts';
import { dayOf, event, logOf } from './recorded.ts';

const MINUTE_MS = 60_000;

const ladder = (relaxAfterMs: number) => [
  { needs: [skillAtLeast('wealth', 9)], forMs: relaxAfterMs },
  { needs: [skillAtLeast('wealth', 5)], forMs: 0 },
];
const VIP = { ...USUAL_LANE, targetMs: 10_000, goal: 0.9, priority: 10 };
const rulesOf = (order: 'service-level' | 'strict' | 'fifo', relaxAfterMs = 60_000): RoutingRules =>
  routingRules(order, [
    skillQueue('general', { service: 5 }, { lanes: { '': { ...USUAL_LANE, targetMs: 30_000 }, vip: VIP } }),
    skillQueue('wealth', {}, { ladder: ladder(relaxAfterMs), lanes: { '': USUAL_LANE, vip: VIP } }),
  ]);
const RULES = rulesOf('service-level');

/** Two busy hours: people give up, have a break, let it ring. */
const BUSY = scenario({
  lastsMs: 120 * MINUTE_MS,
  rules: RULES,
  callers: [
    callers('retail', { calls: 700 }),
    callers('gold', { calls: 200, tier: 'vip' }),
    callers('rich', { queue: 'wealth', tier: 'vip', calls: 150 }),
  ],
  agents: [
    team('service', { count: 7, misses: 0.03, breaks: [{ atMs: 40 * MINUTE_MS, forMs: 10 * MINUTE_MS }] }),
    team('wealth', { count: 1, skills: { wealth: 9.5 } }),
    team('half', { count: 2, skills: { service: 6, wealth: 6 } }),
  ],
});

let log: readonly LogEvent[];
let day: RecordedDay;

beforeAll(async () => {
  log = await logOf(BUSY);
  day = dayOf(log, BUSY.startAt - MINUTE_MS, BUSY.startAt + 24 * 60 * MINUTE_MS);
});

const again = (of: RecordedDay, rules = RULES, seed = 1): DayOutcome =>
  replay(of, rules, { before: RULES, seed });
const figures = (outcome: DayOutcome): DayFigures => figuresOf(outcome, RULES);

/**
 * What was and what the replay makes of it. Not the same to the last call: the replay does not know how much longer those who were
 * answered would have waited, and one call that goes elsewhere changes all after it, the more the busier they are.
 */
function differences(was: DayFigures, now: DayFigures): Readonly<Record<string, number>> {
  const share = (part: number, { total }: DayFigures): number => part / total.offered;
  return {
    serviceLevel: Math.abs(now.total.serviceLevel! - was.total.serviceLevel!),
    gaveUp: Math.abs(share(now.total.abandoned, now) - share(was.total.abandoned, was)),
    wait: Math.abs(now.total.averageMs! / was.total.averageMs! - 1),
    occupancy: Math.abs(now.occupancy! - was.occupancy!),
    offers: Math.abs(now.offers / was.offers - 1),
  };
}
const ALLOWED = { serviceLevel: 0.05, gaveUp: 0.025, wait: 0.2, occupancy: 0.03, offers: 0.03 };

const beyond = (found: Readonly<Record<string, number>>): string[] =>
  Object.entries(ALLOWED).flatMap(([name, most]) => (found[name]! <= most ? [] : [name]));

const laneOf = ({ lanes }: DayFigures, queue: string, tier: string) =>
  lanes.find((lane) => lane.queue === queue && lane.tier === tier)!;

test('given_a_day_when_it_is_replayed_with_the_same_rules_then_it_is_nearly_the_same_day', () => {
  const was = figures(outcomeOf(day));
  expect(was.total.offered).toBe(1050);
  expect(was.total.abandoned).toBeGreaterThan(30);
  expect(was.failedOffers).toBeGreaterThan(10);
  for (const seed of [1, 2, 3])
    expect(beyond(differences(was, figures(again(day, RULES, seed))))).toEqual([]);
});

test('given_a_log_that_is_not_of_that_day_then_the_replay_is_another_day', () => {
  const was = figures(outcomeOf(day));
  const isOf = ({ agent = '', call = '' }: LogEvent, lost: (id: string) => boolean) =>
    lost(agent) || lost(call);
  const calls = new Set(day.calls.filter((_call, index) => index % 4 === 0).map(({ id }) => id));
  const damaged = {
    'no answers': log.filter(({ type }) => type !== 'CallConnected'),
    'two agents lost': log.filter((one) => !isOf(one, (id) => ['a0001', 'a0002'].includes(id))),
    'every fourth call lost': log.filter((one) => !isOf(one, (id) => calls.has(id))),
  };
  for (const [how, events] of Object.entries(damaged)) {
    const now = figures(again(dayOf(events, day.from, day.to)));
    expect({ how, beyond: beyond(differences(was, now)) }).not.toEqual({ how, beyond: [] });
  }
});

test('given_the_same_seed_then_it_is_the_same_to_the_last_call', () => {
  expect(again(day)).toEqual(again(day));
  expect(again(day, RULES, 2)).not.toEqual(again(day));
});

test('given_every_rule_then_every_caller_ends_once', () => {
  for (const rules of [RULES, rulesOf('fifo'), rulesOf('strict', 1000)]) {
    const { visits } = again(day, rules);
    expect(new Set(visits.map(({ call, at }) => `${call} ${at}`)).size).toBe(1050);
    expect(visits).toHaveLength(1050);
  }
});

test('given_strict_order_instead_of_fifo_then_vips_wait_less_also_beside_the_others', () => {
  const [strict, fifo] = [figures(again(day, rulesOf('strict'))), figures(again(day, rulesOf('fifo')))];
  const waits = (of: DayFigures) => [laneOf(of, 'general', 'vip'), laneOf(of, 'general', 'standard')];
  const [strictVip, strictOthers] = waits(strict).map(({ averageMs }) => averageMs!);
  const [fifoVip, fifoOthers] = waits(fifo).map(({ averageMs }) => averageMs!);
  expect(strictVip! / strictOthers!).toBeLessThan(fifoVip! / fifoOthers! - 0.1);
  expect(strictVip!).toBeLessThan(fifoVip! * 0.85);
});

test('given_needs_that_relax_sooner_then_fewer_give_up_there_and_more_offers_are_at_a_later_step', () => {
  const [late, soon] = [figures(again(day)), figures(again(day, rulesOf('service-level', 5000)))];
  const [before, after] = [laneOf(late, 'wealth', 'vip'), laneOf(soon, 'wealth', 'vip')];
  expect(after.averageMs!).toBeLessThan(before.averageMs! * 0.8);
  expect(after.abandoned).toBeLessThan(before.abandoned);
  expect(soon.relaxedOffers).toBeGreaterThan(late.relaxedOffers);
  const changed = changedVisits(again(day), again(day, rulesOf('service-level', 5000)), 5);
  expect(changed).toHaveLength(5);
  expect(changed.every((one) => one.before.call === one.after.call)).toBe(true);
});

test('given_rules_without_a_queue_then_its_callers_are_sent_away', () => {
  const general = [...RULES.queues.values()].filter(({ name }) => name === 'general');
  const lane = laneOf(figures(again(day, routingRules('fifo', general))), 'wealth', 'vip');
  expect(lane).toMatchObject({ offered: 150, answered: 0, left: 150 });
});

// ── one call at a time ───────────────────────────────────────────────────────────────────────────────────────────────

const stateOf =
  (agent: string) =>
  (s: number, at: string, more: LogEvent['data'] = {}) =>
    event(s, 'AgentStateChanged', { agent }, { state: at, ...more });
const logsIn = (agent: string, skills: object) => [
  stateOf(agent)(1, 'not-ready', { skills, attributes: {} }),
  stateOf(agent)(2, 'ready'),
];

/** One call of 60 s of talk, offered to a1 at once, answered after 4 s. */
const ONE_CALL = [
  ...logsIn('a1', { service: 8 }),
  event(10, 'CallQueued', { call: 'c1' }, { queue: 'general', tier: '', knownTo: { 'last-agent': 'a2' } }),
  event(10, 'CallOffered', { call: 'c1', agent: 'a1' }, { rule: 'only', step: 0 }),
  stateOf('a1')(10, 'reserved'),
  event(14, 'CallConnected', { call: 'c1', agent: 'a1' }),
  stateOf('a1')(14, 'talking'),
  stateOf('a1')(74, 'wrap-up'),
  event(74, 'CallEnded', { call: 'c1' }, {}),
  stateOf('a1')(84, 'ready'),
];

test('the last agent is asked first where the changed rules say so', () => {
  const queue = RULES.queues.get('general')!;
  const first = routingRules('fifo', [{ ...queue, first: { who: ['last-agent'], forMs: 20_000 } }]);
  const both = dayOf([...logsIn('a2', { service: 6 }), ...ONE_CALL]);
  const [same] = again(both).visits;
  const [changed] = again(both, first).visits;
  expect(changed).toMatchObject({ agent: 'a2', rule: 'familiar', isFamiliar: true, waitedMs: 4000 });
  expect(same!.rule).not.toBe('familiar');
});

test('a caller who waits where nobody is there is sent away at once, as the engine does', () => {
  const gone = dayOf([
    ...ONE_CALL,
    stateOf('a1')(90, 'logged-out'),
    event(95, 'CallQueued', { call: 'c2' }, { queue: 'general' }),
    event(99, 'CallEnded', { call: 'c2' }, { abandoned: true }),
  ]);
  expect(again(gone).visits.find(({ call }) => call === 'c2')).toMatchObject({
    how: 'left',
    exit: 'no-agents',
    waitedMs: 0,
  });
});

test('what somebody does after his wait he does only if it ended as it did', () => {
  const events = [
    ...ONE_CALL,
    event(100, 'CallQueued', { call: 'c2' }, { queue: 'wealth', maxWaitMs: 30_000 }),
    event(130, 'CallLeftQueue', { call: 'c2' }, { why: 'timeout' }),
    event(132, 'CallQueued', { call: 'c2' }, { queue: 'general' }),
    event(150, 'CallEnded', { call: 'c2' }, { abandoned: true }),
  ];
  const wealthy = dayOf([...logsIn('a3', { wealth: 9 }), ...events]);
  const stuck = dayOf([...logsIn('a3', { wealth: 6 }), ...events]);
  const ends = (of: RecordedDay) =>
    again(of)
      .visits.filter(({ call }) => call === 'c2')
      .map(({ how }) => how);
  expect(ends(wealthy)).toEqual(['answered']);
  expect(ends(stuck).length).toBeGreaterThan(0);
});

test('whoever keeps a place from before is served before one who came earlier', () => {
  const comes = (s: number, call: string, since: number) => [
    event(s, 'CallQueued', { call }, { queue: 'general', since: since * 1000 }),
    event(s + 500, 'CallEnded', { call }, { abandoned: true }),
  ];
  const events = [...ONE_CALL, ...comes(20, 'early', 20), ...comes(30, 'kept', 5)];
  const { visits } = again(dayOf(events.sort((a, b) => a.at - b.at)));
  const answered = visits.filter(({ how, call }) => how === 'answered' && call !== 'c1');
  expect(answered.map(({ call, waitedMs }) => [call, waitedMs])).toEqual([
    ['kept', 83_000],
    ['early', 142_000],
  ]);
});
