import type { Clock } from '../base/clock.ts';
import type { Deadlines } from '../base/deadlines.ts';

/** Wakes the engine when the next deadline has come. */
export class Alarm {
  readonly #clock: Clock;
  readonly #deadlines: Pick<Deadlines, 'next'>;
  readonly #ring: () => void;
  #cancel: () => void = () => undefined;
  /** UTC ms. */
  #at?: number;

  constructor(clock: Clock, deadlines: Pick<Deadlines, 'next'>, ring: () => void) {
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#ring = ring;
  }

  /** Deadlines may have changed. */
  set(): void {
    const next = this.#deadlines.next();
    if (next === this.#at) return;
    this.#cancel();
    this.#at = next;
    if (next === undefined) return;
    this.#cancel = this.#clock.at(next, () => {
      this.#at = undefined;
      this.#ring();
    });
  }

  /** Rings no more. */
  stop(): void {
    this.#cancel();
  }
}
