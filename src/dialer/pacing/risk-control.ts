import { PACING } from './constants.ts';

/**
 * The risk per answer that may be taken for a share of abandoned answers: what a prediction is worth differs between sites, so the ratio of
 * the two is learned from what became of answers.
 */
export class RiskControl {
  /** Of allowed risk ÷ aim. */
  #logarithm = Math.log(PACING.firstRisk);

  /** @param aim share of the answers that might be abandoned when this one came */
  note(isAbandoned: boolean, aim: number): void {
    const moved = this.#logarithm + PACING.gain * (aim - (isAbandoned ? 1 : 0));
    this.#logarithm = Math.min(Math.log(PACING.mostRisk), Math.max(Math.log(PACING.leastRisk), moved));
  }

  /** @param aim share of the answers that may be abandoned */
  allowed(aim: number): number {
    return aim * Math.exp(this.#logarithm);
  }
}
