import { and, desc, eq, lt, or } from 'drizzle-orm';
import { Refused } from '../base/errors.ts';
import type { Authorship, EventWriter, LogEvent } from '../engine/changes.ts';
import type { Database } from '../store/connect.ts';
import { known } from '../store/known.ts';
import type { ContactWish } from './contact.ts';
import { contactWishTable } from './table.ts';
import type { NewWish, Wish } from './wish.ts';

/** One of these at most: each has an index by which the newest are found. */
export interface WishFilter {
  readonly kind?: ContactWish['kind'];
  readonly number?: string;
  readonly person?: string;
  readonly source?: string;
  /** Only those with a lower id. */
  readonly before?: number;
  readonly limit: number;
}

/** Who does not want to be called, who refused, who consented. */
export class WishStore {
  readonly #database: Database;
  readonly #events: EventWriter;
  readonly #put: (wish: NewWish) => number;

  constructor(database: Database, events: EventWriter) {
    this.#database = database;
    this.#events = events;
    this.#put = wishKeeper(database);
  }

  /** Remembers a wish; the same one again only becomes newer. @throws Refused `wish-of-nobody` */
  async add(wish: NewWish): Promise<Wish> {
    checkWhose(wish);
    let id = 0;
    this.#events.commit(() => {
      id = this.#put(wish);
      return [wishNoted(id, wish)];
    });
    return { id, ...wish };
  }

  /** Remembers all or none of these, without an event for each: whoever brings a list tells of it himself. @throws Refused `wish-of-nobody` */
  async addAll(wishes: readonly NewWish[]): Promise<void> {
    for (const wish of wishes) checkWhose(wish);
    this.#database.unit(() => {
      for (const wish of wishes) this.#put(wish);
    });
  }

  /** Notes that a list was brought in. */
  async noteImport(list: WishImport, { by, at }: Authorship): Promise<void> {
    this.#events.commit(() => [{ type: 'DoNotCallImported', version: 1, at, data: { ...list, by } }]);
  }

  /** The newest first. */
  async list(filter: WishFilter): Promise<Wish[]> {
    const { id, kind, number, person, source } = contactWishTable;
    return this.#database.query
      .select()
      .from(contactWishTable)
      .where(
        and(
          filter.kind === undefined ? undefined : eq(kind, filter.kind),
          filter.number === undefined ? undefined : eq(number, filter.number),
          filter.person === undefined ? undefined : eq(person, filter.person),
          filter.source === undefined ? undefined : eq(source, filter.source),
          filter.before === undefined ? undefined : lt(id, filter.before),
        ),
      )
      .orderBy(desc(id))
      .limit(filter.limit)
      .all()
      .map(known);
  }

  async byId(wanted: number): Promise<Wish | undefined> {
    const { id } = contactWishTable;
    const row = this.#database.query.select().from(contactWishTable).where(eq(id, wanted)).get();
    return row && known(row);
  }

  /** Those that concern somebody, in the order in which they were noted, at most 100. */
  async of(whom: { readonly person: string; readonly number: string }): Promise<Wish[]> {
    const { id, number, person } = contactWishTable;
    return this.#database.query
      .select()
      .from(contactWishTable)
      .where(
        or(
          whom.number === '' ? undefined : eq(number, whom.number),
          whom.person === '' ? undefined : eq(person, whom.person),
        ),
      )
      .orderBy(id)
      .limit(100)
      .all()
      .map(known);
  }

  /** Forgets a wish: it was noted by mistake, or taken back. @throws Refused `wish-unknown` */
  async remove(id: number, { by, at }: Authorship): Promise<void> {
    this.#events.commit(() => {
      const [wish] = this.#database.query
        .delete(contactWishTable)
        .where(eq(contactWishTable.id, id))
        .returning()
        .all();
      if (!wish) throw unknownWish(id);
      const { kind, campaign, person, number, source } = wish;
      return [
        {
          type: 'ContactWishRemoved',
          version: 1,
          at,
          data: { wish: id, kind, campaign, person, number, source, by },
        },
      ];
    });
  }
}

/** The refusal of a wish that is not there, or not for whoever asks. */
export function unknownWish(id: number): Refused {
  return new Refused('wish-unknown', `There is no wish ${id}`);
}

/** Writes wishes in the transaction of others. What it returns is to be logged in the same one. */
export function wishWriter(database: Database): (wish: NewWish) => LogEvent {
  const keep = wishKeeper(database);
  return (wish) => wishNoted(keep(wish), wish);
}

/** Keeps a wish and tells its id; the same one again only becomes newer. */
function wishKeeper(database: Database): (wish: NewWish) => number {
  const put = database.prepare(
    `INSERT INTO contact_wish (kind, campaign, person, number, source, at, until, "by") VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (number, person, kind, campaign, source) DO UPDATE SET at = excluded.at, until = excluded.until, "by" = excluded."by"
     RETURNING id`,
  );
  return ({ kind, campaign, person, number, source, at, until, by }) =>
    (put.get(kind, campaign, person, number, source, at, until ?? null, by) as { id: number }).id;
}

/** What became of a list that was brought in. */
export interface WishImport {
  readonly source: string;
  readonly campaign: string;
  /** Entries that are remembered now. */
  readonly entries: number;
  /** Rows that could not be read. */
  readonly refused: number;
}

function checkWhose({ person, number }: NewWish): void {
  if (person === '' && number === '')
    throw new Refused('wish-of-nobody', 'Say whose wish it is: give a person, a number, or both');
}

function wishNoted(
  wish: number,
  { kind, campaign, person, number, source, until, by, at }: NewWish,
): LogEvent {
  const data = { wish, kind, campaign, person, number, source, until: until ?? null, by };
  return { type: 'ContactWishNoted', version: 1, at, data };
}
