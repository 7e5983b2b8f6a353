import { PACING } from './constants.ts';
import { Fading } from './fading.ts';

/** Answers as they were foretold that are taken for seen. */
const PRIOR_ANSWERS = 6;

/** What the propensities that a campaign is given are worth: a factor that makes them right in the mean, as the day goes on. */
export class PropensityTrust {
  readonly #fading = new Fading(PACING.ringMemoryMs);
  /** Live answers seen, and foretold. */
  readonly #sums = new Float64Array(2);
  factor = 1;

  /** @param due live answers that were to be expected of a dial, by its propensity as it was given */
  note(isLive: boolean, due: number, at: number): void {
    this.#fading.rescale(at, this.#sums);
    const weight = this.#fading.weight(at);
    this.#sums[0]! += isLive ? weight : 0;
    this.#sums[1]! += weight * due;
    this.factor = (this.#sums[0]! / weight + PRIOR_ANSWERS) / (this.#sums[1]! / weight + PRIOR_ANSWERS);
  }
}
