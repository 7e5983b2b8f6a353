import { erlangA, erlangAWithin } from '../../../base/erlang.ts';
import { PoolRun, type PoolTally } from './pool.ts';
import { type Sample, sampleOf } from './sample.ts';

/** A pool as the reference tables have it. */
export interface ErlangRow {
  readonly callsPerHour: number;
  readonly handleMs: number;
  readonly agents: number;
  readonly patienceMs: number;
}

const row = (callsPerHour: number, handleS: number, agents: number, patienceS: number): ErlangRow => ({
  callsPerHour,
  handleMs: handleS * 1000,
  agents,
  patienceMs: patienceS * 1000,
});

export const ERLANG_ROWS: readonly ErlangRow[] = [
  row(100, 180, 5, 120),
  row(360, 240, 24, 180),
  row(360, 240, 22, 180),
  row(1000, 300, 83, 120),
  row(6000, 240, 400, 180),
  row(6000, 240, 380, 180),
];

export interface Comparison {
  readonly figure: string;
  readonly unit: '%' | 's';
  readonly expected: number;
  readonly measured: Sample;
  /** Distance in standard errors. */
  readonly z: number;
}

const WITHIN_MS = 20_000;
/** An empty centre looks like a full one after so many handle times. */
const WARM_UP_HANDLE_TIMES = 20;

/**
 * Runs the rules of matching on a row, in independent runs, and compares them with Erlang A.
 * @param seeds one of each run
 * @param calls so many are counted in each run, about
 */
export function compareRow(pool: ErlangRow, seeds: readonly number[], calls: number): Comparison[] {
  const tallies = seeds.map((seed) => tallyOf(pool, calls, seed));
  const forecast = erlangA(pool);
  const within = erlangAWithin(pool, WITHIN_MS);
  const of = (figure: string, unit: '%' | 's', expected: number, per: (tally: PoolTally) => number) => {
    const measured = sampleOf(tallies.map(per));
    return { figure, unit, expected, measured, z: (measured.mean - expected) / measured.error };
  };
  return [
    of('P(W>0)', '%', 100 * forecast.delayed, ({ tiers: [all] }) => (100 * all!.delayed) / all!.calls),
    of('E[W]', 's', forecast.waitMs / 1000, ({ tiers: [all] }) => all!.waitMs / all!.calls / 1000),
    of('P(ab)', '%', 100 * forecast.abandoned, ({ tiers: [all] }) => (100 * all!.abandoned) / all!.calls),
    of('20 s, of all', '%', 100 * within, ({ tiers: [all] }) => (100 * all!.inTime) / all!.calls),
    of(
      '20 s, of answered',
      '%',
      (100 * within) / (1 - forecast.abandoned),
      ({ tiers: [all] }) => (100 * all!.inTime) / (all!.calls - all!.abandoned),
    ),
    of('occupancy', '%', 100 * forecast.occupancy, ({ occupancy }) => 100 * occupancy),
  ];
}

function tallyOf(pool: ErlangRow, calls: number, seed: number): PoolTally {
  const tier = { tier: '', share: 1, goal: 0.8, targetMs: WITHIN_MS, priority: 0, bonusMs: 0 };
  return new PoolRun(
    { ...pool, tiers: [tier] },
    {
      order: 'service-level',
      learns: true,
      warmUpMs: WARM_UP_HANDLE_TIMES * pool.handleMs,
      countedMs: (calls / pool.callsPerHour) * 3_600_000,
      seed,
    },
  ).result();
}
