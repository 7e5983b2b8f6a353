/** Memory at one moment of the soak. */
export interface Sample {
  /** Since the soak began, ms. */
  readonly at: number;
  /** How old the daemon was, ms. */
  readonly daemonAge: number;
  /** Bytes. */
  readonly supervisor: number;
  readonly asterisk: number;
  readonly daemon: number;
}

/** Daemons are compared that are of the same age, to this, ms. */
const AGE_STEP_MS = 15_000;

/**
 * By what share the memory of supervisor, Asterisk and a daemon of the same age together grew from the first third of the soak
 * to the last; the same for each of them. Medians, so that one collection of garbage more or less does not count.
 * @throws Error when a third has no sample, or when the thirds have no daemons of the same age
 */
export function growthOf(
  samples: readonly Sample[],
  lastedMs: number,
): Readonly<Record<'all' | 'supervisor' | 'asterisk' | 'daemon', number>> {
  const first = samples.filter(({ at }) => at < lastedMs / 3);
  const last = samples.filter(({ at }) => at >= (lastedMs * 2) / 3);
  const sides = [first, last].map((part) => ({
    supervisor: median(part.map((sample) => sample.supervisor)),
    asterisk: median(part.map((sample) => sample.asterisk)),
  }));
  const [before, after] = sides as [(typeof sides)[0], (typeof sides)[0]];
  const [young, old] = daemonsOfSameAge(first, last);
  const share = (now: number, then: number): number => Math.round((now / then - 1) * 1000) / 1000;
  return {
    all: share(after.supervisor + after.asterisk + old, before.supervisor + before.asterisk + young),
    supervisor: share(after.supervisor, before.supervisor),
    asterisk: share(after.asterisk, before.asterisk),
    daemon: share(old, young),
  };
}

/** Mean of the medians at each age that both thirds have seen. */
function daemonsOfSameAge(first: readonly Sample[], last: readonly Sample[]): [number, number] {
  const [young, old] = [byAge(first), byAge(last)];
  const ages = [...young.keys()].filter((age) => old.has(age));
  if (ages.length === 0) throw new Error('no daemon of the last third was as old as one of the first');
  const mean = (sizes: ReadonlyMap<number, number[]>): number =>
    ages.reduce((sum, age) => sum + median(sizes.get(age) ?? []), 0) / ages.length;
  return [mean(young), mean(old)];
}

function byAge(samples: readonly Sample[]): Map<number, number[]> {
  const sizes = new Map<number, number[]>();
  for (const { daemonAge, daemon } of samples) {
    const age = Math.floor(daemonAge / AGE_STEP_MS);
    sizes.set(age, [...(sizes.get(age) ?? []), daemon]);
  }
  return sizes;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('the soak was too short to compare its thirds');
  return middle;
}
