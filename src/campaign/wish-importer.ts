import { rm } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import { messageOf, Refused } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { NewWish } from './wish.ts';
import type { NumbersRead, RefusedRow } from './wish-reading.ts';
import type { WishStore } from './wish-store.ts';
import type { WishReadingNews, WishReadingTask } from './wish-worker.ts';

/** What all entries of a list have in common. */
export interface WishListTerms {
  /** The list's name. */
  readonly source: string;
  /** '' for all campaigns. */
  readonly campaign: string;
  /** UTC ms; undefined: for good. */
  readonly until?: number;
  readonly by: string;
}

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

/**
 * Brings lists of numbers in that are not to be called, one after the other: read on a thread of its own, remembered in slices. To
 * bring in the same list again is harmless; one that was cut off by a restart is brought in again.
 */
export class WishImporter {
  readonly #parts: WishImporterParts;
  readonly #imports = new Map<string, WishListProgress>();
  #last: Promise<void> = Promise.resolve();

  constructor(parts: WishImporterParts) {
    this.#parts = parts;
  }

  /** Begins with a file, behind those that wait; it is removed at the end. @returns the import's id */
  begin(path: string, terms: WishListTerms): string {
    const id = this.#parts.ids.next('w');
    const begun = {
      status: 'running',
      problem: '',
      done: 0,
      entries: 0,
      refused: 0,
      refusedRows: [],
    } as const;
    this.#imports.set(id, { id, ...terms, ...begun });
    for (const old of this.#imports.keys()) {
      if (this.#imports.size <= MOST_REMEMBERED) break;
      this.#imports.delete(old);
    }
    this.#last = this.#last.then(() => this.#run(id, path));
    return id;
  }

  progress(id: string): WishListProgress | undefined {
    return this.#imports.get(id);
  }

  /** The latest first. */
  list(): readonly WishListProgress[] {
    return [...this.#imports.values()].toReversed();
  }

  /** Never rejects. */
  async #run(id: string, path: string): Promise<void> {
    const { wishes, clock, log } = this.#parts;
    try {
      await this.#readAll(id, path);
      this.#change(id, { status: 'finished', done: 1 });
    } catch (thrown) {
      const problem = thrown instanceof Refused ? thrown.message : messageOf(thrown);
      this.#change(id, { status: 'failed', problem: `${problem} What was read stays.` });
      log.warn({ import: id, reason: problem }, 'a list of numbers could not be brought in');
    }
    const { source = '', campaign = '', entries = 0, refused = 0, by = '' } = this.#imports.get(id) ?? {};
    try {
      await wishes.noteImport({ source, campaign, entries, refused }, { by, at: clock.now() });
      await rm(path, { force: true });
    } catch (thrown) {
      log.error({ import: id, reason: messageOf(thrown) }, 'the end of an import was not noted');
    }
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
