/** Tries in a minute of one address with a wrong token, and with none: a page that nobody logged in to asks often. */
export const WRONG_TOKENS_PER_MINUTE = 30;
export const WITHOUT_TOKEN_PER_MINUTE = 600;

const MINUTE_MS = 60_000;
/** Addresses that are counted at once; a flood of them forgets the oldest. */
const MOST_ADDRESSES = 10_000;
/** Right tokens that are remembered. */
const MOST_TOKENS = 1_000;

/** Counts tries per key and window of time, and refuses before anything is looked up. */
export class Tries {
  readonly #most: number;
  readonly #windowMs: number;
  readonly #counts = new Map<string, { since: number; count: number }>();

  /** @param most tries of one key within `windowMs` */
  constructor(most: number, windowMs = MINUTE_MS) {
    this.#most = most;
    this.#windowMs = windowMs;
  }

  /** Counts one; false when it is one too many. @param now UTC ms */
  take(key: string, now: number): boolean {
    const known = this.#counts.get(key);
    if (known && now - known.since < this.#windowMs) {
      if (known.count >= this.#most) return false;
      known.count += 1;
      return true;
    }
    this.#counts.delete(key);
    this.#counts.set(key, { since: now, count: 1 });
    if (this.#counts.size > MOST_ADDRESSES) this.#counts.delete(this.#counts.keys().next().value!);
    return true;
  }

  /** How long until a key has all its tries again, ms. @param now UTC ms */
  leftMs(key: string, now: number): number {
    const known = this.#counts.get(key);
    return known ? Math.max(0, known.since + this.#windowMs - now) : 0;
  }

  /** Those of this key count no longer. */
  forget(key: string): void {
    this.#counts.delete(key);
  }

  /** One that was counted was none. */
  giveBack(key: string): void {
    const known = this.#counts.get(key);
    if (known && known.count > 0) known.count -= 1;
  }
}

/** Hashes of tokens that were right: whoever has one gets in beside others who guess from his address. */
export class RightTokens {
  readonly #hashes = new Set<string>();

  has(hash: string): boolean {
    return this.#hashes.has(hash);
  }

  note(hash: string, isRight: boolean): void {
    this.#hashes.delete(hash);
    if (!isRight) return;
    this.#hashes.add(hash);
    if (this.#hashes.size > MOST_TOKENS) this.#hashes.delete(this.#hashes.keys().next().value!);
  }
}
