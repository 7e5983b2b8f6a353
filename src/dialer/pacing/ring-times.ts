import { PACING } from './constants.ts';
import { Fading } from './fading.ts';

/** Width of a bin of the estimate, ms. */
export const RING_BIN_MS = 1000;
/** Whatever rings longer counts for the last bin. */
export const RING_BINS = 90;

/** How a dial left the state of ringing: a person, something else, or we let it go and cannot know. */
export type RingEnd = 'live' | 'other' | 'unknown';

/** How dials ring: when people answer, when it ends otherwise, and how many answer. */
export interface RingCurves {
  /** Share of dials that a person answers. */
  readonly rate: number;
  /** Of those that a person will answer, the share that still rings at the beginning of a bin; one more than there are bins. */
  readonly live: Float64Array;
  /** The same of all others. */
  readonly other: Float64Array;
}

/**
 * Learns ring times online: two competing risks, a hazard per second of ringing for each, from exposure; so what is let go early, or still
 * rings, is no bias.
 * @see Aalen–Johansen estimator of cumulative incidence, with a prior of pseudo-dials
 */
export class RingTimes {
  readonly #fading = new Fading(PACING.ringMemoryMs);
  readonly #live = new Float64Array(RING_BINS);
  readonly #other = new Float64Array(RING_BINS);
  readonly #unknown = new Float64Array(RING_BINS);

  note(end: RingEnd, afterMs: number, at: number): void {
    this.#fading.rescale(at, this.#live, this.#other, this.#unknown);
    const bins = end === 'live' ? this.#live : end === 'other' ? this.#other : this.#unknown;
    bins[ringBin(afterMs)]! += this.#fading.weight(at);
  }

  /** @param prior what is believed without own experience @param ringing ages of the dials under way, ms */
  curves(prior: RingCurves, ringing: readonly number[], now: number): RingCurves {
    const weight = this.#fading.weight(now);
    const still = new Float64Array(RING_BINS);
    for (const age of ringing) still[ringBin(age)]! += 1;
    const hazards = { live: new Float64Array(RING_BINS), other: new Float64Array(RING_BINS) };
    let atRisk = 0;
    for (let bin = RING_BINS - 1; bin >= 0; bin -= 1) {
      const lost = this.#unknown[bin]! / weight + still[bin]!;
      const live = this.#live[bin]! / weight + PACING.ringPriorDials * liveIn(prior, bin);
      const other = this.#other[bin]! / weight + PACING.ringPriorDials * otherIn(prior, bin);
      atRisk += live + other + lost;
      const exposure = Math.max(atRisk - lost / 2, live + other);
      hazards.live[bin] = exposure > 0 ? live / exposure : 0;
      hazards.other[bin] = exposure > 0 ? other / exposure : 0;
    }
    return fromHazards(hazards.live, hazards.other);
  }
}

/** When so many of those who answer in person have done so, ms after the dial. @param share 0 to 1 */
export function liveQuantileMs({ live }: RingCurves, share: number): number {
  const left = 1 - share;
  const bin = Math.max(
    1,
    live.findIndex((still) => still <= left),
  );
  const before = live[bin - 1]!;
  const part = before > live[bin]! ? (before - left) / (before - live[bin]!) : 1;
  return (bin - 1 + part) * RING_BIN_MS;
}

function ringBin(ageMs: number): number {
  return Math.min(RING_BINS - 1, Math.max(0, Math.floor(ageMs / RING_BIN_MS)));
}

function liveIn({ rate, live }: RingCurves, bin: number): number {
  return rate * (live[bin]! - live[bin + 1]!);
}

function otherIn({ rate, other }: RingCurves, bin: number): number {
  return (1 - rate) * (other[bin]! - other[bin + 1]!);
}

function fromHazards(liveHazard: Float64Array, otherHazard: Float64Array): RingCurves {
  const live = new Float64Array(RING_BINS + 1);
  const other = new Float64Array(RING_BINS + 1);
  let ringing = 1;
  for (let bin = 0; bin < RING_BINS; bin += 1) {
    live[bin + 1] = live[bin]! + ringing * liveHazard[bin]!;
    other[bin + 1] = other[bin]! + ringing * otherHazard[bin]!;
    ringing *= Math.max(0, 1 - liveHazard[bin]! - otherHazard[bin]!);
  }
  const rate = live[RING_BINS]! / (live[RING_BINS]! + other[RING_BINS]!);
  return { rate, live: survivors(live), other: survivors(other) };
}

/** From the cumulative incidence to the share that is left, of those that end this way. */
function survivors(incidence: Float64Array): Float64Array {
  const all = incidence[RING_BINS]!;
  return incidence.map((sofar) => (all > 0 ? Math.max(0, 1 - sofar / all) : 0));
}

/** What is believed before the first dial: people answer after about 12 s, the rest ends within 35 s. */
export const FIRST_BELIEF: RingCurves = {
  rate: PACING.priorAnswerRate,
  live: shareLeft((seconds) => Math.exp(-((seconds / 14) ** 2))),
  other: shareLeft((seconds) => Math.max(0, 1 - seconds / 35)),
};

function shareLeft(left: (seconds: number) => number): Float64Array {
  return Float64Array.from({ length: RING_BINS + 1 }, (_, bin) =>
    bin === RING_BINS ? 0 : left((bin * RING_BIN_MS) / 1000),
  );
}
