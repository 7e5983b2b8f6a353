import fc from 'fast-check';
import { expect, test } from 'vitest';
import { agentReport } from '../../src/report/agent-report.ts';
import { figuresOf, intervalReport, type LaneSums } from '../../src/report/interval-report.ts';
import { noAgentCounts, noQueueCounts, QUEUE_COUNTS } from '../../src/report/sums.ts';

const SUMS = {
  ...noQueueCounts(),
  ...{ offered: 100, answered: 80, inTarget: 60, abandoned: 15, shortAbandoned: 5, left: 5 },
  ...{ waitMs: 1_600_000, abandonedWaitMs: 300_000, longestMs: 95_000 },
  ...{ goal: 80, targetMs: 2_000_000 },
  ...{ handled: 40, talkMs: 7_200_000, holdMs: 400_000, wrapUpMs: 800_000 },
  ...{ callbacks: 4, callbacksDone: 3 },
};

test('the formulas of the field', () => {
  expect(figuresOf(SUMS)).toMatchObject({
    serviceLevel: 0.6,
    serviceLevelWithoutShort: 60 / 95,
    goal: 0.8,
    targetMs: 20_000,
    abandonmentRate: 0.15,
    averageWaitMs: 20_000,
    averageAbandonMs: 20_000,
    longestWaitMs: 95_000,
    averageTalkMs: 180_000,
    averageHoldMs: 10_000,
    averageWrapUpMs: 20_000,
    averageHandleMs: 210_000,
    callbacks: 4,
    callbacksDone: 3,
  });
});

test('where there is nothing to divide by, there is no figure', () => {
  const { serviceLevel, averageWaitMs, averageHandleMs, abandonmentRate, occupancy, goal } = figuresOf(
    noQueueCounts(),
  );
  expect([serviceLevel, averageWaitMs, averageHandleMs, abandonmentRate, occupancy, goal]).toEqual(
    Array(6).fill(undefined),
  );
  expect(
    figuresOf({ ...noQueueCounts(), offered: 3, abandoned: 3, shortAbandoned: 3 }).serviceLevelWithoutShort,
  ).toBe(undefined);
});

const lane = (at: number, queue: string, tier: string, offered: number): LaneSums => ({
  at,
  queue,
  tier,
  counts: { ...noQueueCounts(), offered, longestMs: offered },
});
const LANES = [lane(0, 'b', 'vip', 3), lane(0, 'a', '', 1), lane(0, 'a', 'vip', 2), lane(900, 'a', '', 5)];

test.each([
  [
    'centre',
    [
      [0, '', '', 6],
      [900, '', '', 5],
      [1800, '', '', 0],
    ],
  ],
  [
    'queue',
    [
      [0, 'a', '', 3],
      [0, 'b', '', 3],
      [900, 'a', '', 5],
    ],
  ],
  [
    'tier',
    [
      [0, 'a', '', 1],
      [0, 'a', 'vip', 2],
      [0, 'b', 'vip', 3],
      [900, 'a', '', 5],
    ],
  ],
] as const)('rows by %s, in order', (by, expected) => {
  const { rows, total } = intervalReport(LANES, [], [0, 900, 1800], by);
  expect(rows.map(({ at, queue, tier, offered }) => [at, queue, tier, offered])).toEqual(expected);
  expect(total).toMatchObject({ offered: 11, longestWaitMs: 5 });
});

test('agents are busy for all queues: their occupancy is of the whole centre', () => {
  const staff = [
    { at: 0, busyMs: 300, readyMs: 100, loggedInMs: 900 },
    { at: 900, busyMs: 0, readyMs: 400, loggedInMs: 400 },
  ];
  const centre = intervalReport(LANES, staff, [0, 900], 'centre');
  expect(centre.rows.map(({ occupancy }) => occupancy)).toEqual([0.75, 0]);
  expect(centre.total.occupancy).toBe(300 / 800);
  expect(intervalReport(LANES, staff, [0, 900], 'queue').rows[0]?.occupancy).toBe(undefined);
});

test('the sums of all intervals are those of the day', () => {
  const counts = fc.record(
    Object.fromEntries(QUEUE_COUNTS.map((name) => [name, fc.integer({ min: 0, max: 1_000 })])) as Record<
      (typeof QUEUE_COUNTS)[number],
      fc.Arbitrary<number>
    >,
  );
  const lanes = fc.array(
    fc.record({
      at: fc.constantFrom(0, 900, 1800),
      queue: fc.constantFrom('a', 'b'),
      tier: fc.constantFrom('', 'vip'),
      counts,
    }),
  );
  fc.assert(
    fc.property(lanes, fc.constantFrom('centre', 'queue', 'tier'), (all, by) => {
      const starts = [0, 900, 1800];
      const { rows, total } = intervalReport(all, [], starts, by as 'centre');
      const whole = intervalReport(
        all.map((one) => ({ ...one, at: 0 })),
        [],
        [0],
        'centre',
      );
      for (const name of ['offered', 'answered', 'inTarget', 'abandoned', 'left', 'callbacks'] as const) {
        expect(rows.reduce((sum, row) => sum + row[name], 0)).toBe(total[name]);
        expect(whole.total[name]).toBe(total[name]);
      }
      expect(Math.max(0, ...rows.map((row) => row.longestWaitMs))).toBe(total.longestWaitMs);
    }),
  );
});

test('an agent: his time by state and reason, his averages, what he sold', () => {
  const sums = {
    agent: '1001',
    counts: {
      ...noAgentCounts(),
      offers: 12,
      answered: 8,
      others: 2,
      ringNoAnswers: 2,
      declined: 1,
      transfers: 3,
    },
    times: [
      { state: 'ready', reason: '', ms: 600_000 },
      { state: 'talking', reason: '', ms: 1_000_000 },
      { state: 'hold', reason: '', ms: 100_000 },
      { state: 'wrap-up', reason: '', ms: 50_000 },
      { state: 'ringing', reason: '', ms: 50_000 },
      { state: 'not-ready', reason: 'lunch', ms: 1_800_000 },
      { state: 'not-ready', reason: 'meeting', ms: 300_000 },
    ],
  };
  const { rows, total } = agentReport(
    [sums],
    [{ agent: '1001', opportunities: 5, successes: 2 }],
    [
      { agent: '1001', result: 'sale', attempts: 4 },
      { agent: '1002', result: '', attempts: 1 },
    ],
  );
  expect(rows.map(({ agent }) => agent)).toEqual(['1001', '1002']);
  expect(rows[0]).toMatchObject({
    loggedInMs: 3_900_000,
    occupancy: 1_200_000 / 1_800_000,
    averageTalkMs: 100_000,
    averageHoldMs: 10_000,
    averageWrapUpMs: 5_000,
    averageHandleMs: 115_000,
    opportunityRate: 0.5,
    successRate: 0.4,
    dispositions: [{ result: 'sale', attempts: 4 }],
  });
  expect(rows[0]?.states).toContainEqual({ state: 'not-ready', reason: 'lunch', ms: 1_800_000 });
  expect(rows[1]).toMatchObject({ loggedInMs: 0, opportunityRate: undefined, successRate: undefined });
  expect(total).toMatchObject({
    answered: 8,
    opportunities: 5,
    dispositions: [
      { result: '', attempts: 1 },
      { result: 'sale', attempts: 4 },
    ],
  });
});
