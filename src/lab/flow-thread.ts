import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import { messageOf, Refused } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Bench, BenchAnswer, BenchRequest, BenchVerb } from './flow-talk.ts';

/** A question that takes longer is given up, ms. The largest flow that is read takes a tenth of it. */
const PATIENCE_MS = 10_000;
/** Questions that wait; more are refused. */
const MOST_WAITING = 30;
/** Those of one user's trials: each may take its time, and others wait behind. */
const MOST_OF_OWNER = 5;
/**
 * What the thread may fill, MB. New objects have little room on purpose: Node ends a thread that is full, but when many of them move at once
 * there is no room left for that, and it is the daemon that ends.
 */
const MEMORY = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/** Which of its words says whose trial a question is about. */
const OWNER_AT: { readonly [Verb in BenchVerb]?: number } = {
  beginTrial: 3,
  actInTrial: 1,
  trial: 1,
  endTrial: 1,
  saidIn: 1,
};

const FLOW_WORKER = new URL('./flow-worker.ts', import.meta.url);
/** A thread starts in a third of the time with it, with less memory, and gives way to calls. */
const BACKGROUND_THREAD = new URL('../setup/background-thread.ts', import.meta.url).href;

interface Asked extends BenchRequest {
  readonly resolve: (answer: never) => void;
  readonly reject: (reason: unknown) => void;
}

export interface FlowThreadParts {
  /** Absolute path of the flow files. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** What runs in the thread. */
  readonly worker?: URL;
}

/**
 * The thread of the flow bench. It is there from the first question on, and is asked one thing at a time. What takes too long ends the
 * thread, because nothing else would stop it; trials that it held are over then.
 */
export class FlowThread implements Bench {
  readonly #parts: FlowThreadParts;
  readonly #waiting: Asked[] = [];
  #worker?: Worker;
  #isStopped = false;
  /** What the thread has in hand, and what stops its clock. */
  #inHand?: { readonly asked: Asked; readonly stopClock: () => void };

  constructor(parts: FlowThreadParts) {
    this.#parts = parts;
  }

  ask: Bench['ask'] = (verb, ...words) => {
    if (this.#isStopped) return Promise.reject(ending());
    if (this.#waiting.length >= MOST_WAITING || this.#hasItsShare({ verb, words }))
      return Promise.reject(
        new Refused('flow-checks-busy', 'Too many flows are being checked: try again in a while.'),
      );
    return new Promise((resolve, reject) => {
      this.#waiting.push({ verb, words, resolve, reject });
      this.#next();
    });
  };

  async stop(): Promise<void> {
    this.#isStopped = true;
    const worker = this.#worker;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.splice(0)) reject(ending());
    this.#takeInHand()?.reject(ending());
    await worker?.terminate();
  }

  #hasItsShare(request: BenchRequest): boolean {
    const owner = ownerOf(request);
    return (
      owner !== undefined && this.#waiting.filter((one) => ownerOf(one) === owner).length >= MOST_OF_OWNER
    );
  }

  #next(): void {
    if (this.#inHand) return;
    const asked = this.#waiting.shift();
    if (!asked) return;
    const { clock } = this.#parts;
    const stopClock = clock.at(clock.now() + PATIENCE_MS, () => this.#giveUp());
    this.#inHand = { asked, stopClock };
    this.#worker ??= this.#start();
    try {
      this.#worker.postMessage({ verb: asked.verb, words: asked.words } satisfies BenchRequest);
    } catch (thrown) {
      this.#takeInHand()?.reject(thrown);
      this.#next();
    }
  }

  #start(): Worker {
    const { folder, worker: script = FLOW_WORKER } = this.#parts;
    const worker = new Worker(script, {
      workerData: { folder },
      execArgv: ['--import', BACKGROUND_THREAD],
      resourceLimits: MEMORY,
    });
    let reason: unknown = 'it was ended';
    worker.on('message', (answer: BenchAnswer) => this.#hear(worker, answer));
    worker.once('error', (error) => {
      reason = error;
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

  #ended(worker: Worker, thrown: unknown): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    const reason = messageOf(thrown);
    this.#parts.log.error({ reason }, 'the thread that checks flows has ended');
    const isFull = thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_WORKER_OUT_OF_MEMORY';
    this.#takeInHand()?.reject(
      isFull
        ? new Refused(
            'flow-check-too-large',
            'This takes too much memory to check: make several flows of it.',
          )
        : new Refused('flow-checks-busy', `The check broke off (${reason}): try again.`),
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

function ownerOf({ verb, words }: BenchRequest): unknown {
  const at = OWNER_AT[verb];
  return at === undefined ? undefined : words[at];
}

const ending = (): Refused => new Refused('flow-checks-busy', 'The daemon is ending.');
