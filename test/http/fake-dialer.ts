import { join } from 'node:path';
import { Refused } from '../../src/base/errors.ts';
import type { ContactPolicy } from '../../src/contact/data.ts';
import { WishStore } from '../../src/contact/wish-store.ts';
import type { Attempt, Disposition } from '../../src/dialer/attempt.ts';
import type { Dialling, DiallingStatus, Preview } from '../../src/dialer/dialling.ts';
import { OutboundStore } from '../../src/dialer/outbound/store.ts';
import { AttemptStore, attemptWriter } from '../../src/dialer/store.ts';
import type { EventLog } from '../../src/engine/store.ts';
import type { DialerParts, Lists } from '../../src/http/outbound.ts';
import type { Lead } from '../../src/list/lead.ts';
import type { CountedList, ImportOptions, ImportProgress, LeadList } from '../../src/list/list.ts';
import type { Database } from '../../src/store/connect.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { START } from '../store/examples.ts';

export const NO_COUNTS = { total: 0, fresh: 0, again: 0, done: 0, reasons: {} };

export const A_LEAD: Lead = {
  id: 'p1',
  list: 'l1',
  campaign: 'o1',
  person: 'C-1',
  name: '王小明',
  numbers: [
    { number: '+8613900000001', zones: ['Asia/Shanghai'] },
    { number: '+862112345678', zones: ['Asia/Shanghai'] },
  ],
  fields: { 余额: '12000' },
  attempts: 1,
  lastOutcome: 'busy',
  dueAt: START,
};

/** A dialer that does what the real one promises, and dials nobody. */
export class FakeDialling implements Dialling {
  state: DiallingStatus = { campaigns: [], pools: [] };
  changes = 0;
  shown: Preview | undefined;
  /** What was asked for. */
  readonly asked: string[] = [];
  readonly #write: (attempt: Attempt) => void;
  readonly #attempts: AttemptStore;

  constructor(write: (attempt: Attempt) => void, attempts: AttemptStore) {
    this.#write = write;
    this.#attempts = attempts;
  }

  status = () => this.state;

  async campaignsChanged(): Promise<void> {
    this.changes += 1;
  }

  async previewNext(agent: string, campaign: string): Promise<Preview> {
    this.asked.push(`next ${agent} ${campaign}`);
    if (!this.shown) throw new Refused('no-lead', 'no lead can be shown now');
    return this.shown;
  }

  async previewAccept(agent: string): Promise<string> {
    this.asked.push(`accept ${agent}`);
    return 'a9';
  }

  async previewSkip(agent: string, reason: string): Promise<void> {
    this.asked.push(`skip ${agent} ${reason}`);
  }

  async dispose(id: string, disposition: Disposition): Promise<void> {
    const attempt = await this.#attempts.byId(id);
    if (attempt) this.#write({ ...attempt, disposition });
  }
}

/** Lists in memory, into which files do not really go. */
export class FakeLists implements Lists {
  kept: CountedList[] = [];
  ringIn: readonly (readonly string[])[] = [['Asia/Shanghai']];
  readonly began: { readonly list: string; readonly path: string; readonly options: ImportOptions }[] = [];
  readonly progress = new Map<string, ImportProgress>();
  refused: { readonly path: string; readonly bytes: number } | undefined;

  async createList({ campaign, name }: Pick<LeadList, 'campaign' | 'name'>): Promise<LeadList> {
    const id = `l${this.kept.length + 1}`;
    const list = { id, campaign, name, position: this.kept.length, isOn: true, createdAt: START };
    this.kept.push({ ...list, counts: NO_COUNTS });
    return list;
  }

  async changeList(id: string, changes: Partial<LeadList>): Promise<LeadList> {
    const at = this.#indexOf(id);
    this.kept[at] = { ...this.kept[at]!, ...changes };
    const { counts: _counts, ...list } = this.kept[at];
    return list;
  }

  async removeList(id: string): Promise<void> {
    this.kept.splice(this.#indexOf(id), 1);
  }

  lists = async (campaign: string) => this.kept.filter((list) => list.campaign === campaign);
  campaignOf = async (id: string) => this.kept.find((list) => list.id === id)?.campaign;
  counts = async (campaign: string) => (await this.lists(campaign))[0]?.counts ?? NO_COUNTS;
  zones = async () => this.ringIn;
  lead = async () => undefined;

  async importFile(list: string, path: string, options: ImportOptions = {}): Promise<string> {
    this.#indexOf(list);
    this.began.push({ list, path, options });
    const id = `i${this.began.length}`;
    const none = { rows: 0, added: 0, changed: 0, unchanged: 0, refused: 0, numbersRefused: 0 };
    const bytes = options.expected?.bytes ?? 0;
    const progress = {
      id,
      list,
      fileName: options.fileName ?? '',
      problem: '',
      bytes,
      bytesRead: 0,
      share: 0,
    };
    this.progress.set(id, { ...progress, ...none, status: 'waiting', encoding: '', startedAt: START });
    return id;
  }

  import = async (id: string) => this.progress.get(id);
  imports = async (list: string) => [...this.progress.values()].filter((one) => one.list === list);

  async cancelImport(id: string): Promise<void> {
    this.progress.set(id, { ...this.progress.get(id)!, status: 'cancelled', endedAt: START });
  }

  refusedFile = async () => this.refused;

  #indexOf(id: string): number {
    const at = this.kept.findIndex((list) => list.id === id);
    if (at < 0) throw new Refused('list-not-found', `There is no list ${id}`);
    return at;
  }
}

export interface FakeDialer extends DialerParts {
  readonly dialling: FakeDialling;
  readonly lists: FakeLists;
  /** The zones in which it is too late. */
  readonly closed: Set<string>;
  /** Puts attempts into the store. */
  write(...attempts: Attempt[]): void;
}

const CONDUCT: ContactPolicy['conduct'] = {
  maxAbandonment: 0.03,
  abandonmentWindows: ['day'],
  connectWithinMs: 2000,
  clockStarts: 'answer',
  minRingMs: 15_000,
  messageNeeded: true,
};

/** A centre that calls people, with one policy, `customers`. */
export function aDialer(database: Database, events: EventLog): FakeDialer {
  const writer = attemptWriter(database);
  const write = (...written: Attempt[]) =>
    database.unit(() => {
      for (const attempt of written) writer(attempt);
    });
  const attempts = new AttemptStore(database);
  const closed = new Set<string>();
  const policy = { name: 'customers', conduct: CONDUCT } as ContactPolicy;
  return {
    campaigns: new OutboundStore(database, events),
    attempts,
    lists: new FakeLists(),
    dialling: new FakeDialling(write, attempts),
    policies: {
      policy: (name) => (name === '' || name === 'customers' ? policy : undefined),
      names: () => ['customers'],
    },
    gate: { isOpen: (_campaign, zones) => zones.every((zone) => !closed.has(zone)) },
    wishes: new WishStore(database, events),
    zone: () => 'Asia/Shanghai',
    uploads: join(temporaryFolder(), 'uploads'),
    closed,
    write,
  };
}
