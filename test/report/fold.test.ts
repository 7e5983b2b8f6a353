import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogEvent } from '../../src/engine/changes.ts';
import { ReportFold } from '../../src/report/fold.ts';
import { addQueueCounts, byQuarter, noQueueCounts, QUARTER_MS, type Sums } from '../../src/report/sums.ts';
import { event } from '../replay/recorded.ts';

const a1 = { agent: 'a1' };
const c1 = { call: 'c1' };
const HEAD = '[""]';

const state = (s: number, at: string, reason?: string, agent = 'a1') =>
  event(s, 'AgentStateChanged', { agent }, { state: at, ...(reason && { reason }) });
const queued = (s: number, call: string, more: LogEvent['data'] = {}) =>
  event(
    s,
    'CallQueued',
    { call },
    { queue: 'cards', tier: 'gold', since: s * 1000, goal: 0.8, targetMs: 20_000, ...more },
  );

function summed(events: readonly LogEvent[], until?: number): Sums {
  const fold = new ReportFold(() => HEAD);
  for (const one of events) fold.take(one);
  if (until !== undefined) fold.settle(until * 1000);
  return fold.drain();
}

/** Of the only queue, tier and quarter that there is. */
function only(events: readonly LogEvent[]) {
  const { queues } = summed(events);
  expect(queues).toHaveLength(1);
  return queues[0]!;
}

test('a caller who is answered: his wait, his target, and what the agent needed for him', () => {
  const counts = only([
    state(0, 'not-ready', 'logged-in'),
    state(1, 'ready'),
    queued(10, 'c1'),
    event(12, 'CallOffered', { ...c1, ...a1 }),
    state(12, 'reserved'),
    state(13, 'ringing'),
    event(30, 'CallConnected', { ...c1, ...a1 }, { queue: 'cards', queueWaitedMs: 20_000 }),
    state(30, 'talking'),
    state(40, 'hold'),
    state(45, 'talking'),
    state(60, 'wrap-up'),
    event(60, 'CallEnded', c1, { abandoned: false }),
    state(68, 'ready'),
  ]);
  expect(counts).toEqual({
    ...noQueueCounts(),
    ...{ at: 0, queue: 'cards', tier: 'gold', branches: HEAD },
    ...{ offered: 1, answered: 1, inTarget: 1, waitMs: 20_000, longestMs: 20_000 },
    ...{ goal: 0.8, targetMs: 20_000 },
    ...{ handled: 1, talkMs: 25_000, holdMs: 5_000, wrapUpMs: 8_000 },
  });
});

test.each([
  [
    'hangs up',
    4.9,
    [event(14.9, 'CallEnded', c1, { abandoned: true })],
    { abandoned: 1, shortAbandoned: 1, abandonedWaitMs: 4_900, longestMs: 4_900 },
  ],
  [
    'hangs up late',
    5,
    [event(15, 'CallEnded', c1, { abandoned: true })],
    { abandoned: 1, abandonedWaitMs: 5_000, longestMs: 5_000 },
  ],
  ['is sent away', 60, [event(70, 'CallLeftQueue', c1, { why: 'timeout' })], { left: 1, longestMs: 60_000 }],
  ['is hung up on', 9, [event(19, 'CallEnded', c1, { abandoned: false })], { left: 1, longestMs: 9_000 }],
  [
    'is answered late',
    21,
    [event(31, 'CallConnected', { ...c1, ...a1 }, { queueWaitedMs: 21_000 })],
    { answered: 1, waitMs: 21_000, longestMs: 21_000 },
  ],
])('a caller who %s counts once', (_how, _s, end, expected) => {
  expect(only([queued(10, 'c1'), ...end])).toMatchObject({
    ...noQueueCounts(),
    offered: 1,
    goal: 0.8,
    targetMs: 20_000,
    ...expected,
  });
});

test('a caller counts in the quarter in which he came, an agent in those in which he worked', () => {
  const end = QUARTER_MS / 1000;
  const { queues, times } = summed([
    state(0, 'ready'),
    queued(end - 10, 'c1'),
    event(end + 5, 'CallConnected', { ...c1, ...a1 }, { queueWaitedMs: 15_000 }),
    state(end + 5, 'talking'),
    state(end + 65, 'wrap-up'),
    state(end + 75, 'logged-out'),
  ]);
  expect(queues.map(({ at, answered, talkMs, wrapUpMs }) => [at, answered, talkMs, wrapUpMs])).toEqual([
    [0, 1, 60_000, 10_000],
  ]);
  expect(times.map(({ at, state: is, ms }) => [at, is, ms])).toEqual([
    [0, 'ready', QUARTER_MS],
    [QUARTER_MS, 'ready', 5_000],
    [QUARTER_MS, 'talking', 60_000],
    [QUARTER_MS, 'wrap-up', 10_000],
  ]);
});

test('a wait counts from when it began, also where his place is older', () => {
  const [answered] = summed([
    queued(100, 'c1', { since: 40_000 }),
    event(101, 'CallEnded', c1, { abandoned: true }),
    queued(200, 'c2', { since: 40_000, from: 190_000 }),
    event(203, 'CallEnded', { call: 'c2' }, { abandoned: true }),
  ]).queues;
  expect(answered).toMatchObject({ abandonedWaitMs: 61_000 + 13_000, longestMs: 61_000 });
});

