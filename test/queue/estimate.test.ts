import { describe, expect, test } from 'vitest';
import {
  expectedWaitMs,
  isNear,
  judged,
  LineFlow,
  NOTHING_TOLD,
  toldWait,
} from '../../src/queue/estimate.ts';

const SPEED = { servedPerMs: 1 / 30_000, lostPerMs: 0, ringMs: 0 };

describe('the wait before somebody', () => {
  test.each([
    // position, speed, ms
    [1, SPEED, 30_000],
    [4, SPEED, 120_000],
    [1, { ...SPEED, ringMs: 5000 }, 35_000],
    // Each of those before him gives up at a rate of 1/60 s: 30 + 20 + 15 s.
    [3, { ...SPEED, lostPerMs: 1 / 60_000 }, 65_000],
    // Without anybody before him, what others give up does not matter.
    [1, { ...SPEED, lostPerMs: 1 / 1000 }, 30_000],
  ])('at position %i with %o is %i ms', (position, speed, ms) => {
    expect(expectedWaitMs(position, speed)).toBe(ms);
  });
});

/** A line in which somebody leaves for an agent every `gapMs`, and somebody else comes at once. */
function steadyLine(agents: number, gapMs: number, departures: number): LineFlow {
  const flow = new LineFlow();
  flow.passed(0, agents);
  flow.entered();
  flow.entered();
  for (let count = 1; count <= departures; count += 1) {
    flow.passed(count * gapMs, agents);
    flow.offered(false);
    flow.entered();
  }
  return flow;
}

describe('how fast a line moves', () => {
  test('is guessed from conversations before it is known', () => {
    const flow = new LineFlow();
    flow.passed(0, 6);
    expect(flow.speed(6)?.servedPerMs).toBeCloseTo(6 / 180_000, 9);
    for (let count = 0; count < 200; count += 1) flow.handled(60_000);
    expect(flow.speed(6)?.servedPerMs).toBeCloseTo(6 / 60_000, 5);
  });

  test('is learned from those who leave it for an agent', () => {
    expect(1 / steadyLine(5, 12_000, 200).speed(5)!.servedPerMs).toBeCloseTo(12_000, -3);
  });

  test('changes at once with the agents who serve it', () => {
    const flow = steadyLine(5, 12_000, 200);
    expect(flow.speed(10)!.servedPerMs).toBeCloseTo(2 * flow.speed(5)!.servedPerMs, 12);
    expect(flow.speed(0)).toBeUndefined();
  });

  test('follows a change within some dozens of departures', () => {
    const flow = steadyLine(5, 12_000, 200);
    for (let count = 1; count <= 100; count += 1) {
      flow.passed(200 * 12_000 + count * 4000, 5);
      flow.offered(false);
      flow.entered();
    }
    expect(1 / flow.speed(5)!.servedPerMs).toBeLessThan(5500);
  });

  test('is not what it is while agents are free', () => {
    const flow = new LineFlow();
    for (let count = 0; count < 100; count += 1) {
      flow.passed(count * 1000, 6);
      flow.entered();
      flow.offered(true);
    }
    expect(flow.speed(6)?.servedPerMs).toBeCloseTo(6 / 180_000, 9);
  });

  test('a time that goes back is no time', () => {
    const flow = steadyLine(5, 12_000, 50);
    const before = flow.speed(5)?.servedPerMs;
    flow.passed(0, 5);
    expect(flow.speed(5)?.servedPerMs).toBe(before);
  });

  test('how readily they give up is learned too', () => {
    const flow = new LineFlow();
    flow.passed(0, 1);
    for (let count = 1; count <= 300; count += 1) {
      flow.entered();
      flow.passed(count * 90_000, 1);
      flow.left(true);
    }
    expect(1 / flow.speed(1)!.lostPerMs).toBeCloseTo(90_000, -4);
  });
});

describe('a wait as people are told it', () => {
  test.each([
    [0, 0, false],
    [45_000, 0, false],
    [46_000, 1, false],
    [66_000, 1, false],
    [67_000, 2, false],
    [150_000, 3, false],
    [200_000, 5, false],
    [331_000, 10, false],
    [25 * 60_000, 30, false],
    [34 * 60_000, 30, true],
  ])('of %i ms is %i minutes, more than that: %s', (ms, minutes, over) => {
    expect(toldWait(ms)).toEqual({ minutes, over });
  });
});

describe('how right an estimate was', () => {
  test.each([
    [60_000, 31_000, true],
    [60_000, 29_000, false],
    [300_000, 400_000, true],
    [300_000, 450_000, false],
    [0, 30_000, true],
  ])('%i ms told and %i ms waited are near: %s', (told, waited, near) => {
    expect(isNear(told, waited)).toBe(near);
  });

  test('is summed', () => {
    const all = judged(judged(NOTHING_TOLD, 60_000, 90_000), 200_000, 100_000);
    expect(all).toEqual({ estimates: 2, near: 1, errorMs: 70_000, absoluteErrorMs: 130_000 });
  });
});
