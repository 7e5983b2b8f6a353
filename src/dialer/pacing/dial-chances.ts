import { RING_BIN_MS, RING_BINS, type RingCurves } from './ring-times.ts';

/** Steps of the ring age in these tables: finer than those of the estimate, with straight lines between. */
const STEP_MS = 250;
const STEPS = (RING_BINS * RING_BIN_MS) / STEP_MS;
/** Propensities for which the expected answers so far are tabulated. */
const PROPENSITIES = [0.01, 0.03, 0.08, 0.15, 0.25, 0.4, 0.6, 0.85] as const;
const MOST = 0.98;
const LEAST = 0.002;

/** What a dial may come to, from its age and the lead's propensity. */
export class DialChances {
  readonly rate: number;
  readonly #live: Float64Array;
  readonly #other: Float64Array;
  readonly #due: readonly Float64Array[];

  constructor(curves: RingCurves) {
    this.rate = curves.rate;
    this.#live = finer(curves.live);
    this.#other = finer(curves.other);
    this.#due = PROPENSITIES.map((propensity) => dueBy(propensity, this.#live, this.#other));
  }

  /**
   * How probable it is that a person answers within each horizon, who has not by now. By Bayes: the longer it rings, the less it counts
   * what the lead usually does.
   * @param propensity of this lead, the present level of answering included @param into by horizon
   */
  within(propensity: number, ageMs: number, horizonsMs: readonly number[], into: Float64Array): void {
    const share = Math.min(MOST, Math.max(LEAST, propensity));
    const live = share * at(this.#live, ageMs);
    const still = live + (1 - share) * at(this.#other, ageMs);
    for (let horizon = 0; horizon < horizonsMs.length; horizon += 1) {
      const later = share * at(this.#live, ageMs + horizonsMs[horizon]!);
      into[horizon] = still > 0 ? (live - later) / still : 0;
    }
  }

  /** Live answers that were to be expected of a dial until this age (its compensator), by its propensity without the present level. */
  due(propensity: number, ageMs: number): number {
    let above = 0;
    while (above < PROPENSITIES.length - 1 && PROPENSITIES[above]! < propensity) above += 1;
    if (above === 0) return (at(this.#due[0]!, ageMs) * propensity) / PROPENSITIES[0];
    const low = PROPENSITIES[above - 1]!;
    const part = Math.min(1, (propensity - low) / (PROPENSITIES[above]! - low));
    return at(this.#due[above - 1]!, ageMs) * (1 - part) + at(this.#due[above]!, ageMs) * part;
  }
}

function dueBy(propensity: number, live: Float64Array, other: Float64Array): Float64Array {
  const due = new Float64Array(live.length);
  for (let step = 1; step < live.length; step += 1) {
    const still = propensity * live[step - 1]! + (1 - propensity) * other[step - 1]!;
    const answers = propensity * (live[step - 1]! - live[step]!);
    due[step] = due[step - 1]! + (still > 0 ? answers / still : 0);
  }
  return due;
}

function finer(curve: Float64Array): Float64Array {
  return Float64Array.from({ length: STEPS + 1 }, (_, step) => {
    const place = (step * STEP_MS) / RING_BIN_MS;
    const bin = Math.min(RING_BINS - 1, Math.floor(place));
    return curve[bin]! + (curve[bin + 1]! - curve[bin]!) * (place - bin);
  });
}

function at(table: Float64Array, ms: number): number {
  const step = (ms / STEP_MS + 0.5) | 0;
  return table[Math.max(0, Math.min(STEPS, step))]!;
}