test('who was served and put back is a caller once more, and told apart', () => {
  const counts = only([
    queued(10, 'c1'),
    event(12, 'CallConnected', { ...c1, ...a1 }, { queueWaitedMs: 2_000 }),
    event(20, 'CallRequeued', c1, {
      queue: 'cards',
      tier: 'gold',
      since: 10_000,
      from: 20_000,
      targetMs: 20_000,
      goal: 0.8,
    }),
    event(50, 'CallConnected', { ...c1, ...a1 }, { queueWaitedMs: 30_000 }),
  ]);
  expect(counts).toMatchObject({ offered: 2, requeued: 1, answered: 2, inTarget: 1 });
});

test('what agents do with their calls is counted where it happened', () => {
  const { agents } = summed([
    event(1, 'CallOffered', { ...c1, ...a1 }),
    event(16, 'LegFailed', { ...c1, ...a1 }, { outcome: 'no-answer' }),
    event(17, 'CallOffered', { ...c1, ...a1 }),
    event(18, 'LegFailed', { ...c1, ...a1 }, { outcome: 'rejected' }),
    event(19, 'LegFailed', { ...c1, ...a1 }, { outcome: 'cancelled' }),
    event(20, 'CallConnected', { ...c1, ...a1 }, { to: {} }),
    event(30, 'CallTransferred', { ...c1, ...a1 }, { kind: 'blind' }),
    event(31, 'LegFailed', c1, { outcome: 'no-answer' }),
  ]);
  expect(agents).toEqual([
    { at: 0, agent: 'a1', offers: 2, answered: 0, others: 1, ringNoAnswers: 1, declined: 1, transfers: 1 },
  ]);
});

test('time goes on in a state until it is asked, and is taken back where an event comes late', () => {
  const fold = new ReportFold(() => HEAD);
  fold.take(state(0, 'not-ready', 'lunch'));
  fold.settle(100_000);
  fold.take(state(90, 'ready'));
  fold.take(state(95, 'logged-out'));
  fold.settle(200_000);
  expect(fold.drain().times).toEqual([
    { at: 0, agent: 'a1', state: 'not-ready', reason: 'lunch', ms: 90_000 },
    { at: 0, agent: 'a1', state: 'ready', reason: '', ms: 5_000 },
  ]);
});

test('what is under way goes on in another fold as if it were the same', () => {
  const events = [
    state(0, 'ready'),
    queued(10, 'c1'),
    event(15, 'CallConnected', { ...c1, ...a1 }, { queueWaitedMs: 5_000 }),
    state(15, 'talking'),
    queued(20, 'c2'),
    state(50, 'wrap-up'),
    event(55, 'CallEnded', { call: 'c2' }, { abandoned: true }),
    state(60, 'ready'),
    state(70, 'logged-out'),
  ];
  for (let cut = 0; cut <= events.length; cut += 1) {
    const first = new ReportFold(() => HEAD);
    for (const one of events.slice(0, cut)) first.take(one);
    const kept = JSON.parse(JSON.stringify(first.underWay));
    const second = new ReportFold(() => HEAD, kept);
    for (const one of events.slice(cut)) second.take(one);
    expect(together(first.drain(), second.drain())).toEqual(together(summed(events)));
  }
});

test('anything may stand in the log of another version', () => {
  const odd = [null, 3, 'x', [], {}];
  const types = [
    'CallQueued',
    'CallRequeued',
    'CallConnected',
    'CallLeftQueue',
    'CallEnded',
    'AgentStateChanged',
    'LegFailed',
    'CallbackDone',
  ];
  for (const type of types)
    for (const value of odd)
      summed([
        event(
          1,
          type,
          { ...c1, ...a1 },
          { queue: value, tier: value, since: value, state: value, outcome: value, queueWaitedMs: value },
        ),
      ]);
  const nan = summed([
    queued(1, 'c1', { since: 'x', targetMs: null }),
    event(9, 'CallEnded', c1, { abandoned: true }),
  ]);
  expect(nan.queues[0]).toMatchObject({ offered: 1, abandonedWaitMs: 8_000, targetMs: 0 });
});

test('quarters make up any stretch of time, forward and back', () => {
  const moment = fc.integer({ min: 0, max: 10 * QUARTER_MS });
  fc.assert(
    fc.property(moment, moment, (from, to) => {
      const parts = byQuarter(from, to);
      expect(parts.reduce((sum, { ms }) => sum + ms, 0)).toBe(to - from);
      for (const { at, ms } of parts) {
        expect(at % QUARTER_MS).toBe(0);
        expect(Math.abs(ms)).toBeLessThanOrEqual(QUARTER_MS);
      }
    }),
  );
});

function together(...all: readonly Sums[]) {
  const counts = noQueueCounts();
  for (const { queues } of all) for (const row of queues) addQueueCounts(counts, row);
  const times = new Map<string, number>();
  for (const { state: is, ms } of all.flatMap((one) => one.times)) times.set(is, (times.get(is) ?? 0) + ms);
  return { counts, times };
}
