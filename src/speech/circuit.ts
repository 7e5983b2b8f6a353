import { messageOf, Refused } from '../base/errors.ts';
import type { Voices } from './persona.ts';

/** So many failures in a row, and a voice is taken for dead. */
const FAILURES = 3;

/** A dead voice is left alone for that long; then a single failure makes it dead again. */
export const REST_MS = 60_000;

/** A voice whose last try failed. */
interface Failing {
  readonly failures: number;
  /** UTC ms. */
  readonly lastAt: number;
  readonly reason: string;
}

/** Saves callers and admins from waiting, sound by sound, for speech that hangs or fails. Each persona's voices stand for themselves. */
export class Circuit {
  readonly #now: () => number;
  readonly #failing = new Map<string, Failing>();

  /** @param now UTC ms; where time stands still, a dead voice stays dead */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Runs `job`, which speaks in `voices`. Rejects with what it rejects with.
   * @throws Refused `speech-dead` when these voices failed three times in a row, the last time less than a minute ago
   */
  async speak(voices: Voices | undefined, job: () => Promise<void>): Promise<void> {
    const key = JSON.stringify(voices ?? {});
    const before = this.#failing.get(key);
    if (before && before.failures >= FAILURES && this.#now() < before.lastAt + REST_MS)
      throw new Refused('speech-dead', `speech does not answer (${before.reason})`);
    try {
      await job();
      this.#failing.delete(key);
    } catch (thrown) {
      const failures = (this.#failing.get(key)?.failures ?? 0) + 1;
      this.#failing.set(key, { failures, lastAt: this.#now(), reason: messageOf(thrown) });
      throw thrown;
    }
  }
}
