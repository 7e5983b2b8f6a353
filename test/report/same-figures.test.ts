import { beforeAll, expect, test } from 'vitest';
import { exposition } from '../../src/base/metrics.ts';
import { CallMetrics } from '../../src/engine/call-metrics.ts';
import type { LogEvent } from '../../src/engine/changes.ts';
import { figuresOf as replayed } from '../../src/replay/figures.ts';
import { outcomeOf } from '../../src/replay/outcome.ts';
import { ReportFold } from '../../src/report/fold.ts';
import { intervalReport } from '../../src/report/interval-report.ts';
import { intervalsOf } from '../../src/report/span.ts';
import type { Sums } from '../../src/report/sums.ts';
import { callers, scenario, team } from '../lab/day-scenario.ts';
import { dayOf, logOf } from '../replay/recorded.ts';

const MINUTE_MS = 60_000;

/** A morning with too few agents, who have breaks and let it ring. */
const BUSY = scenario({
  lastsMs: 90 * MINUTE_MS,
  callers: [callers('retail', { calls: 300 }), callers('gold', { calls: 90, tier: 'vip' })],
  agents: [
    team('service', { count: 4, misses: 0.05, breaks: [{ atMs: 40 * MINUTE_MS, forMs: 10 * MINUTE_MS }] }),
  ],
});

let log: readonly LogEvent[];
let sums: Sums;
const metrics = new CallMetrics();

beforeAll(async () => {
  log = await logOf(BUSY);
  metrics.take(log);
  const fold = new ReportFold(() => '[""]');
  for (const event of log) fold.take(event);
  fold.settle(log.at(-1)!.at);
  sums = fold.drain();
});

const lanes = () =>
  sums.queues.map(({ at, queue, tier, branches: _all, ...counts }) => ({ at, queue, tier, counts }));

test('given_a_day_of_the_real_engine_then_the_report_says_what_a_replay_of_it_says', () => {
  const day = dayOf(log, BUSY.startAt - MINUTE_MS, BUSY.startAt + 24 * 60 * MINUTE_MS);
  const { lanes: expected, total } = replayed(outcomeOf(day), BUSY.rules);
  const report = intervalReport(
    lanes().map((one) => ({ ...one, at: 0 })),
    [],
    [],
    'tier',
  );
  expect(total.offered).toBeGreaterThan(300);
  expect(total.abandoned).toBeGreaterThan(10);
  expect(
    report.rows.map(({ queue, tier, offered, answered, abandoned, left }) => ({
      queue,
      tier,
      offered,
      answered,
      abandoned,
      left,
    })),
  ).toEqual(
    expected.map(({ queue, tier, offered, answered, abandoned, left }) => ({
      queue,
      tier,
      offered,
      answered,
      abandoned,
      left,
    })),
  );
  for (const [index, row] of report.rows.entries()) {
    const lane = expected[index]!;
    expect([row.serviceLevel, row.averageWaitMs, row.longestWaitMs, row.goal, row.targetMs]).toEqual([
      lane.serviceLevel,
      lane.averageMs,
      lane.longestMs,
      expect.closeTo(lane.goal),
      lane.targetMs,
    ]);
  }
});

test('given_the_same_day_then_metrics_and_report_count_the_same', () => {
  const said = exposition(metrics.metrics);
  const metric = (name: string): number =>
    [...said.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
  const { total } = intervalReport(lanes(), [], [], 'centre');
  expect(total.offered - total.requeued).toBe(metric('carillon_queue_entered_total'));
  expect(total.answered).toBe(metric('carillon_queue_answered_seconds_count'));
  expect((total.averageWaitMs! * total.answered) / 1000).toBeCloseTo(
    metric('carillon_queue_answered_seconds_sum'),
  );
  expect(total.abandoned).toBe(metric('carillon_calls_abandoned_total'));
  const offers = sums.agents.reduce((sum, one) => sum + one.offers, 0);
  expect(offers).toBe(metric('carillon_offers_total'));
});

test('given_the_same_day_then_agents_were_busy_for_as_long_as_a_replay_says', () => {
  const { staff } = dayOf(log, BUSY.startAt - MINUTE_MS, BUSY.startAt + 24 * 60 * MINUTE_MS);
  const msIn = (...states: readonly string[]): number =>
    sums.times.reduce((sum, { state, ms }) => sum + (states.includes(state) ? ms : 0), 0);
  expect(msIn('reserved', 'ringing', 'talking', 'hold', 'wrap-up')).toBe(staff.busyMs);
  expect(msIn('ready')).toBe(staff.idleMs);
  // What agents did for callers of queues is all that they did.
  const handled = sums.queues.reduce((sum, one) => sum + one.talkMs + one.holdMs + one.wrapUpMs, 0);
  expect(handled).toBe(msIn('talking', 'hold', 'wrap-up'));
});

test('given_the_same_day_then_its_quarters_make_up_its_hours_and_the_day', () => {
  const span = { from: BUSY.startAt - MINUTE_MS, to: BUSY.startAt + 4 * 60 * MINUTE_MS };
  for (const interval of ['15', '30', '60', 'day', 'span'] as const) {
    const starts = intervalsOf(span, interval, BUSY.zone);
    const placed = lanes().map((lane) => ({
      ...lane,
      at: starts.findLast((start) => start <= lane.at) ?? 0,
    }));
    const { rows, total } = intervalReport(placed, [], starts.slice(0, -1), 'centre');
    expect(rows.reduce((sum, { offered }) => sum + offered, 0)).toBe(total.offered);
    expect(rows).toHaveLength(starts.length - 1);
  }
});
