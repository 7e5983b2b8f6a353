import type {
  Lead,
  LeadCounts,
  LeadFate,
  LeadNumber,
  LeadQuery,
  LeadSource,
  SettledLead,
} from '../list/lead.ts';
import { prevails } from '../list/prevails.ts';

/** A lead as a test or the lab gives it; what is left out is as for one who was never dialled. */
export type NewLead = Pick<Lead, 'id' | 'list' | 'campaign' | 'numbers'> & Partial<Lead>;

/** A lead, and where it stands. */
interface Standing {
  lead: Lead;
  numbers: LeadNumber[];
  fate: LeadFate | undefined;
}

/** Leads in memory, in the order in which they were given; lists come in the order of their first lead. */
export class MemoryLeads implements LeadSource {
  readonly #leads = new Map<string, Standing>();
  readonly #lists: string[] = [];
  #settledSeq = 0;

  constructor(leads: readonly NewLead[] = []) {
    for (const lead of leads) this.add(lead);
  }

  add(given: NewLead): void {
    const [first] = given.numbers;
    const lead: Lead = { person: first!.number, name: '', fields: {}, attempts: 0, dueAt: 0, ...given };
    this.#leads.set(lead.id, { lead, numbers: [...lead.numbers], fate: undefined });
    if (!this.#lists.includes(lead.list)) this.#lists.push(lead.list);
  }

  /** As it stands now. */
  lead(id: string): Lead | undefined {
    return this.#leads.get(id)?.lead;
  }

  fateOf(id: string): LeadFate | undefined {
    return this.#leads.get(id)?.fate;
  }

  async lastSettledSeq(): Promise<number> {
    return this.#settledSeq;
  }

  async zones(campaign: string): Promise<readonly (readonly string[])[]> {
    const sets = this.#open(campaign).map(({ numbers }) => keyOf(numbers[0]!.zones));
    return [...new Set(sets)].map((key) => (key === '' ? [] : key.split(' ')));
  }

  async next({ campaign, count, now, zones, except }: LeadQuery): Promise<readonly Lead[]> {
    const open = new Set(zones.map(keyOf));
    const passed = new Set(except);
    return this.#open(campaign)
      .filter(
        ({ lead, numbers }) =>
          lead.dueAt <= now && !passed.has(lead.id) && open.has(keyOf(numbers[0]!.zones)),
      )
      .map(({ lead, fate }) => ({ lead, rank: this.#rankOf(lead, fate) }))
      .sort((a, b) => a.rank - b.rank || a.lead.dueAt - b.lead.dueAt)
      .slice(0, count)
      .map(({ lead }) => lead);
  }

  async settle(settled: readonly SettledLead[]): Promise<void> {
    for (const { seq, lead: id, ...told } of settled) {
      const { attempts, outcome, fate } = told;
      if (seq !== undefined && seq <= this.#settledSeq) continue;
      this.#settledSeq = seq ?? this.#settledSeq;
      const standing = this.#leads.get(id);
      if (!standing) continue;
      const { callback, ...lead } = standing.lead;
      const done = standing.fate?.next === 'done' ? standing.fate.reason : null;
      if (!prevails(told, { attempts: lead.attempts, isCallback: callback !== undefined, done })) {
        noteTried(standing, told);
        continue;
      }
      standing.fate = fate;
      // What is told of an attempt once more goes on to no further number.
      const isNews = attempts === undefined || attempts > lead.attempts;
      if (fate.next === 'again' && fate.nextNumber && isNews)
        turn(standing.numbers, outcome === 'invalid-number');
      const isCallback = fate.next === 'again' && (fate.asked === true || fate.agent !== undefined);
      standing.lead = {
        ...lead,
        numbers: [...standing.numbers],
        attempts: Math.max(lead.attempts, attempts ?? 0),
        dueAt: fate.next === 'again' ? fate.dueAt : 0,
        ...(outcome !== undefined && { lastOutcome: outcome }),
        ...(isCallback && { callback: fate.agent === undefined ? {} : { agent: fate.agent } }),
      };
    }
  }

  async rewind(seq: number): Promise<void> {
    this.#settledSeq = seq;
  }

  async counts(campaign: string): Promise<LeadCounts> {
    const all = [...this.#leads.values()].filter(({ lead }) => lead.campaign === campaign);
    const open = this.#open(campaign);
    const reasons: Record<string, number> = {};
    for (const { fate } of all)
      if (fate?.next === 'done') reasons[fate.reason] = (reasons[fate.reason] ?? 0) + 1;
    const fresh = open.filter(({ lead }) => lead.attempts === 0).length;
    return { total: all.length, fresh, again: open.length - fresh, done: all.length - open.length, reasons };
  }

  #open(campaign: string): Standing[] {
    return [...this.#leads.values()].filter(
      ({ lead, fate }) => lead.campaign === campaign && fate?.next !== 'done',
    );
  }

  /** Callbacks first, then list by list: those due again, then the fresh ones. */
  #rankOf({ list, callback }: Lead, fate: LeadFate | undefined): number {
    if (callback) return -1;
    return 2 * this.#lists.indexOf(list) + (fate ? 0 : 1);
  }
}

/** He was dialled, and it goes on with him as it was said before. */
function noteTried(standing: Standing, { attempts = 0, outcome }: Omit<SettledLead, 'lead'>): void {
  if (attempts <= standing.lead.attempts) return;
  standing.lead = { ...standing.lead, attempts, ...(outcome !== undefined && { lastOutcome: outcome }) };
}

/** The next number comes first; the present one goes to the end, or away. */
function turn(numbers: LeadNumber[], isDead: boolean): void {
  if (numbers.length < 2) return;
  const present = numbers.shift()!;
  if (!isDead) numbers.push(present);
}

function keyOf(zones: readonly string[]): string {
  return zones.toSorted().join(' ');
}
