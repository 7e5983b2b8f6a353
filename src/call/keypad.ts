/** Digits pressed ahead that are kept; a flood beyond it is dropped. */
const TYPE_AHEAD = 32;

/** How long after a full entry its end key may still come, ms. */
const END_KEY_MS = 4000;

/** However long somebody goes on typing, ms. */
const LONGEST_HUSH_MS = 6000;

/** The caller's keys, pressed and not used yet. It goes with the call from step to step, so that typing ahead works. */
export class Keypad {
  #typed = '';
  #deaf = false;
  #lateEndKey = { key: '', until: 0 };
  /** Keys count again when none was pressed for so long, and at last after some seconds. */
  #hushed?: { readonly quietMs: number; readonly latest: number; until: number };

  /** @param now UTC ms */
  press(digit: string, now: number): void {
    if (this.#hushed && now < this.#hushed.until) {
      this.#hushed.until = Math.min(now + this.#hushed.quietMs, this.#hushed.latest);
      return;
    }
    this.#hushed = undefined;
    const { key, until } = this.#lateEndKey;
    this.#lateEndKey = { key: '', until: 0 };
    if (digit === key && now <= until) return;
    if (!this.#deaf && this.#typed.length < TYPE_AHEAD) this.#typed += digit;
  }

  get isEmpty(): boolean {
    return this.#typed === '';
  }

  /** The next digit, '' when there is none. */
  take(): string {
    const digit = this.#typed.slice(0, 1);
    this.#typed = this.#typed.slice(1);
    return digit;
  }

  /** Throws away what was pressed. */
  clear(): void {
    this.#typed = '';
  }

  /**
   * An entry was full before its end key came. Who was told to press that key does so all the same, and means nothing by it.
   * @param now UTC ms
   */
  ignoreLate(endKey: string, now: number): void {
    if (endKey !== '' && this.#typed.startsWith(endKey)) this.#typed = this.#typed.slice(1);
    else if (this.isEmpty) this.#lateEndKey = { key: endKey, until: now + END_KEY_MS };
  }

  /**
   * Throws away what was pressed, and what goes on being pressed until there is a pause: the rest of an entry that is nobody
   * else's business.
   * @param now UTC ms
   */
  hush(quietMs: number, now: number): void {
    this.#typed = '';
    this.#lateEndKey = { key: '', until: 0 };
    this.#hushed = { quietMs, latest: now + LONGEST_HUSH_MS, until: now + quietMs };
  }

  /** Keys are not for the flow until `listen`: the caller talks with somebody. */
  deafen(): void {
    this.#typed = '';
    this.#deaf = true;
  }

  listen(): void {
    this.#deaf = false;
  }
}
