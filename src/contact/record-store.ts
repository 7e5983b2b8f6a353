import type { AttemptOutcome } from '../list/lead.ts';
import type { Database, Prepared } from '../store/connect.ts';
import type { ContactFacts, ContactRecord, ContactWish, PastContact } from './contact.ts';
import { LONGEST_LOOK_BACK_MS } from './data.ts';
import type { NewWish } from './wish.ts';

/** Facts go back by so much more than any rule looks: a day of the calendar is longer than 24 hours twice a year. */
const LOOK_BACK_MS = LONGEST_LOOK_BACK_MS + 2 * 86_400_000;
/** More contacts of one person or number are not looked at, the latest first: no cap permits so many. */
const MOST_CONTACTS = 500;
/** When so many are noted, those that the store has are forgotten. */
const SWEEP_AT = 2000;

interface AttemptRow {
  readonly id: string;
  readonly campaign: string;
  readonly person: string;
  readonly number: string;
  readonly at: number;
  readonly outcome: AttemptOutcome | null;
}

interface WishRow extends Omit<ContactWish, 'until'> {
  readonly until: number | null;
}

/** What was done and wished, from the database; and attempts of which it does not know yet, from memory. */
export class ContactRecordStore implements ContactRecord {
  readonly #ofPerson: Prepared;
  readonly #ofNumber: Prepared;
  readonly #byId: Prepared;
  readonly #wishesOfPerson: Prepared;
  readonly #wishesOfNumber: Prepared;
  /** Attempts that the store may not have as they are here. */
  readonly #noted = new Map<string, PastContact>();
  /** Their ids, by `person` and by `number`. */
  readonly #persons = new Map<string, Set<string>>();
  readonly #numbers = new Map<string, Set<string>>();
  #sweepAt = SWEEP_AT;
  readonly #wishAsOf: Prepared;
  /** Wishes that the store may not have, the oldest first. */
  readonly #wished: NewWish[] = [];

  constructor(database: Database) {
    const attempt = 'SELECT id, campaign, person, number, at, outcome FROM attempt WHERE';
    const latest = `AND at > ? ORDER BY at DESC LIMIT ${MOST_CONTACTS}`;
    this.#ofPerson = database.prepare(`${attempt} person = ? ${latest}`);
    this.#ofNumber = database.prepare(`${attempt} number = ? ${latest}`);
    this.#byId = database.prepare(`${attempt} id = ?`);
    const wish = 'SELECT kind, campaign, source, at, until FROM contact_wish WHERE';
    this.#wishesOfPerson = database.prepare(`${wish} person = ?`);
    this.#wishesOfNumber = database.prepare(`${wish} number = ?`);
    this.#wishAsOf = database.prepare(
      'SELECT 1 FROM contact_wish WHERE number = ? AND person = ? AND kind = ? AND campaign = ? AND source = ? AND at >= ?',
    );
  }

  /** @throws what the database throws */
  factsOf(person: string, number: string, now: number): ContactFacts {
    const since = now - LOOK_BACK_MS;
    const contacts = new Map<string, PastContact>();
    for (const rows of [this.#ofPerson.all(person, since), this.#ofNumber.all(number, since)])
      for (const row of rows as AttemptRow[]) contacts.set(row.id, contactOf(row));
    const ids = new Set([...(this.#persons.get(person) ?? []), ...(this.#numbers.get(number) ?? [])]);
    for (const id of ids) {
      const noted = this.#noted.get(id)!;
      // What the store knows as well is forgotten here.
      if (isKnownAs(contacts.get(id), noted)) this.#forget(noted);
      else contacts.set(id, noted);
    }
    this.#forgetKnownWishes();
    // A wish of the person for this very number is found twice, which changes nothing.
    const ofPerson = person === '' ? [] : this.#wishesOfPerson.all(person);
    const stored = [...ofPerson, ...this.#wishesOfNumber.all(number)] as WishRow[];
    const wished = this.#wished.filter(
      (wish) => wish.number === number || (person !== '' && wish.person === person),
    );
    return { contacts: [...contacts.values()], wishes: [...stored.map(wishOf), ...wished] };
  }

  note(contact: PastContact): void {
    const before = this.#noted.get(contact.attempt);
    // Its end is its last word, whatever is told again.
    if (before?.outcome !== undefined && contact.outcome === undefined) return;
    if (before) this.#forget(before);
    this.#noted.set(contact.attempt, contact);
    idsIn(this.#persons, contact.person).add(contact.attempt);
    idsIn(this.#numbers, contact.number).add(contact.attempt);
    if (this.#noted.size >= this.#sweepAt) this.#sweep();
  }

  wished(wish: NewWish): void {
    this.#wished.push(wish);
  }

  /** Wishes that are kept in memory: what the store has may be taken back there. */
  get wishes(): number {
    return this.#wished.length;
  }

  /** They come to the store in their order. */
  #forgetKnownWishes(): void {
    for (let one = this.#wished[0]; one !== undefined; one = this.#wished[0]) {
      const { number, person, kind, campaign, source, at } = one;
      if (!this.#wishAsOf.get(number, person, kind, campaign, source, at)) return;
      this.#wished.shift();
    }
  }

  /** Attempts that are kept in memory. */
  get noted(): number {
    return this.#noted.size;
  }

  #sweep(): void {
    for (const noted of [...this.#noted.values()]) {
      const row = this.#byId.get(noted.attempt) as AttemptRow | undefined;
      if (isKnownAs(row && contactOf(row), noted)) this.#forget(noted);
    }
    // What the store does not take for now is not asked for again and again.
    this.#sweepAt = this.#noted.size + SWEEP_AT;
  }

  #forget({ attempt, person, number }: PastContact): void {
    this.#noted.delete(attempt);
    dropFrom(this.#persons, person, attempt);
    dropFrom(this.#numbers, number, attempt);
  }
}

const isKnownAs = (stored: PastContact | undefined, noted: PastContact): boolean =>
  stored !== undefined && (stored.outcome !== undefined || noted.outcome === undefined);

function contactOf({ id, outcome, ...rest }: AttemptRow): PastContact {
  return { attempt: id, ...rest, ...(outcome !== null && { outcome }) };
}

function wishOf({ until, ...rest }: WishRow): ContactWish {
  return { ...rest, ...(until !== null && { until }) };
}

function idsIn(index: Map<string, Set<string>>, key: string): Set<string> {
  const ids = index.get(key) ?? new Set<string>();
  index.set(key, ids);
  return ids;
}

function dropFrom(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  ids?.delete(id);
  if (ids?.size === 0) index.delete(key);
}
