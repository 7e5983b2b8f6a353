import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import { messageOf, Refused } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Bench, BenchAnswer, BenchRequest } from './flow-talk.ts';

/** A question that takes longer is given up, ms. The largest flow that is read takes a tenth of it. */
const PATIENCE_MS = 10_000;
/** Questions that wait; more are refused. */
const MOST_WAITING = 30;

/** A thread starts in a third of the time with it, and with less memory. */
const QUICK_IMPORTS = new URL('../setup/quick-imports.ts', import.meta.url).href;

interface Asked extends BenchRequest {
  readonly resolve: (answer: never) => void;
  readonly reject: (reason: unknown) => void;
}

export interface FlowThreadParts {
  /** Absolute path of the flow files. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a question may take, ms. */
  readonly patienceMs?: number;
}

/**
 * The thread of the flow bench. It is there from the first question on, and is asked one thing at a time. What takes too long ends the
 * thread, because nothing else would stop it; trials that it held are over then.
 */
export class FlowThread implements Bench {
  readonly #parts: FlowThreadParts;
  readonly #waiting: Asked[] = [];
  #worker?: Worker;
  /** What the thread has in hand, and what stops its clock. */
  #inHand?: { readonly asked: Asked; readonly stopClock: () => void };

  constructor(parts: FlowThreadParts) {
    this.#parts = parts;
  }

  ask: Bench['ask'] = (verb, ...words) => {
    if (this.#waiting.length >= MOST_WAITING)
      return Promise.reject(
        new Refused('flow-checks-busy', 'Too many flows are being checked: try again in a while.'),
      );
    return new Promise((resolve, reject) => {
      this.#waiting.push({ verb, words, resolve, reject });
      this.#next();
    });
  };

  async stop(): Promise<void> {
    const isOver = new Refused('flow-checks-busy', 'The daemon is ending.');
    for (const { reject } of this.#waiting.splice(0)) reject(isOver);
    await this.#worker?.terminate();
  }

  #next(): void {
    if (this.#inHand) return;
    const asked = this.#waiting.shift();
    if (!asked) return;
    const { clock, patienceMs = PATIENCE_MS } = this.#parts;
    const stopClock = clock.at(clock.now() + patienceMs, () => this.#giveUp());
    this.#inHand = { asked, stopClock };
    this.#worker ??= this.#start();
    this.#worker.postMessage({ verb: asked.verb, words: asked.words } satisfies BenchRequest);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./flow-worker.ts', import.meta.url), {
      workerData: { folder: this.#parts.folder },
      execArgv: ['--import', QUICK_IMPORTS],
    });
    let reason = 'it was ended';
    worker.on('message', (answer: BenchAnswer) => this.#hear(worker, answer));
    worker.once('error', (error) => {
      reason = messageOf(error);
    });
    worker.once('exit', () => this.#ended(worker, reason));
    return worker;
  }

  #hear(worker: Worker, answer: BenchAnswer): void {
    if (worker !== this.#worker) return;
    const asked = this.#takeInHand();
    if (asked) {
      if ('answer' in answer) asked.resolve(answer.answer as never);
      else if ('broken' in answer) asked.reject(new Error(answer.broken));
      else asked.reject(new Refused(answer.refused.id, answer.refused.message, answer.refused.details));
    }
    this.#next();
  }

  #giveUp(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    const asked = this.#takeInHand();
    this.#parts.log.warn({ verb: asked?.verb }, 'a check of flows took too long and was given up');
    asked?.reject(
      new Refused('flow-check-too-long', 'This takes too long to check: make several flows of it.'),
    );
    void worker?.terminate();
    this.#next();
  }

  #ended(worker: Worker, reason: string): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    this.#parts.log.error({ reason }, 'the thread that checks flows has ended');
    this.#takeInHand()?.reject(
      new Refused('flow-checks-busy', `The check broke off (${reason}): try again.`),
    );
    this.#next();
  }

  #takeInHand(): Asked | undefined {
    this.#inHand?.stopClock();
    const asked = this.#inHand?.asked;
    this.#inHand = undefined;
    return asked;
  }
}
