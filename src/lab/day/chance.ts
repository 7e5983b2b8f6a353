import { seededRandom } from '../../base/random.ts';

/** How long something lasts. */
export interface Spread {
  readonly meanMs: number;
  readonly law: 'exponential' | 'lognormal' | 'fixed';
  /** Standard deviation ÷ mean, of a lognormal. */
  readonly cv: number;
}

/**
 * A stream of chance for one purpose. Streams of one seed do not disturb each other: whoever draws more from one leaves the others as
 * they were.
 */
export function chanceFor(seed: number, ...purpose: readonly (string | number)[]): () => number {
  return seededRandom(hash(`${seed}/${purpose.join('/')}`));
}

/** FNV-1a, 32 bit, with a final mix (murmur3): neighbouring purposes get streams that have nothing to do with each other. */
function hash(text: string): number {
  let mixed = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) mixed = Math.imul(mixed ^ text.charCodeAt(at), 0x01000193);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** One duration, whole ms, at least 1. @param chance a source of [0,1) */
export function drawMs({ meanMs, law, cv }: Spread, chance: () => number): number {
  switch (law) {
    case 'exponential':
      return whole(-meanMs * Math.log(1 - chance()));
    case 'lognormal': {
      // ln X is normal with variance ln(1 + cv²) and a mean that makes the mean of X what is asked for.
      const variance = Math.log(1 + cv * cv);
      return whole(meanMs * Math.exp(Math.sqrt(variance) * normal(chance) - variance / 2));
    }
    case 'fixed':
      return whole(meanMs);
  }
}

/** True with this probability. */
export function happens(probability: number, chance: () => number): boolean {
  return chance() < probability;
}

/** Standard normal, by Box and Muller. */
function normal(chance: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
}

/** Poisson: how many come when `mean` are expected. By Knuth's product, in pieces that do not underflow. */
export function drawCount(mean: number, chance: () => number): number {
  let count = 0;
  for (let left = mean; left > 0; left -= 500) {
    const limit = Math.exp(-Math.min(left, 500));
    for (let product = chance(); product > limit; product *= chance()) count += 1;
  }
  return count;
}

function whole(ms: number): number {
  return Math.max(1, Math.round(ms));
}
