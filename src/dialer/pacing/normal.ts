/** Density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/** Chance that a standard normal variable is above z. @see Abramowitz & Stegun 26.2.17, error below 7.5e-8 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return normalDensity(z) * series;
}

/**
 * Chance that a sum with this mean, standard deviation and skewness is above a bound.
 * @see Edgeworth expansion of first order
 */
export function skewedTail(bound: number, mean: number, deviation: number, skewness: number): number {
  const z = (bound - mean) / deviation;
  const tail = normalTail(z) + (skewness / 6) * (z * z - 1) * normalDensity(z);
  return Math.min(1, Math.max(0, tail));
}

/** How far a normal variable is above a bound, in the mean, where not being above counts as 0. */
export function meanAbove(bound: number, mean: number, deviation: number): number {
  const z = (bound - mean) / deviation;
  return deviation * Math.max(0, normalDensity(z) - z * normalTail(z));
}
