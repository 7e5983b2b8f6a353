import type { AttemptOutcome } from '../list/lead.ts';

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

interface EndedDial {
  readonly keys: readonly string[];
  readonly isLive: boolean;
  readonly at: number;
}

/** What one feature adds to the logarithm of the odds: a belief, normally distributed. */
interface Belief {
  mean: number;
  variance: number;
}

/** What a feature may change before anything is known: the odds by a factor of about e^±0.6, hours by less. */
const PRIOR_VARIANCE = 0.4;
const HOUR_VARIANCE = 0.1;
/** The rate before the first dial: a quarter, as if of some hundred dials, because those that end first are not like the rest. */
const RATE_PRIOR: Belief = { mean: -1.1, variance: 0.05 };
/** By how much what is known of a feature fades with each dial that shows it: some ten thousand dials are remembered. */
const FADING = 1 + 1 / 10_000;
/**
 * Answers are out from when there are less than the one share of what is expected until there are more than the other; `memory`, `prior` and `clearAfter`, when that would have been
 * noticed, are in expected answers.
 */
const OUTAGE = {
  memory: 25,
  prior: 4,
  below: 0.4,
  over: 0.6,
  clearAfter: 32,
  longestMs: 30 * 60_000,
} as const;
/** Where nobody ever answers, something still has to be expected. */
const LEAST_USUAL = 0.005;
const MOST_UNCLEAR = 400;
/** Dials of the same moment end in an order that says much: busy first, then the answers, then the rest. So they wait for each other. */
const SETTLED_MS = 60_000;
/** Dials that the usual share looks back. */
const USUAL_DIALS = 1000;
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
  /** Share of live answers as it usually is, while answers are not out. */
  #usual: number | undefined;
  /** Live answers of the last dials, and those that were to be expected. */
  #seen = 0;
  #due = 0;
  /** UTC ms. */
  #outSince: number | undefined;
  /** Dials of which it is not clear yet whether they belong to an outage, in the order in which they were made. */
  readonly #unclear: EndedDial[] = [];

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
      variance += belief?.variance ?? priorOf(key);
    }
    // The less that is known of a lead, the nearer he is to the rate.
    return logistic(this.#rate.mean + mean / Math.sqrt(1 + (Math.PI * variance) / 8));
  }

  /**
   * A dial rang for as long as it was to, or ended by itself: those that we let go teach nothing. Nor do those of an outage, when hardly
   * anybody answers whatever he is like; so what is learned is some dozens of dials old.
   * @param at when it was made, UTC ms
   */
  learn(features: DialFeatures, isLive: boolean, at: number): void {
    this.#usual ??= this.rate;
    this.#put({ keys: keysOf(features), isLive, at });
    if (this.#isOut(isLive ? 1 : 0, this.#usual, at)) this.#unclear.length = 0;
    const newest = this.#unclear.at(-1)?.at ?? at;
    const clearAfter = Math.min(MOST_UNCLEAR, OUTAGE.clearAfter / this.#usual);
    while (this.#unclear.length > clearAfter && this.#unclear[0]!.at <= newest - SETTLED_MS) {
      const dial = this.#unclear.shift()!;
      this.#usual += ((dial.isLive ? 1 : 0) - this.#usual) / USUAL_DIALS;
      this.#take(dial.keys, dial.isLive);
    }
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

  #put(dial: EndedDial): void {
    let place = this.#unclear.length;
    while (place > 0 && this.#unclear[place - 1]!.at > dial.at) place -= 1;
    this.#unclear.splice(place, 0, dial);
  }

  #take(keys: readonly string[], isLive: boolean): void {
    const seen = isLive ? 1 : 0;
    const beliefs = keys.map((key) => this.#beliefOf(key));
    let total = this.#rate.mean;
    let variance = 0;
    for (const [index, belief] of beliefs.entries()) {
      belief.variance = Math.min(priorOf(keys[index]!), belief.variance * FADING);
      total += belief.mean;
      variance += belief.variance;
    }
    move(beliefs, variance, logistic(total), seen);
    // By itself: what all leads have in common is the rate, not a feature.
    this.#rate.variance = Math.min(RATE_PRIOR.variance, this.#rate.variance * FADING);
    move([this.#rate], this.#rate.variance, this.rate, seen);
  }

  /** What goes on for long is no outage any more: then it is how things are. */
  #isOut(seen: number, due: number, at: number): boolean {
    const kept = Math.exp(-due / OUTAGE.memory);
    this.#seen = this.#seen * kept + seen;
    this.#due = this.#due * kept + due;
    const share = (this.#seen + OUTAGE.prior) / (this.#due + OUTAGE.prior);
    if (share < OUTAGE.below) this.#outSince ??= at;
    else if (share > OUTAGE.over) this.#outSince = undefined;
    if (this.#outSince === undefined) return false;
    if (at - this.#outSince < OUTAGE.longestMs) return true;
    this.#usual = Math.max(LEAST_USUAL, (due * this.#seen) / this.#due);
    this.#seen = this.#due;
    this.#outSince = undefined;
    return false;
  }

  #beliefOf(key: string): Belief {
    let belief = this.#beliefs.get(key);
    if (!belief) {
      belief = { mean: 0, variance: priorOf(key) };
      if (this.#beliefs.size < MOST_BELIEFS) this.#beliefs.set(key, belief);
    }
    return belief;
  }
}

/** What a dial says about odds is never quite nothing. */
const LEAST_WEIGHT = 0.01;

/** What is believed of some things together is moved by what came of it, of each the more the less certain it is. */
function move(beliefs: readonly Belief[], variance: number, chance: number, seen: number): void {
  const weight = Math.max(LEAST_WEIGHT, chance * (1 - chance));
  const part = 1 / (1 + variance * weight);
  for (const belief of beliefs) {
    belief.mean += belief.variance * part * (seen - chance);
    belief.variance *= 1 - belief.variance * weight * part;
  }
}

function logistic(logarithm: number): number {
  return 1 / (1 + Math.exp(-logarithm));
}

function priorOf(key: string): number {
  return key.startsWith('hour') || key.startsWith('week') ? HOUR_VARIANCE : PRIOR_VARIANCE;
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
