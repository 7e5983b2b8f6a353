import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import { messageOf, Refused } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { Lead, LeadCounts, LeadQuery, LeadSource, SettledLead } from './lead.ts';
import type { CountedList, ImportOptions, ImportProgress, KeptLead, LeadList } from './list.ts';
import type { DeskSettings, ListDesk } from './list-desk.ts';
import type { DeskAnswer, DeskRequest, DeskVerb } from './list-talk.ts';

export interface ListKeeperParts extends DeskSettings {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
}

/** A request is sent to so many threads: one at which each of them ends is not asked for ever. */
const MOST_TRIES = 3;
/** How long a thread has to be well before its end counts as the first one, ms. */
const WELL_AFTER_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** The thread answers within milliseconds; after this, something is wrong with it, ms. */
const LATE_MS = 5_000;

/** A thread starts in a third of the time with it, and with less memory. */
const QUICK_IMPORTS = new URL('../setup/quick-imports.ts', import.meta.url).href;

interface Asked extends DeskRequest {
  readonly since: number;
  tries: number;
  readonly resolve: (answer: never) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * The lists of all campaigns, as the rest of the daemon sees them: a thread of its own keeps them in `lists.db`. When that thread ends,
 * another takes its place and is asked again what was not answered.
 */
export class ListKeeper implements LeadSource {
  readonly #parts: ListKeeperParts;
  readonly #asked = new Map<number, Asked>();
  #asks = 0;
  #worker?: Worker;
  #startedAt = 0;
  #pauseMs = 0;
  #problem = '';
  #isStopped = false;
  #cancelStart: () => void = () => undefined;
  #started: () => void = () => undefined;

  constructor(parts: ListKeeperParts) {
    this.#parts = parts;
  }

  /** Starts the thread. Resolves when the lists can be asked for, or `problems` says why not; never rejects. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#started = resolve;
      this.#startThread();
    });
  }

  /** Ends the thread between two of its steps; an import that is under way goes on with the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelStart();
    const worker = this.#worker;
    if (worker) {
      const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      worker.postMessage('stop');
      await ended;
    }
    this.#rejectAll(closed());
  }

  /** What is wrong, a sentence each. */
  problems(): readonly string[] {
    const oldest = this.#asked.values().next().value;
    const lateMs = oldest ? this.#parts.clock.now() - oldest.since : 0;
    const late =
      lateMs > LATE_MS
        ? [`The keeper of the lists has not answered for ${Math.round(lateMs / 1000)} s: look at the disk.`]
        : [];
    return this.#problem === '' ? late : [this.#problem];
  }

  zones(campaign: string): Promise<readonly (readonly string[])[]> {
    return this.#ask('zones', campaign);
  }

  next(query: LeadQuery): Promise<readonly Lead[]> {
    return this.#ask('next', query);
  }

  settle(settled: readonly SettledLead[]): Promise<void> {
    return this.#ask('settle', settled);
  }

  counts(campaign: string): Promise<LeadCounts> {
    return this.#ask('counts', campaign);
  }

  /** The `seq` up to which all that was settled is kept. */
  lastSettledSeq(): Promise<number> {
    return this.#ask('lastSettledSeq');
  }

  /** Adds a list behind the others of its campaign. */
  createList(list: Pick<LeadList, 'campaign' | 'name'>): Promise<LeadList> {
    const { clock, ids } = this.#parts;
    return this.#ask('createList', { ...list, id: ids.next('l'), createdAt: clock.now() });
  }

  /** @throws Refused `list-not-found` */
  changeList(id: string, changes: Partial<Pick<LeadList, 'name' | 'position' | 'isOn'>>): Promise<LeadList> {
    return this.#ask('changeList', id, changes);
  }

  /** In their order, counted. */
  lists(campaign: string): Promise<readonly CountedList[]> {
    return this.#ask('lists', campaign);
  }

  /**
   * Begins to import a file that is on this machine, behind those that wait. To import it again is harmless.
   * @returns the import's id, for `import`
   * @throws Refused `list-not-found`, `unknown-country`
   */
  async importFile(list: string, path: string, options: ImportOptions = {}): Promise<string> {
    const id = this.#parts.ids.next('i');
    await this.#ask('beginImport', id, list, path, options, this.#parts.clock.now());
    return id;
  }

  import(id: string): Promise<ImportProgress | undefined> {
    return this.#ask('import', id);
  }

  /** Imports of a list, the latest first. */
  imports(list: string): Promise<readonly ImportProgress[]> {
    return this.#ask('imports', list);
  }

