import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { atMost } from './at-most.ts';
import { REST_MS } from './circuit.ts';
import type { Obstacle, Source, Sources } from './sources.ts';

/** Sound files made at once: two, because speech is all computing. */
const AT_ONCE = 2;

/** Nobody waits longer than that for sounds; those that are left are made behind his back. */
const LIMIT_MS = 60_000;

/** All the ways to get a sound, the best first. */
type Chain = readonly Source[];

export interface PreparationParts {
  readonly sources: Sources;
  /** Without one there is no limit and no second try. */
  readonly clock?: Clock;
  readonly log: Log;
}

/** Makes sounds before calls need them: while somebody waits, and, when speech is slow or away, later until all are there. */
export class Preparation {
  readonly #parts: PreparationParts;
  readonly #inTurn = atMost(AT_ONCE);
  /** What is still to be made, by what it is for. */
  readonly #left = new Map<string, ReadonlySet<Chain>>();
  /** Undefined when none is due. */
  #cancelRetry?: () => void;
  #isRetrying = false;
  #isClosed = false;

  constructor(parts: PreparationParts) {
    this.#parts = parts;
  }

  /**
   * Makes the best sound of each chain, in their order. Returns a sentence for each that could not be made as wished, and a single
   * one for all that speech was not asked for any more.
   * @param purpose what they are for: the same one again replaces what was left of it
   * @param onProgress told the number tried and the number to try
   */
  async make(
    purpose: string,
    chains: readonly Chain[],
    onProgress: (done: number, all: number) => void,
  ): Promise<string[]> {
    const left = new Set(chains);
    const obstacles: Obstacle[] = [];
    let done = 0;
    let isLate = false;
    const round = this.#round(
      left,
      () => isLate,
      (found) => {
        obstacles.push(...found);
        onProgress(++done, chains.length);
      },
    );
    isLate = !(await this.#inTime(round));
    const problems = [
      ...obstacles.flatMap(({ id, message }) => (id === 'speech-dead' ? [] : [message])),
      ...this.#unmade(left, obstacles, isLate),
    ];
    if (left.size > 0) this.#left.set(purpose, left);
    else this.#left.delete(purpose);
    this.#retryIn(isLate ? 0 : REST_MS);
    return [...new Set(problems)];
  }

  /** Gives up what is left. */
  close(): void {
    this.#isClosed = true;
    this.#cancelRetry?.();
  }

  /** Takes out of `left` what another try would not make better. */
  async #round(
    left: Set<Chain>,
    isOver: () => boolean,
    onTried: (obstacles: readonly Obstacle[]) => void,
  ): Promise<void> {
    const queue = [...left].values();
    // Each asks for its turn anew, so that a single flow that is saved does not wait behind hundreds of sounds.
    const work = async (): Promise<void> => {
      for (const chain of queue) {
        if (isOver()) return;
        const obstacles = await this.#parts.sources.ensure(chain, this.#inTurn);
        if (!obstacles.some(({ id }) => id === 'speech-failed' || id === 'speech-dead')) left.delete(chain);
        onTried(obstacles);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** Tells whether `round` ended within the limit. After it, the sounds that are being made are still finished. */
  async #inTime(round: Promise<void>): Promise<boolean> {
    const { clock } = this.#parts;
    let cancel: () => void = () => undefined;
    const limit = new Promise<false>((resolve) => {
      cancel = clock?.at(clock.now() + LIMIT_MS, () => resolve(false)) ?? cancel;
    });
    try {
      return await Promise.race([round.then(() => true), limit]);
    } finally {
      cancel();
    }
  }

  #unmade(left: ReadonlySet<Chain>, obstacles: readonly Obstacle[], isLate: boolean): string[] {
    const dead = obstacles.find(({ id }) => id === 'speech-dead');
    if (left.size === 0 || !(dead || isLate)) return [];
    const silent = [...left].filter((chain) => !this.#parts.sources.best(chain)).length;
    const other = left.size - silent;
    const state = [
      ...(silent > 0 ? [`${prompts(silent, 'has', 'have')} no sound yet`] : []),
      ...(other > 0 ? [`${prompts(other, 'is', 'are')} heard in the ordinary voice`] : []),
    ].join(', ');
    if (!dead) return [`speech is slow: ${state}; they are being made`];
    const later = this.#parts.clock ? '; they are made as soon as it does' : '';
    return [`${dead.message}: ${state}${later}`];
  }

  /** A retry that is due already is not put off: others may prepare again and again. */
  #retryIn(ms: number): void {
    const { clock } = this.#parts;
    if (!clock || this.#isClosed || this.#isRetrying || this.#left.size === 0) return;
    if (this.#cancelRetry && ms > 0) return;
    this.#cancelRetry?.();
    this.#cancelRetry = clock.at(clock.now() + ms, () => void this.#retry());
  }

  async #retry(): Promise<void> {
    this.#cancelRetry = undefined;
    if (this.#left.size === 0) return;
    this.#isRetrying = true;
    for (const [purpose, left] of this.#left) {
      const still = new Set(left);
      await this.#round(
        still,
        () => this.#isClosed || this.#left.get(purpose) !== left,
        () => undefined,
      );
      if (this.#left.get(purpose) !== left) continue;
      if (still.size > 0) this.#left.set(purpose, still);
      else this.#left.delete(purpose);
    }
    this.#isRetrying = false;
    if (this.#left.size === 0)
      this.#parts.log.info({}, 'the sounds of prompts that were missing are there now');
    this.#retryIn(REST_MS);
  }
}

function prompts(count: number, one: string, many: string): string {
  return count === 1 ? `1 prompt ${one}` : `${count} prompts ${many}`;
}
