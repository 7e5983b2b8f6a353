import { Worker } from 'node:worker_threads';
import type { ShiftFigures } from '../../dialing/figures.ts';
import type { ShiftJob } from './job.ts';

const THREADS = 2;
const EVERY_MS = 10_000;

/**
 * Plays shifts on threads of their own, the largest first, and says on stderr how far it is.
 * @returns what came of each job, in the order of the jobs, however the threads shared them
 * @throws what a thread threw
 */
export async function playJobs(jobs: readonly ShiftJob[], what: string): Promise<ShiftFigures[]> {
  const results = new Array<ShiftFigures>(jobs.length);
  const order = jobs.map((_, index) => index).sort((a, b) => jobs[b]!.agents - jobs[a]!.agents || a - b);
  const progress = new Progress(jobs, what);
  await Promise.all(
    Array.from({ length: Math.min(THREADS, jobs.length) }, () => work(jobs, order, results, progress)),
  );
  progress.end();
  return results;
}

/** One thread, until nothing is left to play. */
async function work(
  jobs: readonly ShiftJob[],
  order: number[],
  results: ShiftFigures[],
  progress: Progress,
): Promise<void> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { execArgv: [] });
  try {
    await new Promise<void>((resolve, reject) => {
      const next = (): void => {
        const index = order.shift();
        if (index === undefined) resolve();
        else worker.postMessage({ index, job: jobs[index]! });
      };
      worker.on('error', (error) => {
        // What one thread cannot play, nobody plays on.
        order.length = 0;
        reject(error);
      });
      worker.on('message', ({ index, figures }: { index: number; figures: ShiftFigures }) => {
        results[index] = figures;
        progress.played(jobs[index]!);
        next();
      });
      next();
    });
  } finally {
    await worker.terminate();
  }
}

/** How far it is: a shift counts by its agents, which is about what it costs. */
class Progress {
  readonly #what: string;
  readonly #all: number;
  readonly #jobs: number;
  readonly #began = performance.now();
  #done = 0;
  #played = 0;
  #saidAt = this.#began;

  constructor(jobs: readonly ShiftJob[], what: string) {
    this.#what = what;
    this.#jobs = jobs.length;
    this.#all = jobs.reduce((sum, job) => sum + weightOf(job), 0);
  }

  played(job: ShiftJob): void {
    this.#done += weightOf(job);
    this.#played += 1;
    const now = performance.now();
    if (now - this.#saidAt < EVERY_MS) return;
    this.#saidAt = now;
    const left = ((now - this.#began) / 1000) * (this.#all / this.#done - 1);
    this.#say(`${this.#played} of ${this.#jobs} shifts, about ${Math.round(left)} s left`);
  }

  end(): void {
    this.#say(`${this.#jobs} shifts in ${Math.round((performance.now() - this.#began) / 1000)} s`);
  }

  #say(text: string): void {
    process.stderr.write(`${this.#what}: ${text}\n`);
  }
}

/** Asking a policy costs something however few agents there are. */
function weightOf({ agents }: ShiftJob): number {
  return 50 + agents;
}
