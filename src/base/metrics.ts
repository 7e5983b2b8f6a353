/** Values of a metric's labels, in the order of their names. */
type Labels = readonly string[];

/** What is known of a metric before anything was counted. */
export interface MetricName {
  /** With its unit at the end, and `_total` for a counter: the naming rules of Prometheus. */
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  readonly labels?: readonly string[];
}

/** A metric, written out on demand. */
export interface Metric extends MetricName {
  readonly type: 'counter' | 'gauge' | 'histogram';
  lines(): string[];
}

/** Sets of labels that one metric has at most; what comes after them is counted together, as `other`. */
const MOST_SETS = 300;
const OTHER = 'other';

/** Something that only grows. */
export class Counter implements Metric {
  readonly type = 'counter';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly #counts = new Map<string, { readonly values: Labels; count: number }>();

  constructor({ name, help, labels = [] }: MetricName) {
    [this.name, this.help, this.labels] = [name, help, labels];
    if (labels.length === 0) this.add(0);
  }

  add(count: number, ...values: string[]): void {
    const key = keyOf(values);
    const known = this.#counts.get(key);
    if (known) known.count += count;
    else if (this.#counts.size < MOST_SETS) this.#counts.set(key, { values, count });
    else this.#addOther(count);
  }

  lines(): string[] {
    return [...this.#counts.values()].map(({ values, count }) => line(this.name, this.labels, values, count));
  }

  #addOther(count: number): void {
    const values = this.labels.map(() => OTHER);
    const known = this.#counts.get(keyOf(values));
    if (known) known.count += count;
    else this.#counts.set(keyOf(values), { values, count });
  }
}

/** What a gauge reads: label values, then the value. */
export type Reading = readonly [values: Labels, value: number];

/** Something that goes up and down, or that is counted elsewhere: read when it is asked for. */
export class Gauge implements Metric {
  readonly type: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly #read: () => Iterable<Reading>;

  /** @param type 'counter' for what only grows */
  constructor(
    { name, help, labels = [] }: MetricName,
    read: () => Iterable<Reading>,
    type: 'gauge' | 'counter' = 'gauge',
  ) {
    [this.name, this.help, this.labels] = [name, help, labels];
    this.#read = read;
    this.type = type;
  }

  lines(): string[] {
    return [...this.#read()].map(([values, value]) => line(this.name, this.labels, values, value));
  }
}

interface Spread {
  readonly values: Labels;
  /** By bucket, not summed up; the last one is for what is above all. */
  readonly counts: number[];
  sum: number;
}

/** How values are spread: how many are at most so large, and their sum. */
export class Histogram implements Metric {
  readonly type = 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly #bounds: readonly number[];
  readonly #spreads = new Map<string, Spread>();

  /** @param bounds upper bounds of the buckets, rising */
  constructor({ name, help, labels = [] }: MetricName, bounds: readonly number[]) {
    [this.name, this.help, this.labels] = [name, help, labels];
    this.#bounds = bounds;
    if (labels.length === 0) this.#spreadOf([]);
  }

  observe(value: number, ...values: string[]): void {
    const spread = this.#spreadOf(values);
    let bucket = 0;
    while (bucket < this.#bounds.length && value > this.#bounds[bucket]!) bucket += 1;
    spread.counts[bucket]! += 1;
    spread.sum += value;
  }

  lines(): string[] {
    const names = [...this.labels, 'le'];
    return [...this.#spreads.values()].flatMap(({ values, counts, sum }) => {
      let below = 0;
      const buckets = counts.map((count, index) => {
        below += count;
        const bound = this.#bounds[index];
        return line(
          `${this.name}_bucket`,
          names,
          [...values, bound === undefined ? '+Inf' : `${bound}`],
          below,
        );
      });
      return [
        ...buckets,
        line(`${this.name}_sum`, this.labels, values, sum),
        line(`${this.name}_count`, this.labels, values, below),
      ];
    });
  }

  #spreadOf(values: Labels): Spread {
    const key = keyOf(values);
    const known = this.#spreads.get(key);
    if (known) return known;
    if (this.#spreads.size >= MOST_SETS && values.some((value) => value !== OTHER))
      return this.#spreadOf(values.map(() => OTHER));
    const spread = { values, counts: new Array<number>(this.#bounds.length + 1).fill(0), sum: 0 };
    this.#spreads.set(key, spread);
    return spread;
  }
}

/** The text of all metrics in Prometheus' text format, version 0.0.4. */
export function exposition(metrics: readonly Metric[]): string {
  const blocks = metrics.map((metric) =>
    [
      `# HELP ${metric.name} ${metric.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      `# TYPE ${metric.name} ${metric.type}`,
      ...metric.lines(),
    ].join('\n'),
  );
  return `${blocks.join('\n')}\n`;
}

function keyOf(values: Labels): string {
  return values.length === 1 ? values[0]! : values.join('\n');
}

function line(name: string, labels: readonly string[], values: Labels, value: number): string {
  if (labels.length === 0) return `${name} ${shown(value)}`;
  const pairs = labels.map((label, index) => `${label}="${escaped(values[index] ?? '')}"`);
  return `${name}{${pairs.join(',')}} ${shown(value)}`;
}

function shown(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
