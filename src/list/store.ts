import type { Database, Prepared } from '../store/connect.ts';
import type { AttemptOutcome, LeadCounts, LeadFate, SettledLead } from './lead.ts';
import type { CountedList, KeptLead, LeadList } from './list.ts';
import { prevails } from './prevails.ts';
import { countsOf, type LeadRow, leadOf, nextLive, type StoredNumber, type TallyRow } from './rows.ts';
import { prepareLists } from './schema.ts';
import { ZoneSets } from './zones.ts';

/** Leads of one number or person that are told at once. */
const MOST_TOLD = 100;

const LEAD = 'select lead.*, list.id list_id, list.campaign from lead join list on list.n = lead.list';

interface ListRow {
  readonly n: number;
  readonly id: string;
  readonly campaign: string;
  readonly name: string;
  readonly position: number;
  readonly is_on: 0 | 1;
  readonly created_at: number;
}

/** What is done with lists and leads in `lists.db`. For the thread that keeps it. */
export class ListStore {
  readonly database: Database;
  readonly zoneSets: ZoneSets;
  /** Of the ids of its leads. */
  readonly #prefix: string;
  readonly #list: Prepared;
  readonly #lists: Prepared;
  readonly #tally: Prepared;
  readonly #lead: Prepared;
  readonly #settled: Prepared;
  readonly #noteSettled: Prepared;
  readonly #move: Prepared;
  readonly #tried: Prepared;

