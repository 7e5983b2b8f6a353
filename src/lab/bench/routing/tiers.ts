import type { Order } from '../../../queue/queue.ts';
import { type PoolPlan, PoolRun, type PoolTally, type TierPlan } from './pool.ts';
import { type Sample, sampleOf } from './sample.ts';

const HOUR_MS = 3_600_000;
const SWING_MS = 2 * HOUR_MS;

/** Three tiers that share a pool, with targets that some mix of priorities meets. */
export interface TierScenario {
  readonly name: string;
  readonly plan: PoolPlan;
  /**
   * The fixed weights that serve the tiers most evenly, ms: found by a search over this very load. That they meet every goal shows that
   * some mix of priorities can.
   */
  readonly hindsightMs: readonly number[];
}

/** An order, as it is compared with the others. */
export interface Contestant {
  readonly name: string;
  readonly order: Order;
  readonly learns: boolean;
  readonly hindsight: boolean;
}

export const CONTESTANTS: readonly Contestant[] = [
  { name: 'fifo', order: 'fifo', learns: false, hindsight: false },
  { name: 'strict', order: 'strict', learns: false, hindsight: false },
  { name: 'score (wait + 60/30/0 s)', order: 'score', learns: false, hindsight: false },
  { name: 'delay ratio, fixed', order: 'service-level', learns: false, hindsight: false },
  { name: 'best fixed, in hindsight', order: 'service-level', learns: false, hindsight: true },
  { name: 'service-level', order: 'service-level', learns: true, hindsight: false },
];

const tiersOf = (
  shares: readonly [number, number, number],
  targetsS: readonly [number, number, number],
  goal: number,
): TierPlan[] =>
  ['vip', 'gold', 'standard'].map((tier, index) => ({
    tier,
    share: shares[index]!,
    goal,
    targetMs: targetsS[index]! * 1000,
    priority: 2 - index,
    bonusMs: [60_000, 30_000, 0][index]!,
  }));

const LARGE_TOP = tiersOf([0.5, 0.3, 0.2], [20, 30, 60], 0.85);
const SMALL_TOP = tiersOf([0.2, 0.3, 0.5], [10, 30, 120], 0.9);

const sine = (ms: number): number => 1 + 0.3 * Math.sin((2 * Math.PI * ms) / SWING_MS);
const steps = (ms: number): number => (ms % SWING_MS < SWING_MS / 2 ? 1.3 : 0.7);

const scenario = (
  name: string,
  agents: number,
  tiers: readonly TierPlan[],
  hindsightS: readonly [number, number, number],
  load?: (ms: number) => number,
): TierScenario => ({
  name,
  plan: { agents, callsPerHour: 720, handleMs: 240_000, patienceMs: 240_000, tiers, load },
  hindsightMs: hindsightS.map((seconds) => seconds * 1000),
});

export const STEADY: readonly TierScenario[] = [
  scenario('many vip', 50, LARGE_TOP, [17.1, 28.9, 72.9]),
  scenario('few vip', 49, SMALL_TOP, [1.6, 68, 331]),
];

export const SWINGING: readonly TierScenario[] = [
  scenario('many vip, wave of 2 h', 57, LARGE_TOP, [17.7, 29.4, 69.3], sine),
  scenario('many vip, steps of 1 h', 61, LARGE_TOP, [17.8, 29.7, 68], steps),
  scenario('few vip, wave of 2 h', 55, SMALL_TOP, [5.3, 39.2, 175], sine),
  scenario('few vip, steps of 1 h', 59, SMALL_TOP, [5.5, 39.3, 167], steps),
];

export interface TierOutcome {
  readonly contestant: Contestant;
  /** Of all calls, those answered within the target, in percent, tier by tier. */
  readonly reached: readonly Sample[];
  /** The worst tier's distance from its goal, in points. */
  readonly worst: number;
}

/** The weights begin at the targets: what they learn at first is not counted, nor an empty centre. */
const WARM_UP_MS = 20 * HOUR_MS;

/** Lets an order serve a scenario once per seed. @param hours so many are counted each time */
export function serveTiers(
  { plan, hindsightMs }: TierScenario,
  contestant: Contestant,
  seeds: readonly number[],
  hours: number,
): TierOutcome {
  const { order, learns, hindsight } = contestant;
  const weightsMs = hindsight ? hindsightMs : undefined;
  const run = { order, learns, weightsMs, warmUpMs: WARM_UP_MS, countedMs: hours * HOUR_MS };
  const tallies = seeds.map((seed) => new PoolRun(plan, { ...run, seed }).result());
  const reached = plan.tiers.map((_, index) => sampleOf(tallies.map((tally) => inTime(tally, index))));
  const distances = plan.tiers.map(({ goal }, index) => reached[index]!.mean - 100 * goal);
  return { contestant, reached, worst: Math.min(...distances) };
}

function inTime({ tiers }: PoolTally, index: number): number {
  const { inTime, calls } = tiers[index]!;
  return (100 * inTime) / calls;
}
