import type { AttemptOutcome } from '../list/lead.ts';

/** Attempts that are looked at. */
const LOOKED_AT = 20;
/** Of these, so many may fail in the network before nothing more is sent there. */
const MOST_FAILED = 10;
/** How long it stays open the first time, and at most, ms. */
const FIRST_MS = 15_000;
const LONGEST_MS = 240_000;
/** What has rung for so long, ms, has gone through the network: some trunks say that it rings and fail at once. */
const RINGS_MS = 3_000;
/** Outcomes of dials that the network had no time to fail: another one tries. */
const SAYS_NOTHING: ReadonlySet<AttemptOutcome> = new Set(['cancelled', 'not-dialled', 'unknown']);

/**
 * A circuit-breaker for the trunk: when half of what is dialled fails in the network, nothing more is dialled for a while; then one dial tries
 * whether it works again. Each time that it does not, the while is twice as long.
 */
export class Circuit {
  readonly #recent: boolean[] = [];
  #failed = 0;
  /** UTC ms. */
  #openUntil: number | undefined;
  #waitMs = FIRST_MS;
  /** The attempt that tries whether it works again. */
  #trying: string | undefined;
  /** UTC ms. */
  #ringsSince = Number.POSITIVE_INFINITY;

  /** True while nothing may be dialled. @param now UTC ms */
  isOpen(now: number): boolean {
    if (now >= this.#ringsSince + RINGS_MS) this.#close();
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

  /** A dial rings. @param now UTC ms */
  rings(attempt: string, now: number): void {
    if (this.#trying === attempt) this.#ringsSince = now;
  }

  /** A dial was answered: the trunk works, however long they talk. */
  answered(attempt: string): void {
    if (this.#trying === attempt) this.#close();
  }

  /** A dial has ended. @param now UTC ms */
  ended(attempt: string, outcome: AttemptOutcome, now: number): void {
    const failed = outcome === 'congestion' || outcome === 'failed';
    if (this.#openUntil !== undefined) {
      // What was under way when it opened says nothing.
      if (this.#trying !== attempt) return;
      if (failed) this.#failedAgain(now);
      else if (SAYS_NOTHING.has(outcome)) this.#over();
      else this.#close();
      return;
    }
    if (SAYS_NOTHING.has(outcome)) return;
    this.#recent.push(failed);
    if (failed) this.#failed += 1;
    if (this.#recent.length > LOOKED_AT && this.#recent.shift()) this.#failed -= 1;
    if (this.#failed >= MOST_FAILED) this.#openUntil = now + this.#waitMs;
  }

  #over(): void {
    this.#trying = undefined;
    this.#ringsSince = Number.POSITIVE_INFINITY;
  }

  #failedAgain(now: number): void {
    this.#over();
    this.#waitMs = Math.min(LONGEST_MS, this.#waitMs * 2);
    this.#openUntil = now + this.#waitMs;
  }

  #close(): void {
    this.#over();
    this.#openUntil = undefined;
    this.#waitMs = FIRST_MS;
    this.#recent.length = 0;
    this.#failed = 0;
  }
}
