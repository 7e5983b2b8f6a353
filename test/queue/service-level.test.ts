import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Lane, USUAL_LANE } from '../../src/queue/queue.ts';
import { DelayRatio, type LaneWeight, ownTargetMs, urgencyOf } from '../../src/queue/service-level.ts';

const lane = (targetMs: number, goal = 0.8): Lane => ({ ...USUAL_LANE, targetMs, goal });

/** Two lanes that compete, with targets of 20 and 60 s. */
function rivals(): { ratio: DelayRatio; vip: LaneWeight; other: LaneWeight } {
  const ratio = new DelayRatio();
  const vip = ratio.lane('vip', lane(20_000));
  const other = ratio.lane('other', lane(60_000));
  ratio.compete(vip, other);
  return { ratio, vip, other };
}

test('at first the caller who has waited the larger part of his target is first', () => {
  const { vip, other } = rivals();
  expect(urgencyOf(vip, 10_000)).toBeCloseTo(0.5);
  expect(urgencyOf(other, 29_000)).toBeLessThan(urgencyOf(vip, 10_000));
  expect(urgencyOf(other, 31_000)).toBeGreaterThan(urgencyOf(vip, 10_000));
});

test('a lane that misses its goal overtakes one that reaches it', () => {
  const { ratio, vip, other } = rivals();
  for (let call = 0; call < 50; call += 1) {
    ratio.served(vip, 20_001);
    ratio.served(other, 1000);
  }
  expect(vip.weightMs).toBeLessThan(20_000);
  expect(other.weightMs).toBeGreaterThan(60_000);
});

test.each([
  [
    'answered within the target',
    (ratio: DelayRatio, weight: LaneWeight) => ratio.served(weight, 20_000),
    'up',
  ],
  ['answered too late', (ratio: DelayRatio, weight: LaneWeight) => ratio.served(weight, 20_001), 'down'],
  ['hung up', (ratio: DelayRatio, weight: LaneWeight) => ratio.lost(weight), 'down'],
] as const)('a caller who was %s moves his lane %s', (_, happen, way) => {
  const { ratio, vip, other } = rivals();
  for (let call = 0; call < 5; call += 1) ratio.served(other, call < 4 ? 0 : 60_001);
  happen(ratio, vip);
  expect(Math.sign(vip.weightMs - 20_000)).toBe(way === 'up' ? 1 : -1);
});

/** One call in twenty is a vip's; both lanes fare alike. */
function fare(
  { ratio, vip, other }: ReturnType<typeof rivals>,
  calls: number,
  hits: (call: number) => boolean,
) {
  for (let call = 0; call < calls; call += 1) {
    ratio.served(other, hits(call) ? 0 : 60_001);
    if (call % 20 === 0) ratio.served(vip, hits(call / 20) ? 0 : 20_001);
  }
}

test.each([
  ['an outage', () => false],
  ['a night', () => true],
])('%s that lanes share leaves them as they stand to each other, however unlike their volumes', (_, hits) => {
  const lanes = rivals();
  fare(lanes, 5000, (call) => call % 5 > 0);
  const before = lanes.other.weightMs / lanes.vip.weightMs;
  for (const calls of [100, 1000, 10_000]) {
    fare(lanes, calls, hits);
    const ratio = lanes.other.weightMs / lanes.vip.weightMs / before;
    expect(Math.abs(Math.log(ratio)), `after ${calls}`).toBeLessThan(Math.log(2));
  }
});

test('a goal that cannot be reached does not take everything from the others', () => {
  const { ratio, vip, other } = rivals();
  for (let call = 0; call < 20_000; call += 1) {
    ratio.lost(vip);
    ratio.served(other, 0);
  }
  expect(vip.weightMs).toBe(20_000 / 8);
  expect(other.weightMs).toBe(60_000 * 8);
});

test('lanes that do not compete are no measure for each other', () => {
  const apart = rivals();
  const elsewhere = apart.ratio.lane('elsewhere', lane(10_000));
  const shared = rivals();
  const joined = shared.ratio.lane('elsewhere', lane(10_000));
  shared.ratio.compete(joined, shared.vip);
  for (let call = 0; call < 100; call += 1) {
    apart.ratio.lost(elsewhere);
    shared.ratio.lost(joined);
    apart.ratio.served(apart.other, call % 5 === 0 ? 60_001 : 0);
    shared.ratio.served(shared.other, call % 5 === 0 ? 60_001 : 0);
  }
  apart.ratio.lost(apart.vip);
  shared.ratio.lost(shared.vip);
  expect(apart.vip.weightMs).toBeLessThan(20_000 * 0.95);
  expect(shared.vip.weightMs).toBeGreaterThan(20_000 * 0.95);
});

test('who competes with a competitor competes', () => {
  const { ratio, vip, other } = rivals();
  const third = ratio.lane('third', lane(90_000));
  ratio.compete(third, other);
  expect(new Set(vip.pool.lanes)).toEqual(new Set([vip, other, third]));
  expect(vip.pool).toBe(third.pool);
});

test('new rules keep what a lane has learned', () => {
  const { ratio, vip } = rivals();
  for (let call = 0; call < 50; call += 1) ratio.lost(vip);
  const learned = vip.weightMs / 20_000;
  const again = ratio.lane('vip', lane(40_000, 0.9));
  expect(again).toBe(vip);
  expect(vip.weightMs / 40_000).toBeCloseTo(learned);
  expect(vip.lane.goal).toBe(0.9);
});

test.each([
  [undefined, 20_000],
  [100_000, 20_000],
  [10_000, 8000],
])('somebody who is known to tolerate %s ms has a target of %d ms', (patienceMs, target) => {
  expect(ownTargetMs(lane(20_000), patienceMs)).toBe(target);
});

test('a tighter target of his own makes a caller more urgent by as much', () => {
  const { vip } = rivals();
  expect(urgencyOf(vip, 5000, 10_000)).toBeCloseTo(2 * urgencyOf(vip, 5000));
});

test('whatever happens, a weight stays within its bounds and urgency is a number that grows with the wait', () => {
  const fate = fc.record({ lane: fc.nat(2), waitMs: fc.option(fc.nat(1e6)) });
  fc.assert(
    fc.property(
      fc.array(fc.record({ targetMs: fc.nat(1e6), goal: fc.double({ min: 0, max: 1, noNaN: true }) }), {
        minLength: 3,
        maxLength: 3,
      }),
      fc.array(fate, { maxLength: 300 }),
      (rules, fates) => {
        const ratio = new DelayRatio();
        const lanes = rules.map((rule, index) => ratio.lane(String(index), { ...USUAL_LANE, ...rule }));
        ratio.compete(lanes[0]!, lanes[1]!);
        for (const { lane, waitMs } of fates) {
          if (waitMs === null) ratio.lost(lanes[lane]!);
          else ratio.served(lanes[lane]!, waitMs);
        }
        for (const weight of lanes) {
          const target = Math.max(1, weight.lane.targetMs);
          expect(weight.weightMs).toBeGreaterThanOrEqual(target / 8);
          expect(weight.weightMs).toBeLessThanOrEqual(target * 8);
          expect(urgencyOf(weight, 2000)).toBeGreaterThan(urgencyOf(weight, 1000));
          expect(urgencyOf(weight, 1000, 0)).toBeLessThan(Number.POSITIVE_INFINITY);
        }
      },
    ),
  );
});