  /** @throws Refused `bad-store` */
  constructor(database: Database) {
    this.database = database;
    this.#prefix = `lead-${prepareLists(database)}-`;
    this.zoneSets = new ZoneSets(database);
    this.#list = database.prepare('select * from list where id = ?');
    this.#lists = database.prepare('select * from list where campaign = ? order by position, n');
    this.#tally = database.prepare('select standing, was_dialled, reason, leads from tally where list = ?');
    this.#lead = database.prepare(`${LEAD} where lead.n = ?`);
    this.#settled = database.prepare("select value from about where name = 'settled'");
    this.#noteSettled = database.prepare("update about set value = ? where name = 'settled'");
    this.#move = database.prepare(
      `update lead set standing = ?, due_at = ?, agent = ?, attempts = max(attempts, ?), last_outcome = ifnull(?, last_outcome),
        done_reason = ?, next_number = ?, zone = ?, numbers = ? where n = ?`,
    );
    this.#tried = database.prepare(
      'update lead set attempts = ?, last_outcome = ifnull(?, last_outcome) where n = ?',
    );
  }

  /** Adds a list behind the others of its campaign; one that is there stays. */
  createList({
    id,
    campaign,
    name,
    createdAt,
  }: Pick<LeadList, 'id' | 'campaign' | 'name' | 'createdAt'>): LeadList {
    this.database
      .prepare(
        `insert or ignore into list (id, campaign, name, position, is_on, created_at)
         select ?, ?, ?, ifnull(max(position), 0) + 1, 1, ? from list where campaign = ?`,
      )
      .run(id, campaign, name, createdAt, campaign);
    return listOf(this.listRow(id)!);
  }

  /** @returns undefined for a list that is not there */
  changeList(
    id: string,
    changes: Partial<Pick<LeadList, 'name' | 'position' | 'isOn'>>,
  ): LeadList | undefined {
    const { name, position, isOn } = changes;
    this.database
      .prepare(
        'update list set name = ifnull(?, name), position = ifnull(?, position), is_on = ifnull(?, is_on) where id = ?',
      )
      .run(name ?? null, position ?? null, isOn === undefined ? null : Number(isOn), id);
    const row = this.listRow(id);
    return row && listOf(row);
  }

  /** Removes a list that has no leads and into which nothing is being imported. @returns false for another one */
  removeList(id: string): boolean {
    const row = this.listRow(id);
    if (!row) return true;
    const underWay = this.database.prepare('select 1 from import where list = ? and ended_at is null');
    if (countsOf(this.#talliesOf(row.n)).total > 0 || underWay.get(row.n) !== undefined) return false;
    this.database.unit(() => {
      this.database.prepare('delete from import where list = ?').run(row.n);
      this.database.prepare('delete from list where n = ?').run(row.n);
    });
    return true;
  }

  lists(campaign: string): CountedList[] {
    return this.listRows(campaign).map((row) => ({
      ...listOf(row),
      counts: countsOf(this.#talliesOf(row.n)),
    }));
  }

  listRow(id: string): ListRow | undefined {
    return this.#list.get(id) as ListRow | undefined;
  }

  listRows(campaign: string): ListRow[] {
    return this.#lists.all(campaign) as ListRow[];
  }

  counts(campaign: string): LeadCounts {
    return countsOf(this.listRows(campaign).flatMap(({ n }) => this.#talliesOf(n)));
  }

  /** Sets of zones in which leads that are not done ring, of the lists that are on. */
  zones(campaign: string): (readonly string[])[] {
    const rows = this.database
      .prepare(
        `select distinct zone from tally join list on list.n = tally.list
         where campaign = ? and is_on = 1 and standing <> 'done' and leads > 0 order by zone`,
      )
      .all(campaign) as { zone: number }[];
    return rows.map(({ zone }) => this.zoneSets.at(zone));
  }

  leadAt(n: number): KeptLead {
    return this.#told(this.#lead.get(n) as LeadRow);
  }

  lead(id: string): KeptLead | undefined {
    const row = this.#rowOf(id);
    return row && this.#told(row);
  }

  /** @param number E.164 or a short code */
  leadsOfNumber(number: string): KeptLead[] {
    const found = this.database
      .prepare(
        `${LEAD} where lead.n in (select lead from lead_number where number = ?) order by lead.n limit ${MOST_TOLD}`,
      )
      .all(number) as LeadRow[];
    return found.map((row) => this.#told(row));
  }

  leadsOfPerson(person: string): KeptLead[] {
    const found = this.database
      .prepare(`${LEAD} where lead.person = ? order by lead.n limit ${MOST_TOLD}`)
      .all(person) as LeadRow[];
    return found.map((row) => this.#told(row));
  }

  /** The number behind a lead's id; undefined for one of another database. */
  numberOf(id: string): number | undefined {
    if (!id.startsWith(this.#prefix)) return undefined;
    const n = Number(id.slice(this.#prefix.length));
    return Number.isSafeInteger(n) ? n : undefined;
  }

  lastSettledSeq(): number {
    return Number((this.#settled.get() as { value: string }).value);
  }

  /** See `LeadSource.settle`. A lead that is not there is passed over. */
  settle(settled: readonly SettledLead[]): void {
    this.database.unit(() => {
      const before = this.lastSettledSeq();
      let last = before;
      for (const one of settled) {
        if (one.seq !== undefined && one.seq <= last) continue;
        last = one.seq ?? last;
        const row = this.#rowOf(one.lead);
        if (row) this.#settleRow(row, one);
      }
      if (last > before) this.#noteSettled.run(String(last));
    });
  }

  /** See `LeadSource.rewind`. */
  rewind(seq: number): void {
    this.#noteSettled.run(String(seq));
  }

  #settleRow(row: LeadRow, { attempts, outcome, ...told }: SettledLead): void {
    const kept = { attempts: row.attempts, isCallback: row.standing === 'callback', done: row.done_reason };
    if (!prevails({ attempts, ...told }, kept)) return this.#noteTried(row, attempts, outcome);
    const { fate } = told;
    let numbers = JSON.parse(row.numbers) as StoredNumber[];
    let at = row.next_number;
    // What is told of an attempt once more goes on to no further number.
    const isNews = attempts === undefined || attempts > row.attempts;
    if (fate.next === 'again' && fate.nextNumber === true && isNews) {
      const next = nextLive(numbers, at);
      if (outcome === 'invalid-number' && next !== at)
        numbers = numbers.map((one, place) => (place === at ? [one[0], one[1], 1] : one));
      at = next;
    }
    this.#move.run(
      ...placeOf(fate),
      attempts ?? 0,
      outcome ?? null,
      fate.next === 'done' ? fate.reason : null,
      at,
      numbers[at]![1],
      JSON.stringify(numbers),
      row.n,
    );
  }

  /** He was dialled, and it goes on with him as it was said before. */
  #noteTried(row: LeadRow, attempts = 0, outcome?: AttemptOutcome): void {
    if (attempts > row.attempts) this.#tried.run(attempts, outcome ?? null, row.n);
  }

  #rowOf(id: string): LeadRow | undefined {
    const n = this.numberOf(id);
    return n === undefined ? undefined : (this.#lead.get(n) as LeadRow | undefined);
  }

  #told(row: LeadRow): KeptLead {
    return leadOf(row, `${this.#prefix}${row.n}`, (zone) => this.zoneSets.at(zone));
  }

  #talliesOf(list: number): TallyRow[] {
    return this.#tally.all(list) as TallyRow[];
  }
}

/** Standing, when it is due, and for which agent. */
function placeOf(fate: LeadFate): [string, number, string | null] {
  if (fate.next === 'done') return ['done', 0, null];
  const { dueAt, agent, asked = false } = fate;
  return [asked || agent !== undefined ? 'callback' : 'again', dueAt, agent ?? null];
}

function listOf({ id, campaign, name, position, is_on: isOn, created_at: createdAt }: ListRow): LeadList {
  return { id, campaign, name, position, isOn: isOn === 1, createdAt };
}
