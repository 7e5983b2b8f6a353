import type { Clock } from '../base/clock.ts';
import type { IdSource } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { DeskSettings } from './desk.ts';
import type { Lead, LeadCounts, LeadQuery, LeadSource, SettledLead } from './lead.ts';
import type { CountedList, ImportOptions, ImportProgress, KeptLead, LeadList } from './list.ts';
import { ListThread } from './thread.ts';

export interface ListKeeperParts extends DeskSettings {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
}

/**
 * The lists of all campaigns, as the rest of the daemon sees them: a thread of its own keeps them in `lists.db`. When that thread ends,
 * another takes its place and is asked again what was not answered.
 */
export class ListKeeper implements LeadSource {
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #thread: ListThread;

  constructor({ clock, ids, log, file, refusedFolder, shortCodes, country }: ListKeeperParts) {
    this.#clock = clock;
    this.#ids = ids;
    this.#thread = new ListThread({ file, refusedFolder, shortCodes, country }, clock, log);
  }

  /** Starts the thread. Resolves when the lists can be asked for, or `problems` says why not; never rejects. */
  start(): Promise<void> {
    return this.#thread.start();
  }

  /** Ends the thread between two of its steps; an import that is under way goes on with the next start. */
  stop(): Promise<void> {
    return this.#thread.stop();
  }

  /** What is wrong, a sentence each. */
  problems(): readonly string[] {
    return this.#thread.problems();
  }

  zones(campaign: string): Promise<readonly (readonly string[])[]> {
    return this.#thread.ask('zones', campaign);
  }

  next(query: LeadQuery): Promise<readonly Lead[]> {
    return this.#thread.ask('next', query);
  }

  settle(settled: readonly SettledLead[]): Promise<void> {
    return this.#thread.ask('settle', settled);
  }

  counts(campaign: string): Promise<LeadCounts> {
    return this.#thread.ask('counts', campaign);
  }

  /** The `seq` up to which all that was settled is kept. */
  lastSettledSeq(): Promise<number> {
    return this.#thread.ask('lastSettledSeq');
  }

  rewind(seq: number): Promise<void> {
    return this.#thread.ask('rewind', seq);
  }

  /** Adds a list behind the others of its campaign. */
  createList(list: Pick<LeadList, 'campaign' | 'name'>): Promise<LeadList> {
    return this.#thread.ask('createList', { ...list, id: this.#ids.next('l'), createdAt: this.#clock.now() });
  }

  /** @throws Refused `list-not-found` */
  changeList(id: string, changes: Partial<Pick<LeadList, 'name' | 'position' | 'isOn'>>): Promise<LeadList> {
    return this.#thread.ask('changeList', id, changes);
  }

  /** Removes a list that has no leads; one that is not there is gone already. @throws Refused `list-in-use` */
  removeList(id: string): Promise<void> {
    return this.#thread.ask('removeList', id);
  }

  /** In their order, counted. */
  lists(campaign: string): Promise<readonly CountedList[]> {
    return this.#thread.ask('lists', campaign);
  }

  /** The campaign of a list; undefined where there is no such list. */
  campaignOf(list: string): Promise<string | undefined> {
    return this.#thread.ask('campaignOf', list);
  }

  /**
   * Begins to import a file that is on this machine, behind those that wait. To import it again is harmless.
   * @returns the import's id, for `import`
   * @throws Refused `list-not-found`, `unknown-country`
   */
  async importFile(list: string, path: string, options: ImportOptions = {}): Promise<string> {
    const id = this.#ids.next('i');
    await this.#thread.ask('beginImport', id, list, path, options, this.#clock.now());
    return id;
  }

  import(id: string): Promise<ImportProgress | undefined> {
    return this.#thread.ask('import', id);
  }

  /** Imports of a list, the latest first. */
  imports(list: string): Promise<readonly ImportProgress[]> {
    return this.#thread.ask('imports', list);
  }

  /** What was imported stays. */
  cancelImport(id: string): Promise<void> {
    return this.#thread.ask('cancelImport', id);
  }

  /** The CSV file of what was refused; only its first `bytes` count. */
  refusedFile(id: string): Promise<{ readonly path: string; readonly bytes: number } | undefined> {
    return this.#thread.ask('refusedFile', id);
  }

  lead(id: string): Promise<KeptLead | undefined> {
    return this.#thread.ask('lead', id);
  }

  /** Leads of any campaign, done or not. @param number E.164 or a short code */
  leadsOfNumber(number: string): Promise<readonly KeptLead[]> {
    return this.#thread.ask('leadsOfNumber', number);
  }

  leadsOfPerson(person: string): Promise<readonly KeptLead[]> {
    return this.#thread.ask('leadsOfPerson', person);
  }

  /** He is to be called then, also when he was done. @param dueAt UTC ms; @throws Refused `lead-not-found` */
  setCallback(lead: string, dueAt: number, agent?: string): Promise<KeptLead> {
    return this.#thread.ask('setCallback', lead, dueAt, agent);
  }
}
