import { BernoulliSum } from './bernoulli-sum.ts';
import { meanAbove, skewedTail } from './normal.ts';

/** Below this variance the sums are reckoned exactly; above, a normal distribution corrected for skewness is as good. */
const EXACT_BELOW = 10;
/** In larger pools the variance is never that small. */
const MOST_AGENTS_EXACT = 150;
/** So many answers or agents can be summed exactly. */
const MOST_EXACT = 300;
const LEAST_DEVIATION = 0.05;

/**
 * Answers that come against agents who become free, at several horizons. The question is always the same: would one more answer at that
 * moment find an agent?
 */
export class Balance {
  readonly #horizons: number;
  /** Agents there now, less customers who wait for one. */
  #capacity = 0;
  /** Squared coefficient of variation of the answer level: what all answers have in common. */
  #variation = 0;
  readonly #mean: Float64Array;
  readonly #variance: Float64Array;
  readonly #third: Float64Array;
  readonly #answers: Float64Array;
  /** Chances one after the other, all horizons of a trial together, until it is clear how they are summed. */
  #freeTrials = new Float64Array(1024);
  #freeEnd = 0;
  #answerTrials = new Float64Array(1024);
  #answerEnd = 0;
  readonly #free: readonly BernoulliSum[];
  readonly #answered: readonly BernoulliSum[];
  /** By horizon. */
  readonly #isExact: boolean[];
  /** Trials are kept only where the sums may be exact. */
  #keepsTrials = true;

  constructor(horizons: number) {
    this.#horizons = horizons;
    this.#mean = new Float64Array(horizons);
    this.#variance = new Float64Array(horizons);
    this.#third = new Float64Array(horizons);
    this.#answers = new Float64Array(horizons);
    this.#isExact = new Array<boolean>(horizons).fill(false);
    this.#free = Array.from({ length: horizons }, () => new BernoulliSum(MOST_EXACT));
    this.#answered = Array.from({ length: horizons }, () => new BernoulliSum(MOST_EXACT));
  }

  /** @param agents who are at work */
  begin(capacity: number, variation: number, agents: number): void {
    this.#keepsTrials = agents <= MOST_AGENTS_EXACT;
    this.#capacity = capacity;
    this.#variation = variation;
    this.#mean.fill(0);
    this.#variance.fill(0);
    this.#third.fill(0);
    this.#answers.fill(0);
    this.#freeEnd = 0;
    this.#answerEnd = 0;
  }

  /**
   * Agents may become free, each by himself.
   * @param chances by horizon, from `at` on @param staying how probable it is that one stays then @param agents how many have these chances
   */
  mayBeFree(chances: Float64Array, at: number, staying: number, agents: number): void {
    if (this.#keepsTrials)
      for (let agent = 0; agent < agents; agent += 1) this.#keepFree(chances, at, staying);
    for (let horizon = 0; horizon < this.#horizons; horizon += 1) {
      const free = staying * chances[at + horizon]!;
      const chance = agents * free;
      const variance = chance * (1 - free);
      this.#mean[horizon]! -= chance;
      this.#variance[horizon]! += variance;
      this.#third[horizon]! -= variance * (1 - 2 * free);
    }
  }

  #keepFree(chances: Float64Array, at: number, staying: number): void {
    const horizons = this.#horizons;
    if (this.#freeEnd + horizons > this.#freeTrials.length) this.#freeTrials = doubled(this.#freeTrials);
    for (let horizon = 0; horizon < horizons; horizon += 1)
      this.#freeTrials[this.#freeEnd + horizon] = staying * chances[at + horizon]!;
    this.#freeEnd += horizons;
  }

  /** A dial may be answered. @param chances by horizon */
  mayAnswer(chances: Float64Array): void {
    const horizons = this.#horizons;
    if (this.#keepsTrials) {
      if (this.#answerEnd + horizons > this.#answerTrials.length)
        this.#answerTrials = doubled(this.#answerTrials);
      this.#answerTrials.set(chances, this.#answerEnd);
      this.#answerEnd += horizons;
    }
    this.#count(chances);
  }

  /** All is known that there is: from now on, `risk` and `excess` can be asked, and more dials be added. */
  settle(): void {
    for (let horizon = 0; horizon < this.#horizons; horizon += 1) {
      const isFew = this.#spread(horizon) <= EXACT_BELOW && this.#answers[horizon]! <= MOST_EXACT / 2;
      this.#isExact[horizon] = this.#keepsTrials && isFew;
      if (this.#isExact[horizon]) this.#sumUp(horizon);
    }
  }

  #sumUp(horizon: number): void {
    const free = this.#free[horizon]!;
    const answered = this.#answered[horizon]!;
    free.clear();
    answered.clear();
    for (let at = horizon; at < this.#freeEnd; at += this.#horizons) free.add(this.#freeTrials[at]!);
    for (let at = horizon; at < this.#answerEnd; at += this.#horizons) answered.add(this.#answerTrials[at]!);
  }

  /** One more dial, after `settle`. @param chances by horizon */
  addDial(chances: Float64Array): void {
    this.#count(chances);
    for (let horizon = 0; horizon < this.#horizons; horizon += 1)
      if (this.#isExact[horizon]) this.#answered[horizon]!.add(chances[horizon]!);
  }

  /** How probable it is that one more answer finds no agent, as the mean over the horizons. */
  risk(): number {
    let sum = 0;
    for (let horizon = 0; horizon < this.#horizons; horizon += 1)
      sum += this.#isExact[horizon] ? this.#exactRisk(horizon) : this.#normalRisk(horizon);
    return sum / this.#horizons;
  }

  /** How many customers are expected to find no agent, of the dials under way. */
  excess(): number {
    let most = 0;
    for (let horizon = 0; horizon < this.#horizons; horizon += 1) {
      const deviation = Math.max(LEAST_DEVIATION, Math.sqrt(this.#spread(horizon)));
      most = Math.max(most, meanAbove(this.#capacity, this.#mean[horizon]!, deviation));
    }
    return most;
  }

  #count(chances: Float64Array): void {
    for (let horizon = 0; horizon < this.#horizons; horizon += 1) {
      const chance = chances[horizon]!;
      const variance = chance * (1 - chance);
      this.#mean[horizon]! += chance;
      this.#answers[horizon]! += chance;
      this.#variance[horizon]! += variance;
      this.#third[horizon]! += variance * (1 - 2 * chance);
    }
  }

  #spread(horizon: number): number {
    return this.#variance[horizon]! + this.#variation * this.#answers[horizon]! ** 2;
  }

  #normalRisk(horizon: number): number {
    const deviation = Math.max(LEAST_DEVIATION, Math.sqrt(this.#spread(horizon)));
    const skewness = this.#third[horizon]! / deviation ** 3;
    return skewedTail(this.#capacity - 0.5, this.#mean[horizon]!, deviation, skewness);
  }

  /** Answers ≥ capacity + agents who became free. */
  #exactRisk(horizon: number): number {
    const free = this.#free[horizon]!;
    const answered = this.#answered[horizon]!;
    let fewer = 0;
    let next = 0;
    let risk = 0;
    for (let more = 0; more < free.length; more += 1) {
      const needed = this.#capacity + more;
      while (next < answered.length && next < needed) {
        fewer += answered.at(next);
        next += 1;
      }
      if (fewer >= 1) break;
      risk += free.at(more) * (1 - fewer);
    }
    return Math.max(0, risk);
  }
}

function doubled(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * array.length);
  larger.set(array);
  return larger;
}
