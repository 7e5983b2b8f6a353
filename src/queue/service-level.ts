import type { Lane } from './queue.ts';

/**
 * A lane's weight as it stands: mutable, so that the one who compares callers asks for it once and then only divides. It starts at the
 * lane's target and moves with what its callers got.
 */
export interface LaneWeight {
  lane: Lane;
  /** Wait that makes a caller of this lane as urgent as one of another lane who has waited that one's weight, ms. */
  weightMs: number;
  pool: Pool;
  /** Share of the pool's last calls. */
  share: number;
}

/** Lanes that were seen to compete for an agent. */
interface Pool {
  readonly lanes: readonly LaneWeight[];
  /** By how much their goals are exceeded in the mean of the last calls; negative: missed. */
  excess: number;
  /** Calls so far; means are of all of them while they are few. */
  calls: number;
}

/** How far one caller's fate moves his lane's weight, for a lane of mean size; in small ones each caller counts more, up to `MOST_GAIN`. */
const GAIN = 0.01;
const MOST_GAIN = 0.1;
/** So many calls a pool looks back. */
const LOOKS_BACK = 500;
/** A weight stays within this factor of its lane's target, whatever happens. */
const REACH = 8;
/** Of the wait that a customer is known to tolerate, so much is his target: he is to be answered before he is tired of it. */
const PATIENCE_SHARE = 0.8;

/**
 * The order `service-level`: an adaptive delay ratio. The largest wait ÷ weight is first. A lane that is further below its goal than its
 * competitors gets a smaller weight, one that is further above a larger one, until all exceed their goals by as much, or miss them by as
 * little. What counts is the service level of all callers: those answered within the target, of all who came; who hangs up was missed.
 *
 * Against the mean of its competitors, and all at the same pace however many calls they have, because only the ratios of weights decide
 * anything: else, when everybody is late, as in an outage, or nobody, as at night, large lanes would drift away from small ones. The bounds
 * are for goals that cannot be reached at all: their lane must not take everything from the others.
 * @see van Mieghem 1995 (generalised cμ rule with delays as parts of targets); the weights follow a stochastic approximation
 */
export class DelayRatio {
  readonly #weights = new Map<string, LaneWeight>();

  /** The weight of a lane, the same object for the same key. When the rules change its target, what was learned stays. */
  lane(key: string, lane: Lane): LaneWeight {
    const known = this.#weights.get(key);
    if (known) {
      known.weightMs *= targetOf(lane) / targetOf(known.lane);
      known.lane = lane;
      return known;
    }
    const pool: Pool = { lanes: [], excess: 0, calls: 0 };
    const weight: LaneWeight = { lane, weightMs: targetOf(lane), pool, share: 1 };
    weight.pool = { ...pool, lanes: [weight] };
    this.#weights.set(key, weight);
    return weight;
  }

  /** Callers of both lanes wait where one agent could serve either. */
  compete(one: LaneWeight, other: LaneWeight): void {
    if (one.pool === other.pool) return;
    const lanes = [...one.pool.lanes, ...other.pool.lanes];
    const calls = one.pool.calls + other.pool.calls;
    const part = ({ pool }: LaneWeight): number => (calls > 0 ? pool.calls / calls : 0.5);
    const excess = part(one) * one.pool.excess + part(other) * other.pool.excess;
    const pool: Pool = { lanes, excess, calls };
    for (const lane of lanes) {
      lane.share *= part(lane);
      lane.pool = pool;
    }
  }

  /** A caller of this lane was answered. */
  served(weight: LaneWeight, waitMs: number): void {
    move(weight, waitMs <= weight.lane.targetMs ? 1 : 0);
  }

  /** A caller of this lane hung up, or waited for as long as he may. */
  lost(weight: LaneWeight): void {
    move(weight, 0);
  }
}

/** How urgent a caller is. @param ownTargetMs his own, if it is tighter than his lane's */
export function urgencyOf(weight: LaneWeight, waitMs: number, ownTargetMs = weight.lane.targetMs): number {
  return (waitMs * targetOf(weight.lane)) / (weight.weightMs * Math.max(1, ownTargetMs));
}

/** The target of a caller who is known to tolerate so much wait, ms. */
export function ownTargetMs(lane: Lane, patienceMs: number | undefined): number {
  return patienceMs === undefined ? lane.targetMs : Math.min(lane.targetMs, PATIENCE_SHARE * patienceMs);
}

function move(weight: LaneWeight, hit: number): void {
  const { lane, pool } = weight;
  pool.calls += 1;
  const news = 1 / Math.min(LOOKS_BACK, pool.calls);
  for (const one of pool.lanes) one.share += news * ((one === weight ? 1 : 0) - one.share);
  const excess = hit - lane.goal;
  pool.excess += news * (excess - pool.excess);
  const gain = Math.min(MOST_GAIN, GAIN / (weight.share * pool.lanes.length));
  const moved = weight.weightMs * Math.exp(gain * (excess - pool.excess));
  const target = targetOf(lane);
  weight.weightMs = Math.min(target * REACH, Math.max(target / REACH, moved));
}

/** A target of 0 would make everybody infinitely urgent. */
function targetOf(lane: Lane): number {
  return Math.max(1, lane.targetMs);
}
