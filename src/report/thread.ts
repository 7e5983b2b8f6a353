import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import { messageOf, Refused } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ReportAnswer, ReportRequest, ReportSettings, Reports } from './talk.ts';

/** Another thread takes the place of one that has ended after this, ms. */
const PAUSE_MS = 2_000;
/** A question that is not answered within this is given up, ms. */
const PATIENCE_MS = 30_000;

/** A thread starts in a third of the time with it, with less memory, and gives way to calls. */
const BACKGROUND_THREAD = new URL('../setup/background-thread.ts', import.meta.url).href;

interface Asked {
  readonly resolve: (answer: never) => void;
  readonly reject: (reason: unknown) => void;
  readonly giveUp: () => void;
}

/** The thread of reports. Whoever asks while it ends, asks again. */
export class ReportThread implements Reports {
  readonly #settings: ReportSettings;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #asked = new Map<number, Asked>();
  #asks = 0;
  #worker?: Worker;
  #problem = '';
  #isStopped = false;
  #cancelStart: () => void = () => undefined;

  constructor(settings: ReportSettings, clock: Clock, log: Log) {
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
  }

  start(): void {
    if (this.#worker || this.#isStopped) return;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: this.#settings,
      execArgv: ['--import', BACKGROUND_THREAD],
    });
    this.#worker = worker;
    let reason = 'it was ended';
    worker.on('message', (answer: ReportAnswer) => this.#hear(answer));
    worker.once('error', (error) => {
      reason = messageOf(error);
    });
    worker.once('exit', () => this.#ended(worker, reason));
  }

  /** Ends it at once: what it has not summed, it sums next time. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelStart();
    await this.#worker?.terminate();
    this.#rejectAll('the daemon is ending');
  }

  /** What is wrong, a sentence each. */
  problems(): readonly string[] {
    return this.#problem === '' ? [] : [this.#problem];
  }

  ask: Reports['ask'] = (verb, ...words) => {
    const worker = this.#worker;
    if (!worker) return Promise.reject(unusable(this.#problem || 'they are not read yet'));
    return new Promise((resolve, reject) => {
      this.#asks += 1;
      const ask = this.#asks;
      const giveUp = this.#clock.at(this.#clock.now() + PATIENCE_MS, () =>
        this.#settle(ask)?.reject(unusable('they take too long: ask for a shorter span')),
      );
      this.#asked.set(ask, { resolve, reject, giveUp });
      worker.postMessage({ ask, verb, words } satisfies ReportRequest);
    });
  };

  #hear(answer: ReportAnswer): void {
    if ('ready' in answer) this.#problem = '';
    else if ('unusable' in answer) {
      this.#problem = `Reports cannot be made: ${answer.unusable}`;
      this.#rejectAll(answer.unusable);
    } else if ('failed' in answer)
      this.#log.warn({ reason: answer.failed }, 'reports could not be brought up to date');
    else this.#answered(answer);
  }

  #answered(answer: Extract<ReportAnswer, { readonly ask: number }>): void {
    const asked = this.#settle(answer.ask);
    if (!asked) return;
    if ('answer' in answer) asked.resolve(answer.answer as never);
    else if ('broken' in answer) asked.reject(new Error(answer.broken));
    else {
      const { id, message, details } = answer.refused;
      asked.reject(new Refused(id, message, details));
    }
  }

  #settle(ask: number): Asked | undefined {
    const asked = this.#asked.get(ask);
    this.#asked.delete(ask);
    asked?.giveUp();
    return asked;
  }

  #ended(worker: Worker, reason: string): void {
    if (this.#worker === worker) this.#worker = undefined;
    if (this.#isStopped) return;
    this.#log.error({ reason }, 'the thread of reports has ended');
    this.#problem = `The thread of reports has ended (${reason}); it is started again.`;
    this.#rejectAll(reason);
    this.#cancelStart = this.#clock.at(this.#clock.now() + PAUSE_MS, () => this.start());
  }

  #rejectAll(why: string): void {
    for (const ask of [...this.#asked.keys()]) this.#settle(ask)?.reject(unusable(why));
  }
}

function unusable(why: string): Refused {
  return new Refused('reports-unusable', `Reports cannot be made now: ${why}`);
}
