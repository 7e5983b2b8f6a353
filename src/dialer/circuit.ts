import type { AttemptOutcome } from '../campaign/lead.ts';

/** Attempts that are looked at. */
const LOOKED_AT = 20;
/** Of these, so many may fail in the network before nothing more is sent there. */
const MOST_FAILED = 10;
/** How long it stays open the first time, and at most, ms. */
const FIRST_MS = 15_000;
const LONGEST_MS = 240_000;
/** Outcomes of dials that the network had no time to fail: another one tries. */
const SAYS_NOTHING: ReadonlySet<AttemptOutcome> = new Set(['cancelled', 'unknown']);

/**
 * A circuit-breaker for the trunk: when half of what is dialled fails in the network, nothing more is dialled for a while; then one dial tries
 * whether it works again. Each time that it does not, the while is twice as long.
 */
export class Circuit {
  readonly #recent: boolean[] = [];
  #failed = 0;
  /** UTC ms. */
  #openUntil?: number;
  #waitMs = FIRST_MS;
  /** The attempt that tries whether it works again. */
  #trying?: string;

  /** True while nothing may be dialled. @param now UTC ms */
  isOpen(now: number): boolean {
    return this.#openUntil !== undefined && (now < this.#openUntil || this.#trying !== undefined);
  }

  /** UTC ms at which one dial may try again; undefined while all is well. */
  get opensAt(): number | undefined {
    return this.#openUntil;
  }

  /** A dial goes out. Of an open circuit it is the one that tries. */
  dialled(attempt: string): void {
    if (this.#openUntil !== undefined) this.#trying ??= attempt;
  }

  /** A dial rings or was answered: the trunk works, however long they talk. */
  reached(attempt: string): void {
    if (this.#trying === attempt) this.#close();
  }

  /** A dial has ended. @param now UTC ms */
  ended(attempt: string, outcome: AttemptOutcome, now: number): void {
    const failed = outcome === 'congestion' || outcome === 'failed';
    if (this.#openUntil !== undefined) {
      // What was under way when it opened says nothing.
      if (this.#trying !== attempt) return;
      if (failed) this.#failedAgain(now);
      else if (SAYS_NOTHING.has(outcome)) this.#trying = undefined;
      else this.#close();
      return;
    }
    this.#recent.push(failed);
    if (failed) this.#failed += 1;
    if (this.#recent.length > LOOKED_AT && this.#recent.shift()) this.#failed -= 1;
    if (this.#failed >= MOST_FAILED) this.#openUntil = now + this.#waitMs;
  }

  #failedAgain(now: number): void {
    this.#trying = undefined;
    this.#waitMs = Math.min(LONGEST_MS, this.#waitMs * 2);
    this.#openUntil = now + this.#waitMs;
  }

  #close(): void {
    this.#trying = undefined;
    this.#openUntil = undefined;
    this.#waitMs = FIRST_MS;
    this.#recent.length = 0;
    this.#failed = 0;
  }
}
