import type { AttemptOutcome } from '../campaign/lead.ts';

/** What is known of a dial before it is made. */
export interface DialFeatures {
  /** Hour of the day where it rings, 0 to 23. */
  readonly hour: number;
  /** 1 is Monday, 7 Sunday. */
  readonly weekday: number;
  /** How often this lead was dialled before. */
  readonly attempts: number;
  readonly lastOutcome?: AttemptOutcome;
  /** Hour of the day in which he last answered in person, if he did. */
  readonly answeredHour?: number;
  readonly list: string;
  /** Such as `mobile` or `fixed-line`; '' if nobody knows. */
  readonly numberKind: string;
}

/** An hour of the day, and how probable a live answer is in it. */
export interface HourChance {
  readonly hour: number;
  readonly chance: number;
}

/** What one feature adds to the logarithm of the odds: a belief, normally distributed. */
interface Belief {
  mean: number;
  variance: number;
}

/** Before anything is known, a feature changes the odds by a factor of about e^±0.6. */
const PRIOR_VARIANCE = 0.4;
/** The rate itself may be anywhere. */
const RATE_PRIOR: Belief = { mean: -1, variance: 2 };
/** By how much what is known of a feature fades with each dial that shows it: some two thousand dials are remembered. */
const FADING = 1 + 1 / 2000;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
/** Names of lists and of kinds come from outside: more of them than this are one. */
const MOST_BELIEFS = 2000;

/**
 * How probable it is that somebody answers in person: learned dial by dial for one campaign. What was not seen often changes little: a lead
 * of whom nothing is known has the campaign's rate.
 * @see Bayesian logistic regression by assumed density filtering: Graepel et al. 2010 (adPredictor), MacKay 1992 for the mean of a logistic
 */
export class Propensity {
  readonly #rate: Belief = { ...RATE_PRIOR };
  readonly #beliefs = new Map<string, Belief>();

  /** The campaign's rate, as it is for a dial without features. */
  get rate(): number {
    return logistic(this.#rate.mean);
  }

  /** Probability of a live answer, 0 to 1. */
  of(features: DialFeatures): number {
    let mean = 0;
    let variance = 0;
    for (const key of keysOf(features)) {
      const belief = this.#beliefs.get(key);
      mean += belief?.mean ?? 0;
      variance += belief?.variance ?? PRIOR_VARIANCE;
    }
    // The less that is known of a lead, the nearer he is to the rate.
    return logistic(this.#rate.mean + mean / Math.sqrt(1 + (Math.PI * variance) / 8));
  }

  /** A dial rang for as long as it was to, or ended by itself: those that we let go teach nothing. */
  learn(features: DialFeatures, isLive: boolean): void {
    const seen = isLive ? 1 : 0;
    const beliefs = keysOf(features).map((key) => this.#beliefOf(key));
    const chance = logistic(beliefs.reduce((total, { mean }) => total + mean, this.#rate.mean));
    for (const belief of beliefs) move(belief, seen, chance, PRIOR_VARIANCE);
    // By itself: what all leads have in common is the rate, not a feature.
    move(this.#rate, seen, this.rate, RATE_PRIOR.variance);
  }

  /**
   * The hours of the day in which this lead is best called, the best first.
   * @param permitted hours that come into question, 0 to 23
   */
  bestHours(features: DialFeatures, permitted: readonly number[] = HOURS): HourChance[] {
    return permitted
      .map((hour) => ({ hour, chance: this.of({ ...features, hour }) }))
      .sort((one, other) => other.chance - one.chance || one.hour - other.hour);
  }

  #beliefOf(key: string): Belief {
    let belief = this.#beliefs.get(key);
    if (!belief) {
      belief = { mean: 0, variance: PRIOR_VARIANCE };
      if (this.#beliefs.size < MOST_BELIEFS) this.#beliefs.set(key, belief);
    }
    return belief;
  }
}

/** What a dial says about odds is never quite nothing. */
const LEAST_WEIGHT = 0.01;

function move(belief: Belief, seen: number, chance: number, most: number): void {
  const variance = Math.min(most, belief.variance * FADING);
  belief.variance = 1 / (1 / variance + Math.max(LEAST_WEIGHT, chance * (1 - chance)));
  belief.mean += belief.variance * (seen - chance);
}

function logistic(logarithm: number): number {
  return 1 / (1 + Math.exp(-logarithm));
}

function keysOf(features: DialFeatures): string[] {
  const { hour, weekday, attempts, lastOutcome, answeredHour, list, numberKind } = features;
  const part = weekday >= 6 ? 'weekend' : 'week';
  return [
    `hour ${hour}`,
    `${part} ${Math.floor(hour / 3)}`,
    `attempts ${attempts < 4 ? attempts : 'many'}`,
    `last ${lastOutcome ?? 'none'}`,
    `habit ${habit(hour, answeredHour)}`,
    `list ${list}`,
    `kind ${numberKind}`,
  ];
}

/** How near an hour is to the one in which he answered, round the clock. */
function habit(hour: number, answeredHour: number | undefined): string {
  if (answeredHour === undefined) return 'unknown';
  const apart = Math.abs(hour - answeredHour);
  const hours = Math.min(apart, 24 - apart);
  return hours <= 1 ? 'near' : hours <= 3 ? 'close' : 'far';
}