  /** What was imported stays. */
  cancelImport(id: string): Promise<void> {
    return this.#ask('cancelImport', id);
  }

  /** The CSV file of what was refused; only its first `bytes` count. */
  refusedFile(id: string): Promise<{ readonly path: string; readonly bytes: number } | undefined> {
    return this.#ask('refusedFile', id);
  }

  lead(id: string): Promise<KeptLead | undefined> {
    return this.#ask('lead', id);
  }

  /** Leads of any campaign, done or not. @param number E.164 or a short code */
  leadsOfNumber(number: string): Promise<readonly KeptLead[]> {
    return this.#ask('leadsOfNumber', number);
  }

  leadsOfPerson(person: string): Promise<readonly KeptLead[]> {
    return this.#ask('leadsOfPerson', person);
  }

  /** He is to be called then, also when he was done. @param dueAt UTC ms; @throws Refused `lead-not-found` */
  setCallback(lead: string, dueAt: number, agent?: string): Promise<KeptLead> {
    return this.#ask('setCallback', lead, dueAt, agent);
  }

  #ask<V extends DeskVerb>(
    verb: V,
    ...words: Parameters<ListDesk[V]>
  ): Promise<Awaited<ReturnType<ListDesk[V]>>> {
    if (this.#isStopped) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#asks += 1;
      const asked = {
        ask: this.#asks,
        verb,
        words,
        since: this.#parts.clock.now(),
        tries: 0,
        resolve,
        reject,
      };
      this.#asked.set(asked.ask, asked);
      if (this.#worker) this.#send(this.#worker, asked);
    });
  }

  #send(worker: Worker, asked: Asked): void {
    asked.tries += 1;
    const { ask, verb, words } = asked;
    worker.postMessage({ ask, verb, words } satisfies DeskRequest);
  }

  #startThread(): void {
    const { file, refusedFolder, shortCodes, country, clock } = this.#parts;
    const workerData: DeskSettings = { file, refusedFolder, shortCodes, country };
    const worker = new Worker(new URL('./list-worker.ts', import.meta.url), {
      workerData,
      execArgv: ['--import', QUICK_IMPORTS],
    });
    this.#worker = worker;
    this.#startedAt = clock.now();
    let reason = 'it was ended';
    worker.on('message', (answer: DeskAnswer) => this.#hear(answer));
    worker.once('error', (error) => {
      reason = messageOf(error);
    });
    worker.once('exit', () => this.#ended(worker, reason));
    for (const asked of this.#asked.values()) this.#send(worker, asked);
  }

  #hear(answer: DeskAnswer): void {
    if ('ready' in answer) {
      this.#problem = '';
      this.#started();
    } else if ('unusable' in answer) {
      this.#problem = `The lists cannot be used: ${answer.unusable}`;
      this.#rejectAll(new Refused('lists-unusable', this.#problem));
      this.#started();
    } else this.#settleAsked(answer);
  }

  #settleAsked(answer: Extract<DeskAnswer, { readonly ask: number }>): void {
    const asked = this.#asked.get(answer.ask);
    if (!asked) return;
    this.#asked.delete(answer.ask);
    if ('answer' in answer) asked.resolve(answer.answer as never);
    else if ('broken' in answer) asked.reject(new Error(answer.broken));
    else {
      const { id, message, details } = answer.refused;
      asked.reject(new Refused(id, message, details));
    }
  }

  /** The thread is gone: another one, at once after a good life, else after a pause that grows. */
  #ended(worker: Worker, reason: string): void {
    if (this.#worker === worker) this.#worker = undefined;
    if (this.#isStopped) return;
    const { clock, log } = this.#parts;
    log.error({ reason }, 'the thread that keeps the lists has ended');
    if (this.#problem === '')
      this.#problem = `The thread that keeps the lists has ended (${reason}); it is started again.`;
    for (const asked of this.#asked.values())
      if (asked.tries >= MOST_TRIES) {
        this.#asked.delete(asked.ask);
        asked.reject(new Error(`the keeper of the lists ended at it: ${reason}`));
      }
    const wasWell = clock.now() - this.#startedAt >= WELL_AFTER_MS;
    this.#pauseMs = wasWell ? 0 : Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2));
    this.#cancelStart = clock.at(clock.now() + this.#pauseMs, () => this.#startThread());
  }

  #rejectAll(reason: unknown): void {
    const all = [...this.#asked.values()];
    this.#asked.clear();
    for (const { reject } of all) reject(reason);
  }
}

function closed(): Refused {
  return new Refused('lists-closed', 'The lists are closed: the daemon is ending.');
}
