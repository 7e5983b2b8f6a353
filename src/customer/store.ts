import { and, asc, eq, gt, gte, inArray, lt, or } from 'drizzle-orm';
import { Refused } from '../base/errors.ts';
import type { Authorship, EventWriter } from '../engine/changes.ts';
import type { Database } from '../store/connect.ts';
import { known } from '../store/known.ts';
import { type Customer, type CustomerDirectory, spellingsOf } from './customer.ts';
import { customerNumberTable, customerTable } from './table.ts';

/** Where a list of customers was left. */
type Named = Pick<Customer, 'id' | 'name'>;

export interface CustomerFilter {
  readonly prefix?: string | undefined;
  readonly branches?: readonly string[] | undefined;
  readonly after?: Named | undefined;
  readonly limit: number;
}

/** The customers and the numbers they call from. */
export class CustomerStore implements CustomerDirectory {
  readonly #database: Database;
  readonly #events: EventWriter;

  constructor(database: Database, events: EventWriter) {
    this.#database = database;
    this.#events = events;
  }

  async byNumber(number: string): Promise<Customer | undefined> {
    const id = number === '' ? undefined : this.#ownerOf(spellingsOf(number));
    return id === undefined ? undefined : this.#withNumbers(id);
  }

  /** How many customers have a flow of their own that is this one. */
  async withFlow(flow: string): Promise<number> {
    return this.#database.query.$count(customerTable, eq(customerTable.flow, flow));
  }

  async byId(id: string): Promise<Customer | undefined> {
    return this.#withNumbers(id);
  }

  /** The branch that looks after a customer; undefined where there is no such customer. */
  branchOf(id: string): string | undefined {
    const { branch } = customerTable;
    return this.#database.query.select({ branch }).from(customerTable).where(eq(customerTable.id, id)).get()
      ?.branch;
  }

  /**
   * Customers whose names begin with `prefix`, by name.
   * @param filter.branches only those whom these look after: each is a question to an index
   * @param filter.after the last one of the page before
   */
  async list(filter: CustomerFilter): Promise<Customer[]> {
    const rows = filter.branches
      ? filter.branches.flatMap((branch) => this.#named(filter, branch)).sort(byName)
      : this.#named(filter);
    return rows
      .slice(0, filter.limit)
      .map((row) => this.#withNumbers(row.id))
      .filter((customer) => customer !== undefined);
  }

  #named(filter: CustomerFilter, branch?: string): Named[] {
    const { name, id } = customerTable;
    const { prefix = '', after } = filter;
    return this.#database.query
      .select({ id, name })
      .from(customerTable)
      .where(
        and(
          branch === undefined ? undefined : eq(customerTable.branch, branch),
          // A range, unlike a pattern, always goes by the index.
          prefix === '' ? undefined : and(gte(name, prefix), lt(name, `${prefix}\u{10ffff}`)),
          after && or(gt(name, after.name), and(eq(name, after.name), gt(id, after.id))),
        ),
      )
      .orderBy(asc(name), asc(id))
      .limit(filter.limit)
      .all();
  }

  /**
   * Adds a customer or replaces what is known of him, his numbers included.
   * @param made goes to the log as `CustomerChanged`; what set-up puts in does not
   * @throws Refused `number-taken` when one of them, in whatever spelling, is another customer's
   */
  async save(customer: Customer, made?: Authorship): Promise<void> {
    const { numbers, id } = customer;
    const profile = profileOf(customer);
    this.#events.commit(() => {
      this.#checkFree(id, numbers);
      this.#database.query
        .insert(customerTable)
        .values({ id, ...profile })
        .onConflictDoUpdate({ target: customerTable.id, set: profile })
        .run();
      this.#replaceNumbers(id, numbers);
      if (!made) return [];
      return [{ type: 'CustomerChanged', version: 1, at: made.at, data: { customer: id, by: made.by } }];
    });
  }

  #checkFree(id: string, numbers: readonly string[]): void {
    for (const number of numbers) {
      const owner = this.#ownerOf(spellingsOf(number), id);
      if (owner !== undefined)
        throw new Refused('number-taken', `${number} is customer ${owner}'s: take it off him first`, {
          number,
          customer: owner,
        });
    }
  }

  /** The customer who has the first of the spellings that anybody but `except` has. */
  #ownerOf(spellings: readonly string[], except?: string): string | undefined {
    const rows = this.#database.query
      .select()
      .from(customerNumberTable)
      .where(inArray(customerNumberTable.number, [...spellings]))
      .all()
      .filter((row) => row.customerId !== except);
    rows.sort((a, b) => spellings.indexOf(a.number) - spellings.indexOf(b.number));
    return rows[0]?.customerId;
  }

  #replaceNumbers(customerId: string, numbers: readonly string[]): void {
    this.#database.query
      .delete(customerNumberTable)
      .where(eq(customerNumberTable.customerId, customerId))
      .run();
    const unique = [...new Set(numbers)];
    if (unique.length === 0) return;
    this.#database.query
      .insert(customerNumberTable)
      .values(unique.map((number, position) => ({ number, customerId, position })))
      .run();
  }

  #withNumbers(id: string): Customer | undefined {
    const row = this.#database.query.select().from(customerTable).where(eq(customerTable.id, id)).get();
    if (!row) return undefined;
    const numbers = this.#database.query
      .select({ number: customerNumberTable.number })
      .from(customerNumberTable)
      .where(eq(customerNumberTable.customerId, id))
      .orderBy(asc(customerNumberTable.position))
      .all();
    const { branch, ...facts } = row;
    return {
      ...known(facts),
      ...(branch !== '' && { branch }),
      numbers: numbers.map(({ number }) => number),
    };
  }
}

function profileOf({ id: _id, numbers: _numbers, ...profile }: Customer) {
  return {
    ...profile,
    attributes: profile.attributes ?? {},
    accountManager: profile.accountManager ?? null,
    caseOwner: profile.caseOwner ?? null,
    branch: profile.branch ?? '',
  };
}

/** As the database orders text: by its bytes. */
function byName(a: Named, b: Named): number {
  return Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)) || (a.id < b.id ? -1 : 1);
}
