import type { Database, Prepared } from '../store/connect.ts';
import { type LeadDraft, type Refusal, refusalOf } from './row.ts';
import type { LeadRow, StoredNumber } from './rows.ts';
import type { ListStore } from './store.ts';

/** What a row did. `left`: numbers that other leads of the list have. */
export type Taken =
  | { readonly kind: 'added' | 'changed' | 'unchanged'; readonly left: readonly string[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Where a row comes from. */
export interface RowOrigin {
  readonly list: number;
  readonly import: number;
  readonly line: number;
}

type Known = Omit<LeadRow, 'list_id' | 'campaign'>;

/**
 * Puts the rows of lists among the leads. Whoever is in the list already, by who he is, is brought up to date and keeps his history; a number is in a
 * list once.
 */
export class Intake {
  readonly #store: ListStore;
  readonly #known: Prepared;
  readonly #seen: Prepared;
  readonly #add: Prepared;
  readonly #change: Prepared;
  readonly #claim: Prepared;
  readonly #owner: Prepared;
  readonly #release: Prepared;
  #last: number;

  constructor(store: ListStore, database: Database) {
    this.#store = store;
    this.#known = database.prepare('select * from lead where person = ? and list = ?');
    this.#seen = database.prepare('update lead set seen_import = ?, seen_line = ? where n = ?');
    this.#add = database.prepare(
      `insert into lead (n, list, person, name, numbers, next_number, zone, fields, priority, standing, due_at, attempts, seen_import, seen_line)
       values (?, ?, ?, ?, ?, 0, ?, ?, ?, 'fresh', 0, 0, ?, ?)`,
    );
    this.#change = database.prepare(
      `update lead set name = ?, numbers = ?, next_number = ?, zone = ?, fields = ?, priority = ?, standing = ?, done_reason = ?,
        seen_import = ?, seen_line = ? where n = ?`,
    );
    this.#claim = database.prepare('insert or ignore into lead_number (number, list, lead) values (?, ?, ?)');
    this.#owner = database.prepare('select lead from lead_number where number = ? and list = ?');
    this.#release = database.prepare('delete from lead_number where number = ? and list = ?');
    this.#last = (database.prepare('select ifnull(max(n), 0) n from lead').get() as { n: number }).n;
  }

  /** Within a unit of the database. */
  take(draft: LeadDraft, origin: RowOrigin): Taken {
    const known = this.#known.get(draft.person, origin.list) as Known | undefined;
    if (!known) return this.#takeNew(draft, origin);
    if (known.seen_import === origin.import && known.seen_line !== origin.line)
      return { kind: 'refused', refusal: refusalOf('same-person', `line ${known.seen_line}`) };
    return this.#takeKnown(known, draft, origin);
  }

  /** Rows that were added by work that came to nothing are forgotten. @param last the last number before it */
  cutTo(last: number): void {
    this.#last = last;
  }

  get last(): number {
    return this.#last;
  }

  #takeNew(draft: LeadDraft, origin: RowOrigin): Taken {
    const n = this.#last + 1;
    const { numbers, left } = this.#claimed(draft, origin.list, n);
    const [first] = numbers;
    if (!first) return { kind: 'refused', refusal: refusalOf('same-number') };
    this.#last = n;
    this.#add.run(
      ...[n, origin.list, draft.person, draft.name, JSON.stringify(numbers), first[1]],
      ...[JSON.stringify(draft.fields), draft.priority, origin.import, origin.line],
    );
    return { kind: 'added', left };
  }

  #takeKnown(known: Known, draft: LeadDraft, origin: RowOrigin): Taken {
    const before = JSON.parse(known.numbers) as StoredNumber[];
    const { numbers: claimed, left } = this.#claimed(draft, origin.list, known.n);
    if (claimed.length === 0) return { kind: 'refused', refusal: refusalOf('same-number') };
    // What is known of a number is kept; one that nobody has may come again in every list.
    const numbers = claimed.map(([number, zone]): StoredNumber => {
      const isDead = before.find(([other]) => other === number)?.[2] ?? 0;
      return [number, zone, isDead];
    });
    const after = { numbers: JSON.stringify(numbers), fields: JSON.stringify(draft.fields) };
    if (isSame(known, draft, after)) {
      this.#seen.run(origin.import, origin.line, known.n);
      return { kind: 'unchanged', left };
    }
    for (const [number] of before)
      if (!numbers.some(([other]) => other === number)) this.#release.run(number, origin.list);
    const at = nextAmong(numbers, before[known.next_number]![0]);
    const isBack = known.done_reason === 'invalid-number' && after.numbers !== known.numbers;
    const standing = isBack ? 'again' : known.standing;
    const reason = isBack ? null : known.done_reason;
    this.#change.run(
      ...[draft.name, after.numbers, at, numbers[at]![1], after.fields, draft.priority, standing, reason],
      ...[origin.import, origin.line, known.n],
    );
    return { kind: 'changed', left };
  }

  /** Those of the draft's numbers that are his in this list. */
  #claimed(draft: LeadDraft, list: number, lead: number): { numbers: StoredNumber[]; left: string[] } {
    const numbers: StoredNumber[] = [];
    const left: string[] = [];
    for (const { number, zones } of draft.numbers) {
      const isNew = this.#claim.run(number, list, lead).changes === 1;
      const isHis = isNew || (this.#owner.get(number, list) as { lead: number }).lead === lead;
      if (isHis) numbers.push([number, this.#store.zoneSets.numberOf(zones), 0]);
      else left.push(number);
    }
    return { numbers, left };
  }
}

function isSame(known: Known, draft: LeadDraft, after: { numbers: string; fields: string }): boolean {
  return (
    known.name === draft.name &&
    known.numbers === after.numbers &&
    known.fields === after.fields &&
    known.priority === draft.priority
  );
}

/** The place of `number`, else of the first one that is not dead. */
function nextAmong(numbers: readonly StoredNumber[], number: string): number {
  const same = numbers.findIndex(([other, , isDead]) => other === number && isDead === 0);
  if (same >= 0) return same;
  return Math.max(
    0,
    numbers.findIndex(([, , isDead]) => isDead === 0),
  );
}
