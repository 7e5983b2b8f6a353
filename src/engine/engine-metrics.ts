import { Counter, Histogram, type Metric } from '../base/metrics.ts';
import type { EngineObserver } from './observer.ts';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** Counts how the engine works. */
export class EngineMetrics implements EngineObserver {
  readonly now: () => number;
  readonly #turns = new Histogram(
    {
      name: 'carillon_engine_turn_seconds',
      help: 'Turns of the mailbox: rules, commit, and the start of what follows.',
    },
    SECONDS,
  );
  readonly #inputs = new Counter({
    name: 'carillon_engine_inputs_total',
    help: 'What turns have taken: what the PBX said, what steps reported, what people asked for.',
  });
  readonly #commits = new Histogram(
    { name: 'carillon_commit_seconds', help: 'Commits of a turn to the database.' },
    SECONDS,
  );
  readonly #failed = new Counter({
    name: 'carillon_commits_failed_total',
    help: 'Commits that the database refused; their changes go with the next one.',
  });

  /** @param now time that only grows, ms */
  constructor(now: () => number) {
    this.now = now;
  }

  get metrics(): readonly Metric[] {
    return [this.#turns, this.#inputs, this.#commits, this.#failed];
  }

  turned(startedAt: number, inputs: number): void {
    this.#turns.observe((this.now() - startedAt) / 1000);
    this.#inputs.add(inputs);
  }

  committed(startedAt: number, well: boolean): void {
    this.#commits.observe((this.now() - startedAt) / 1000);
    if (!well) this.#failed.add(1);
  }
}
