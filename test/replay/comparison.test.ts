import { expect, test } from 'vitest';
import { skillQueue, USUAL_LANE } from '../../src/queue/queue.ts';
import { routingRules } from '../../src/queue/rules.ts';
import { becauseOf, changedVisits } from '../../src/replay/changed-calls.ts';
import { sideBySide } from '../../src/replay/comparison.ts';
import { figuresOf } from '../../src/replay/figures.ts';
import type { DayOutcome, VisitOutcome } from '../../src/replay/outcome.ts';
import { missingQueues, unknownNames } from '../../src/replay/unknown-names.ts';
import { dayOf, event } from './recorded.ts';

const visit = (call: string, more: Partial<VisitOutcome> = {}): VisitOutcome => ({
  call,
  at: 0,
  queue: 'general',
  tier: '',
  waitedMs: 10_000,
  how: 'answered',
  agent: 'a1',
  rule: 'longest-idle',
  step: 0,
  isFamiliar: false,
  ...more,
});
const outcome = (visits: VisitOutcome[]): DayOutcome => ({
  visits,
  offers: { made: 5, familiar: 1, relaxed: 2, failed: 1 },
  staff: { idleMs: 30_000, busyMs: 90_000 },
});
const within = (targetMs: number) =>
  routingRules('fifo', [
    skillQueue('general', { service: 5 }, { lanes: { '': { ...USUAL_LANE, targetMs } } }),
  ]);

const THREE = [
  visit('c1'),
  visit('c2', { waitedMs: 30_000, isFamiliar: true }),
  visit('c3', { how: 'abandoned', waitedMs: 50_000 }),
  visit('c4', { how: 'left', exit: 'timeout', waitedMs: 2000, tier: 'vip' }),
];

test('figures: those who gave up and those who were sent away were not answered in time', () => {
  const { total, lanes, occupancy, familiarAnswers } = figuresOf(outcome(THREE), within(20_000));
  expect(total).toEqual({
    offered: 4,
    answered: 2,
    abandoned: 1,
    left: 1,
    serviceLevel: 0.25,
    averageMs: 20_000,
    longestMs: 50_000,
  });
  expect([occupancy, familiarAnswers]).toEqual([0.75, 1]);
  expect(lanes.map(({ tier, offered, averageMs, targetMs }) => [tier, offered, averageMs, targetMs])).toEqual(
    [
      ['', 3, 20_000, 20_000],
      ['vip', 1, undefined, 20_000],
    ],
  );
});

test('side by side: each column by its own target, lanes that one of them has not are there', () => {
  const few = figuresOf(outcome(THREE.slice(0, 2)), within(40_000));
  const groups = sideBySide([figuresOf(outcome(THREE), within(20_000)), few]);
  expect(groups.map(({ queue, tier }) => [queue, tier])).toEqual([
    [undefined, undefined],
    ['general', ''],
    ['general', 'vip'],
  ]);
  expect(groups[1]!.targets).toEqual(['80% in 20s', '80% in 40s']);
  const inTime = groups[1]!.rows.find(({ name }) => name === 'answered in time')!;
  expect(inTime.values).toEqual([1 / 3, 1]);
  expect(groups[2]!.rows[0]!.values).toEqual([1, undefined]);
});

test('calls that changed most come first: lost or saved ones before those who only waited longer', () => {
  const after = [
    visit('c1', { agent: 'a2' }),
    visit('c2', { waitedMs: 70_000 }),
    visit('c3', { waitedMs: 40_000, rule: 'best-score', step: 1 }),
    THREE[3]!,
  ];
  const changed = changedVisits(outcome(THREE), outcome(after), 10);
  expect(changed.map((one) => one.after.call)).toEqual(['c3', 'c2', 'c1']);
  expect(changed.map((one) => [becauseOf(one.before), becauseOf(one.after)])[0]).toEqual([
    'gave up',
    'best score, step 2 had begun',
  ]);
  expect(changedVisits(outcome(THREE), outcome(THREE), 10)).toEqual([]);
});

test('what rules look at and the log has of nobody is named', () => {
  const queue = skillQueue('general', { service: 5, wealth: 9 });
  const prefers = [
    { text: 'caller.city == agent.site && caller.tier == "vip"', looksAt: [], score: () => 0 },
  ];
  const day = dayOf([
    event(
      1,
      'AgentStateChanged',
      { agent: 'a1' },
      { state: 'not-ready', skills: { service: 5 }, attributes: { site: 'x' } },
    ),
    event(2, 'CallQueued', { call: 'c1' }, { queue: 'gone', attributes: {} }),
    event(3, 'CallEnded', { call: 'c1' }, { abandoned: true }),
  ]);
  const rules = routingRules('fifo', [{ ...queue, prefers }]);
  expect(unknownNames(day, rules)).toEqual(['caller.city', 'skill.wealth']);
  expect(missingQueues(day, rules)).toEqual(['gone']);
});
