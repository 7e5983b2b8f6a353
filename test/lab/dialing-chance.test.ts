import { expect, test } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { chanceAt, normalQuantile, quantileMs, shareUpTo } from '../../src/lab/dialing/chance.ts';
import { Customers } from '../../src/lab/dialing/customers.ts';
import { EventHeap } from '../../src/lab/dialing/event-heap.ts';
import { type DialingScenario, liveFactor, staffing } from '../../src/lab/dialing/scenario.ts';
import { type DialingSetup, REFERENCE_ANSWERS, referenceSetup } from '../../src/lab/dialing/setup.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 8 * HOUR_MS;
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

test.each([
  [0.5, 0],
  [0.8413447460685429, 1],
  [0.15865525393145707, -1],
  [0.9772498680518208, 2],
  [0.0013498980316300933, -3],
  [0.975, 1.959963984540054],
])('the normal quantile of %d is %d', (share, expected) => {
  expect(normalQuantile(share)).toBeCloseTo(expected, 7);
});

test('chance by address is even, and addresses have nothing to do with each other', () => {
  const draws = Array.from({ length: 20_000 }, (_, index) => chanceAt(7, index, 1));
  const neighbours = Array.from({ length: 20_000 }, (_, index) => chanceAt(7, index, 2));
  expect(mean(draws)).toBeCloseTo(0.5, 2);
  expect(mean(draws.map((draw) => (draw - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
  expect(mean(draws.map((draw, index) => (draw - 0.5) * (neighbours[index]! - 0.5)))).toBeCloseTo(0, 2);
  expect(mean(draws.slice(1).map((draw, index) => (draw - 0.5) * (draws[index]! - 0.5)))).toBeCloseTo(0, 2);
  expect(chanceAt(8, 0, 1)).not.toBe(chanceAt(7, 0, 1));
});

test('durations have the mean and spread that they are asked for', () => {
  const law = { meanMs: 120_000, cv: 1 };
  const lasting = quantileMs(law);
  const draws = Array.from({ length: 100_000 }, (_, index) => lasting(chanceAt(1, index, 4)));
  expect(mean(draws) / 120_000).toBeCloseTo(1, 1);
  expect(Math.sqrt(mean(draws.map((draw) => (draw - 120_000) ** 2))) / 120_000).toBeCloseTo(1, 1);
  expect(shareUpTo(law, lasting(0.3))).toBeCloseTo(0.3, 4);
});

test('events come in the order of their times, those of one time as they were added', () => {
  const random = seededRandom(5);
  const heap = new EventHeap();
  const added: { time: number; subject: number }[] = [];
  for (let subject = 0; subject < 5000; subject += 1) {
    const time = Math.floor(random() * 500);
    added.push({ time, subject });
    heap.add(time, subject % 7, subject);
  }
  const expected = added.sort((one, other) => one.time - other.time || one.subject - other.subject);
  const taken = expected.map(() => {
    const event = { time: heap.time, subject: heap.subject, kind: heap.kind };
    heap.drop();
    return event;
  });
  expect(taken).toEqual(expected.map((event) => ({ ...event, kind: event.subject % 7 })));
  expect([heap.size, heap.time]).toEqual([0, Number.POSITIVE_INFINITY]);
});

test.each<[DialingScenario, number, number]>([
  ['flat', 0, 0.3],
  ['flat', 4 * HOUR_MS, 0.3],
  ['drift', 0, 0.2],
  ['drift', 4 * HOUR_MS, 0.325],
  ['drift', DAY_MS, 0.45],
  ['churn', HOUR_MS, 0.3],
  ['outage', 4 * HOUR_MS - 1, 0.3],
  ['outage', 4 * HOUR_MS, 0.02],
  ['outage', 4 * HOUR_MS + 600_000, 0.39],
  ['outage', 4 * HOUR_MS + 1_200_000, 0.3],
  ['all', 0, 0.2],
  ['all', 4 * HOUR_MS, 0.02],
  ['all', 4 * HOUR_MS + 600_000, 1.3 * (0.2 + 0.25 * (250 / 480))],
])('%s after %d ms: a share of %d answers', (scenario, atMs, expected) => {
  expect(0.3 * liveFactor(scenario, atMs, DAY_MS)).toBeCloseTo(expected, 10);
});

test('staff comes and goes with churn only', () => {
  expect(staffing('outage', 10, DAY_MS)).toEqual([{ atMs: 0, agents: 10 }]);
  expect(staffing('churn', 10, DAY_MS).map(({ agents }) => agents)).toEqual([6, 10, 7, 10, 5]);
  expect(staffing('all', 300, DAY_MS).map(({ atMs }) => atMs / HOUR_MS)).toEqual([0, 1.6, 3.2, 4.8, 6.4]);
});

const LEADS = 40_000;

/** Shares of what comes of dials. */
function shares(setup: DialingSetup, atMs: number): Record<string, number> {
  const customers = new Customers(setup, 3);
  const counts: Record<string, number> = {};
  for (let lead = 0; lead < LEADS; lead += 1) {
    const result = customers.resultOf(lead, atMs);
    counts[result] = (counts[result] ?? 0) + 1 / LEADS;
  }
  return counts;
}

test('people answer in the shares of the mix, on an even day and after a drift', () => {
  const even = shares(referenceSetup('flat', 10), 0);
  expect(even.live).toBeCloseTo(0.3, 2);
  expect(even.machine).toBeCloseTo(0.15, 2);
  expect(even['no-answer']).toBeCloseTo(0.4, 2);
  expect(even.busy).toBeCloseTo(0.1, 2);
  expect(even.failed).toBeCloseTo(0.05, 2);
  expect(shares(referenceSetup('drift', 10), DAY_MS).live).toBeCloseTo(0.45, 2);
});

test('each segment answers by its own rate, and in its own time', () => {
  const setup: DialingSetup = {
    ...referenceSetup('flat', 10),
    answers: {
      ...REFERENCE_ANSWERS,
      machine: 0,
      segments: [
        { share: 0.25, live: 1 },
        { share: 0.5, live: 0 },
        { share: 0.25, live: 1, liveAfter: { meanMs: 18_000, cv: 0 } },
      ],
    },
  };
  const customers = new Customers(setup, 1);
  const seen: { segment: number; result: string; afterMs: number }[] = [];
  for (let lead = 0; lead < 2000; lead += 1) {
    const result = customers.resultOf(lead, 0);
    seen.push({ segment: customers.segmentOf(lead), result, afterMs: customers.resultAfterMs(lead, result) });
  }
  const of = (segment: number) => seen.filter((one) => one.segment === segment);
  expect(of(1).length / seen.length).toBeCloseTo(0.5, 1);
  expect(new Set(of(0).map(({ result }) => result))).toEqual(new Set(['live']));
  expect(of(1).some(({ result }) => result === 'live')).toBe(false);
  expect(new Set(of(2).map(({ afterMs }) => afterMs))).toEqual(new Set([18_000]));
  expect(mean(of(0).map(({ afterMs }) => afterMs))).toBeLessThan(12_000);
  expect(Math.max(...seen.map(({ afterMs }) => afterMs))).toBeLessThanOrEqual(REFERENCE_ANSWERS.ringMs);
});
