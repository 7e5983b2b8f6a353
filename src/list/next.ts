import type { Database, Prepared } from '../store/connect.ts';
import type { Lead, LeadQuery } from './lead.ts';
import type { LeadStanding } from './list.ts';
import type { ListStore } from './store.ts';

/** Where leads wait that are alike in everything but their order. */
interface Bucket {
  readonly list: number;
  readonly zone: number;
  readonly standing: LeadStanding;
}

/** A lead in its order: the smaller one first, of equal ones the lower number. */
interface Candidate {
  readonly n: number;
  readonly rank: number;
}

const DUE = (standing: LeadStanding): string =>
  `select n, due_at rank from lead where list = ? and zone = ? and standing = '${standing}' and due_at <= ? order by due_at, n limit ?`;

/** Finds the leads to dial next: by an index each for those fresh and those due, and only where the tally says that there are some. */
export class NextLeads {
  readonly #store: ListStore;
  readonly #buckets: Prepared;
  readonly #fresh: Prepared;
  readonly #again: Prepared;
  readonly #callback: Prepared;

  constructor(store: ListStore, database: Database) {
    this.#store = store;
    this.#buckets = database.prepare(
      "select distinct standing, zone from tally where list = ? and standing in ('fresh', 'again', 'callback') and leads > 0",
    );
    this.#fresh = database.prepare(
      "select n, -priority rank from lead where list = ? and zone = ? and standing = 'fresh' order by priority desc, n limit ?",
    );
    this.#again = database.prepare(DUE('again'));
    this.#callback = database.prepare(DUE('callback'));
  }

  /** See `LeadSource.next`: within a list, those due again come before the fresh ones, and these in the order of their priority. */
  find({ campaign, count, now, zones, except }: LeadQuery): Lead[] {
    const open = new Set(zones.map((set) => this.#store.zoneSets.find(set)));
    const passed = new Set(except.map((id) => this.#store.numberOf(id)));
    const lists = this.#store.listRows(campaign).filter((list) => list.is_on === 1);
    const buckets = lists.flatMap(({ n }) => this.#bucketsOf(n)).filter(({ zone }) => open.has(zone));
    const found: number[] = [];
    const take = (of: readonly Bucket[]): void => {
      if (found.length >= count || of.length === 0) return;
      found.push(...this.#first(of, count - found.length, now, passed));
    };
    take(buckets.filter(({ standing }) => standing === 'callback'));
    for (const { n } of lists) {
      const own = buckets.filter(({ list }) => list === n);
      take(own.filter(({ standing }) => standing === 'again'));
      take(own.filter(({ standing }) => standing === 'fresh'));
    }
    return found.map((n) => this.#store.leadAt(n));
  }

  #bucketsOf(list: number): Bucket[] {
    return (this.#buckets.all(list) as Omit<Bucket, 'list'>[]).map((bucket) => ({ list, ...bucket }));
  }

  #first(
    buckets: readonly Bucket[],
    count: number,
    now: number,
    passed: ReadonlySet<number | undefined>,
  ): number[] {
    const guess = count + Math.ceil(passed.size / buckets.length);
    const candidates = buckets.flatMap((bucket) => this.#free(bucket, count, guess, now, passed));
    if (buckets.length > 1) candidates.sort((a, b) => a.rank - b.rank || a.n - b.n);
    return candidates.slice(0, count).map(({ n }) => n);
  }

  /** The first of a bucket that nobody has in hand. Those in hand are at its head, nobody knows how many: `guess` is where to begin. */
  #free(
    bucket: Bucket,
    count: number,
    guess: number,
    now: number,
    passed: ReadonlySet<number | undefined>,
  ): Candidate[] {
    for (let limit = guess; ; limit *= 2) {
      const found = this.#inOrder(bucket, limit, now);
      const free = found.filter(({ n }) => !passed.has(n));
      if (free.length >= count || found.length < limit) return free.slice(0, count);
    }
  }

  #inOrder({ list, zone, standing }: Bucket, limit: number, now: number): Candidate[] {
    if (standing === 'fresh') return this.#fresh.all(list, zone, limit) as Candidate[];
    const due = standing === 'callback' ? this.#callback : this.#again;
    return due.all(list, zone, now, limit) as Candidate[];
  }
}
