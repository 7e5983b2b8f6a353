import { PACING } from './constants.ts';
import { Fading } from './fading.ts';

/** Width of the steps of a survival curve, ms. */
export const HANDLE_STEP_MS = 1000;
/** The curve goes so far; later the last hazard holds. */
const STEPS = 900;

/** Beginnings of the bins of the hazard, s. */
const EDGES = [
  0, 3, 6, 9, 12, 15, 18, 21, 25, 30, 35, 40, 50, 60, 75, 90, 110, 130, 150, 180, 210, 250, 300, 360, 450,
  600, 900,
] as const;
const BIN_OF = Uint8Array.from({ length: STEPS + 1 }, (_, second) =>
  EDGES.findLastIndex((edge) => edge <= second),
);

/** Share of phases that last at least so many steps, and what goes on after the last of them. */
export interface Survival {
  readonly left: Float64Array;
  /** Per step, beyond the curve. */
  readonly tailHazard: number;
}

/** Learns how long a phase of agents lasts: a hazard per bin of the time so far, from exposure, so that long ones are no surprise. */
export class HandleTimes {
  readonly #fading = new Fading(PACING.handleMemoryMs);
  /** Phases that ended, by bin, and time spent, in seconds. */
  readonly #ends = new Float64Array(EDGES.length);
  readonly #spent = new Float64Array(EDGES.length);
  readonly #priorMs: number;

  /** @param priorMs what the phase is believed to last before anything is known */
  constructor(priorMs: number) {
    this.#priorMs = priorMs;
  }

  /** A phase ended. */
  note(lastedMs: number, at: number): void {
    this.#fading.rescale(at, this.#ends, this.#spent);
    const weight = this.#fading.weight(at);
    this.#ends[binOf(lastedMs)]! += weight;
    expose(this.#spent, lastedMs, weight);
  }

  /** @param going how long those phases have lasted that go on, ms */
  survival(going: readonly number[], now: number): Survival {
    const weight = this.#fading.weight(now);
    const spent = this.#spent.map((sum) => sum / weight);
    for (const lasted of going) expose(spent, lasted, 1);
    const ends = sum(this.#ends) / weight + PRIOR_ENDS;
    const mean = (sum(spent) + (PRIOR_ENDS * this.#priorMs) / 1000) / ends;
    const hazards = spent.map(
      (time, bin) =>
        (this.#ends[bin]! / weight + PACING.handlePriorEnds) / (time + PACING.handlePriorEnds * mean),
    );
    const left = new Float64Array(STEPS + 1);
    left[0] = 1;
    for (let step = 0; step < STEPS; step += 1)
      left[step + 1] = left[step]! * Math.exp(-hazards[BIN_OF[step]!]!);
    return { left, tailHazard: hazards[EDGES.length - 1]! };
  }
}

/** Ended phases that the belief before the first one counts for. */
const PRIOR_ENDS = 3;

/** Share that lasts at least so long. @param steps may be any number of them, and a fraction */
export function leftAt({ left, tailHazard }: Survival, steps: number): number {
  if (steps <= 0) return 1;
  if (steps >= STEPS) return left[STEPS]! * Math.exp(-(steps - STEPS) * tailHazard);
  const whole = Math.floor(steps);
  return left[whole]! + (left[whole + 1]! - left[whole]!) * (steps - whole);
}

function binOf(ms: number): number {
  return BIN_OF[Math.min(STEPS, Math.max(0, Math.floor(ms / 1000)))]!;
}

function expose(spent: Float64Array, lastedMs: number, weight: number): void {
  const seconds = lastedMs / 1000;
  for (let bin = 0; bin < EDGES.length && EDGES[bin]! < seconds; bin += 1)
    spent[bin]! += weight * (Math.min(seconds, EDGES[bin + 1] ?? seconds) - EDGES[bin]!);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
