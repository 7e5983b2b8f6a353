import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import { messageOf, Refused } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { DeskSettings, ListDesk } from './desk.ts';
import type { DeskAnswer, DeskRequest, DeskVerb } from './talk.ts';

/** A request is sent to so many threads: one at which each of them ends is not asked for ever. */
const MOST_TRIES = 3;
/** How long a thread has to be well before its end counts as the first one, ms. */
const WELL_AFTER_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** The thread answers within milliseconds; after this, something is wrong with it, ms. */
const LATE_MS = 5_000;
/** One that waits for a disk is not waited for, ms: what it has in hand is committed or not. */
const STOP_WITHIN_MS = 3_000;

/** A thread starts in a third of the time with it, with less memory, and gives way to calls. */
const BACKGROUND_THREAD = new URL('../setup/background-thread.ts', import.meta.url).href;

interface Asked extends DeskRequest {
  readonly since: number;
  tries: number;
  readonly resolve: (answer: never) => void;
  readonly reject: (reason: unknown) => void;
}

/** The thread that keeps the lists. When it ends, another takes its place and is asked again what was not answered. */
export class ListThread {
  readonly #settings: DeskSettings;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #asked = new Map<number, Asked>();
  #asks = 0;
  #worker?: Worker;
  #startedAt = 0;
  #pauseMs = 0;
  #problem = '';
  #isStopped = false;
  #cancelStart: () => void = () => undefined;
  #started: () => void = () => undefined;

  constructor(settings: DeskSettings, clock: Clock, log: Log) {
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
  }

  /** Resolves when it can be asked, or `problems` says why not; never rejects. */
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
      const hurry = this.#clock.at(this.#clock.now() + STOP_WITHIN_MS, () => void worker.terminate());
      await ended;
      hurry();
    }
    this.#rejectAll(closed());
  }

  /** What is wrong, a sentence each. */
  problems(): readonly string[] {
    const oldest = this.#asked.values().next().value;
    const lateMs = oldest ? this.#clock.now() - oldest.since : 0;
    const late =
      lateMs > LATE_MS
        ? [`The keeper of the lists has not answered for ${Math.round(lateMs / 1000)} s: look at the disk.`]
        : [];
    return this.#problem === '' ? late : [this.#problem];
  }

  /** @throws Refused as the desk does, `lists-unusable`, `lists-closed` */
  ask<V extends DeskVerb>(
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
        since: this.#clock.now(),
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
    const workerData = this.#settings;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData,
      execArgv: ['--import', BACKGROUND_THREAD],
    });
    this.#worker = worker;
    this.#startedAt = this.#clock.now();
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
    this.#log.error({ reason }, 'the thread that keeps the lists has ended');
    if (this.#problem === '')
      this.#problem = `The thread that keeps the lists has ended (${reason}); it is started again.`;
    for (const asked of this.#asked.values())
      if (asked.tries >= MOST_TRIES) {
        this.#asked.delete(asked.ask);
        asked.reject(new Error(`the keeper of the lists ended at it: ${reason}`));
      }
    const wasWell = this.#clock.now() - this.#startedAt >= WELL_AFTER_MS;
    this.#pauseMs = wasWell ? 0 : Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2));
    this.#started();
    this.#cancelStart = this.#clock.at(this.#clock.now() + this.#pauseMs, () => this.#startThread());
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
