import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import { messageOf, Refused } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { NewWish } from './wish.ts';
import {
  forgetPending,
  keepPending,
  type PendingList,
  pendingIn,
  type WishListTerms,
} from './wish-pending.ts';
import type { NumbersRead, RefusedRow } from './wish-reading.ts';
import type { WishStore } from './wish-store.ts';
import type { WishReadingNews, WishReadingTask } from './wish-worker.ts';

export interface WishListProgress extends WishListTerms {
  readonly id: string;
  readonly status: 'running' | 'finished' | 'failed';
  /** Why it failed, for people. */
  readonly problem: string;
  /** How far the file is read, 0 to 1. */
  readonly done: number;
  /** Numbers that are remembered now. */
  readonly entries: number;
  readonly refused: number;
  /** The first of those. */
  readonly refusedRows: readonly RefusedRow[];
}

export interface WishImporterParts extends Omit<WishReadingTask, 'path'> {
  readonly wishes: WishStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
}

/** The database is held for a slice of so many entries; between two of them calls go on. */
const SLICE = 100;
/** Slices that are done before others have their turn, ms. */
const SPELL_MS = 2;
const MOST_TOLD = 1000;
/** Imports that are remembered, with what became of them. */
const MOST_REMEMBERED = 50;

const BEGUN = {
  status: 'running',
  problem: '',
  done: 0,
  entries: 0,
  refused: 0,
  refusedRows: [],
} as const;

/** After something went wrong that is not the list's fault, an import begins anew so much later, ms. */
const AGAIN_MS = 10_000;

/**
 * Brings lists of numbers in that are not to be called, one after the other: read on a thread of its own, remembered in slices. To
 * bring in the same list again is harmless; one that was cut off by a restart is brought in again. Whom it concerns is not called before
 * it is whole.
 */
export class WishImporter {
  readonly #parts: WishImporterParts;
  readonly #imports = new Map<string, WishListProgress>();
  #unreadable: readonly string[] = [];
  #last: Promise<void> = Promise.resolve();

  constructor(parts: WishImporterParts) {
    this.#parts = parts;
  }

