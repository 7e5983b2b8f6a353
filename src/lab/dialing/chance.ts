/** A lognormal duration. `cv`: standard deviation ÷ mean. */
export interface Lognormal {
  readonly meanMs: number;
  readonly cv: number;
}

/**
 * Chance by address: the same seed, index and purpose always give the same number in (0,1), whoever asked before. So two policies that
 * dial in different rhythms still meet the same people. Algorithm: murmur3, 32 bit, over two words (public domain).
 */
export function chanceAt(seed: number, index: number, purpose: number): number {
  let mixed = seed | 0;
  mixed = stir(mixed, index);
  mixed = stir(mixed, purpose);
  mixed ^= 8;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  mixed ^= mixed >>> 16;
  return ((mixed >>> 0) + 0.5) / 2 ** 32;
}

function stir(mixed: number, word: number): number {
  let key = Math.imul(word, 0xcc9e2d51);
  key = Math.imul((key << 15) | (key >>> 17), 0x1b873593);
  const turned = mixed ^ key;
  return (Math.imul((turned << 13) | (turned >>> 19), 5) + 0xe6546b64) | 0;
}

/** The duration that a share of them does not exceed, as a function of that share in (0,1): whole ms, at least 1. */
export function quantileMs(law: Lognormal): (share: number) => number {
  const { mu, sigma } = logParameters(law);
  return (share) => Math.max(1, Math.round(Math.exp(mu + sigma * normalQuantile(share))));
}

/** The share of durations up to `limitMs`. */
export function shareUpTo(law: Lognormal, limitMs: number): number {
  const { mu, sigma } = logParameters(law);
  if (sigma === 0) return limitMs >= law.meanMs ? 1 : 0;
  const target = (Math.log(limitMs) - mu) / sigma;
  let low = 0;
  let high = 1;
  for (let step = 0; step < 50; step += 1) {
    const middle = (low + high) / 2;
    if (normalQuantile(middle) < target) low = middle;
    else high = middle;
  }
  return low;
}

function logParameters({ meanMs, cv }: Lognormal): { mu: number; sigma: number } {
  const variance = Math.log(1 + cv * cv);
  return { mu: Math.log(meanMs) - variance / 2, sigma: Math.sqrt(variance) };
}

const A = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
] as const;
const B = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1,
] as const;
const C = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
] as const;
const D = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416] as const;
const TAIL = 0.02425;

/** The standard normal's quantile, by Acklam's rational approximation (relative error below 1.2e-9). @param share in (0,1) */
export function normalQuantile(share: number): number {
  if (share < TAIL) return tail(Math.sqrt(-2 * Math.log(share)));
  if (share > 1 - TAIL) return -tail(Math.sqrt(-2 * Math.log(1 - share)));
  const off = share - 0.5;
  const r = off * off;
  const above = (((((A[0] * r + A[1]) * r + A[2]) * r + A[3]) * r + A[4]) * r + A[5]) * off;
  return above / (((((B[0] * r + B[1]) * r + B[2]) * r + B[3]) * r + B[4]) * r + 1);
}

function tail(q: number): number {
  const above = ((((C[0] * q + C[1]) * q + C[2]) * q + C[3]) * q + C[4]) * q + C[5];
  return above / ((((D[0] * q + D[1]) * q + D[2]) * q + D[3]) * q + 1);
}
