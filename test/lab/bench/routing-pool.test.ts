import { expect, test } from 'vitest';
import { compareRow, ERLANG_ROWS } from '../../../src/lab/bench/routing/erlang-rows.ts';
import { PoolRun } from '../../../src/lab/bench/routing/pool.ts';
import { CONTESTANTS, STEADY, serveTiers } from '../../../src/lab/bench/routing/tiers.ts';

const HOUR_MS = 3_600_000;
const SEEDS = [1, 2, 3, 4, 5, 6];
const [row] = ERLANG_ROWS;
const [manyVip, fewVip] = STEADY;

const run = (seed: number) => ({
  order: 'fifo' as const,
  learns: false,
  warmUpMs: HOUR_MS,
  countedMs: 5 * HOUR_MS,
  seed,
});

test('the rules of matching serve a pool as Erlang A says', () => {
  for (const { z } of compareRow(row!, SEEDS, 4000)) expect(Math.abs(z)).toBeLessThan(4);
});

test('and a pool with one agent more does not pass for it', () => {
  const simulated = compareRow({ ...row!, agents: row!.agents + 1 }, SEEDS, 4000);
  const expected = compareRow(row!, [1, 2], 10);
  const distances = simulated.map(
    ({ measured }, index) => Math.abs(measured.mean - expected[index]!.expected) / measured.error,
  );
  expect(Math.max(...distances)).toBeGreaterThan(10);
});

test('a seed is a run', () => {
  const tally = (seed: number) => new PoolRun(manyVip!.plan, run(seed)).result();
  expect(tally(7)).toEqual(tally(7));
  expect(tally(7)).not.toEqual(tally(8));
});

test('every order is called by the same callers', () => {
  const calls = CONTESTANTS.map(({ order, learns }) =>
    new PoolRun(manyVip!.plan, { ...run(1), order, learns })
      .result()
      .tiers.map((tier) => tier.calls)
      .join(),
  );
  expect(new Set(calls).size).toBe(1);
});

test('an order that learns raises the tier that a fixed delay ratio leaves behind', () => {
  const vipReached = (name: string) => {
    const contestant = CONTESTANTS.find((one) => one.name === name)!;
    return serveTiers(fewVip!, contestant, [1, 2], 30).reached[0]!.mean;
  };
  expect(vipReached('delay ratio, fixed')).toBeLessThan(85);
  expect(vipReached('service-level')).toBeGreaterThan(88);
});