  /** Goes on with what a daemon before this one began. Never rejects. @param folder where the files lie */
  async start(folder: string): Promise<void> {
    const { lists, unreadable } = await pendingIn(folder).catch(() => ({ lists: [], unreadable: [folder] }));
    this.#unreadable = unreadable;
    for (const { path, pending } of lists) {
      this.#parts.log.warn(
        { import: pending.id, path },
        'a list of numbers was cut off and is brought in again',
      );
      this.#queue(path, pending);
    }
  }

  /**
   * Begins with a file, behind those that wait; it is removed at the end. When it returns, no restart forgets it.
   * @returns the import's id @throws when the disk takes nothing
   */
  async begin(path: string, terms: WishListTerms): Promise<string> {
    const pending = { id: this.#parts.ids.next('w'), ...terms };
    try {
      await keepPending(path, pending);
    } catch (thrown) {
      await forgetPending(path);
      throw thrown;
    }
    this.#queue(path, pending);
    return pending.id;
  }

  progress(id: string): WishListProgress | undefined {
    return this.#imports.get(id);
  }

  /** The latest first. */
  list(): readonly WishListProgress[] {
    return [...this.#imports.values()].toReversed();
  }

  /** True while a list that concerns this campaign is not whole: it must call nobody. */
  holds(campaign: string): boolean {
    if (this.#unreadable.length > 0) return true;
    for (const one of this.#imports.values())
      if (one.status === 'running' && (one.campaign === '' || one.campaign === campaign)) return true;
    return false;
  }

  /** What keeps campaigns from calling, for people. */
  problems(): string[] {
    const running = this.list().filter(({ status }) => status === 'running');
    return [
      ...running.map(sentenceOf),
      ...this.#unreadable.map(
        (terms) =>
          `no campaign calls anybody: ${terms} cannot be read, so a do-not-call list may be missing; mend or remove it, bring the list in again and restart`,
      ),
    ];
  }

  #queue(path: string, pending: PendingList): void {
    this.#imports.set(pending.id, { ...pending, ...BEGUN });
    for (const [id, { status }] of this.#imports) {
      if (this.#imports.size <= MOST_REMEMBERED) break;
      if (status !== 'running') this.#imports.delete(id);
    }
    this.#last = this.#last.then(() => this.#run(pending.id, path));
  }

  /** Never rejects. */
  async #run(id: string, path: string): Promise<void> {
    for (;;) {
      try {
        const problem = await this.#bringIn(id, path);
        await this.#note(id);
        await forgetPending(path);
        this.#change(
          id,
          problem === '' ? { status: 'finished', problem, done: 1 } : { status: 'failed', problem },
        );
        return;
      } catch (thrown) {
        // The list is as it should be: a part of it would let people be called who are in the rest.
        const problem = messageOf(thrown);
        this.#parts.log.error({ import: id, reason: problem }, 'a list of numbers is brought in again');
        this.#change(id, { ...BEGUN, problem });
        await this.#pause();
      }
    }
  }

  /** Returns what is wrong with the list, '' for nothing. @throws whatever else goes wrong */
  async #bringIn(id: string, path: string): Promise<string> {
    try {
      await this.#readAll(id, path);
      return '';
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      this.#parts.log.warn(
        { import: id, reason: thrown.message },
        'a list of numbers could not be brought in',
      );
      return `${thrown.message} What was read stays.`;
    }
  }

  async #note(id: string): Promise<void> {
    const { wishes, clock } = this.#parts;
    const { source, campaign, entries, refused, by } = this.#imports.get(id)!;
    await wishes.noteImport({ source, campaign, entries, refused }, { by, at: clock.now() });
  }

  #pause(): Promise<void> {
    const { clock } = this.#parts;
    return new Promise((resolve) => void clock.at(clock.now() + AGAIN_MS, resolve));
  }

  async #readAll(id: string, path: string): Promise<void> {
    const { country, shortCodes } = this.#parts;
    const workerData: WishReadingTask = { path, country, shortCodes };
    const worker = new Worker(new URL('./wish-worker.ts', import.meta.url), { workerData, execArgv: [] });
    try {
      for await (const news of newsOf(worker)) {
        if (news === 'end') return;
        if ('trouble' in news) throw new Refused('bad-list', news.trouble);
        await this.#take(id, news);
        worker.postMessage('go on');
      }
    } finally {
      await worker.terminate();
    }
  }

  async #take(id: string, { numbers, refused, done }: NumbersRead): Promise<void> {
    const { wishes, clock } = this.#parts;
    const before = this.#imports.get(id);
    if (!before) return;
    const { source, campaign, until, by } = before;
    const at = clock.now();
    const common = { kind: 'do-not-call', campaign, person: '', source, at, by } as const;
    let since = performance.now();
    for (let from = 0; from < numbers.length; from += SLICE) {
      const slice = numbers.slice(from, from + SLICE);
      await wishes.addAll(
        slice.map((number): NewWish => ({ ...common, number, ...(until !== undefined && { until }) })),
      );
      if (performance.now() - since < SPELL_MS) continue;
      await turn();
      since = performance.now();
    }
    await turn();
    this.#change(id, {
      done,
      entries: before.entries + numbers.length,
      refused: before.refused + refused.length,
      refusedRows: [...before.refusedRows, ...refused].slice(0, MOST_TOLD),
    });
  }

  #change(id: string, changes: Partial<WishListProgress>): void {
    const before = this.#imports.get(id);
    if (before) this.#imports.set(id, { ...before, ...changes });
  }
}

/** Why nobody is called meanwhile, for people. */
function sentenceOf({ campaign, source, done, problem }: WishListProgress): string {
  const who = campaign === '' ? 'no campaign calls' : `campaign ${campaign} does not call`;
  const why = problem === '' ? '' : ` (${problem}; it is tried again)`;
  return `${who} anybody until the do-not-call list "${source}" is brought in: ${Math.floor(done * 100)}% so far${why}`;
}

/** What a thread says, until it ends. @throws when it ends before it said so */
async function* newsOf(worker: Worker): AsyncGenerator<WishReadingNews> {
  const heard: WishReadingNews[] = [];
  let ended: Error | undefined;
  let wake = (): void => undefined;
  worker.on('message', (news: WishReadingNews) => {
    heard.push(news);
    wake();
  });
  worker.once('error', (error) => {
    ended = error;
    wake();
  });
  worker.once('exit', () => {
    ended ??= new Error('the thread that reads the list has ended');
    wake();
  });
  for (;;) {
    const news = heard.shift();
    if (news !== undefined) yield news;
    else if (ended) throw ended;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}
