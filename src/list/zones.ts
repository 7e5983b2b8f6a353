import type { Database, Prepared } from '../store/connect.ts';

/** The sets of zones that numbers ring in, each stored once. */
export class ZoneSets {
  readonly #byKey = new Map<string, number>();
  readonly #byNumber = new Map<number, readonly string[]>();
  readonly #add: Prepared;

  constructor(database: Database) {
    this.#add = database.prepare('insert into zone_set (n, zones) values (?, ?)');
    const rows = database.prepare('select n, zones from zone_set').all() as { n: number; zones: string }[];
    for (const { n, zones } of rows) this.#keep(n, zones);
  }

  /** The number of a set, which is stored when it is new. */
  numberOf(zones: readonly string[]): number {
    const key = keyOf(zones);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const n = this.#byKey.size + 1;
    this.#add.run(n, key);
    this.#keep(n, key);
    return n;
  }

  /** The number of a set that is known. */
  find(zones: readonly string[]): number | undefined {
    return this.#byKey.get(keyOf(zones));
  }

  at(n: number): readonly string[] {
    return this.#byNumber.get(n) ?? [];
  }

  /** What was added by work that came to nothing is forgotten. @param count how many there were before it */
  cutTo(count: number): void {
    for (const [key, n] of this.#byKey) {
      if (n <= count) continue;
      this.#byKey.delete(key);
      this.#byNumber.delete(n);
    }
  }

  get size(): number {
    return this.#byKey.size;
  }

  #keep(n: number, key: string): void {
    this.#byKey.set(key, n);
    this.#byNumber.set(n, key === '' ? [] : key.split(' '));
  }
}

function keyOf(zones: readonly string[]): string {
  return zones.toSorted().join(' ');
}
