/** What independent runs say of one figure. */
export interface Sample {
  readonly mean: number;
  /** Standard error of the mean. */
  readonly error: number;
}

/** @param values one of each run, two at least */
export function sampleOf(values: readonly number[]): Sample {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** The value that a share of them do not exceed. @param share 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

/** A time that is exponentially distributed. @param random a source of [0,1) */
export function exponential(random: () => number, mean: number): number {
  return -Math.log(1 - random()) * mean;
}
