import { createHash } from 'node:crypto';
import { type Answer, no } from './answer.ts';

const KEPT_MS = 24 * 3_600_000;
const MAX_KEPT = 10_000;

/** Answers that say how something ended. Others, as a wrong PIN or a session that is over, may come out better next time. */
const FINAL: ReadonlySet<number> = new Set([200, 402, 403, 404, 409]);

interface Kept {
  readonly request: string;
  readonly answer: Answer;
  readonly until: number;
}

/** Remembers what was answered under an idempotency key, so that nothing is done twice. */
export class Replays {
  readonly #now: () => number;
  /** In the order of their coming, which is that of their going. */
  readonly #kept = new Map<string, Kept>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Gives the answer of the first time, or that of `run`. @param request everything that was asked */
  once(
    key: string,
    request: string,
    run: () => Answer,
  ): { readonly answer: Answer; readonly replayed: boolean } {
    const hash = createHash('sha256').update(request).digest('base64');
    this.#forgetOld();
    const kept = this.#kept.get(key);
    if (kept?.request === hash) return { answer: kept.answer, replayed: true };
    if (kept) return { answer: KEY_REUSED, replayed: false };
    const answer = run();
    if (FINAL.has(answer.status))
      this.#kept.set(key, { request: hash, answer, until: this.#now() + KEPT_MS });
    return { answer, replayed: false };
  }

  #forgetOld(): void {
    for (const [key, { until }] of this.#kept) {
      if (until > this.#now() && this.#kept.size < MAX_KEPT) return;
      this.#kept.delete(key);
    }
  }
}

const KEY_REUSED = no(422, 'key-reused', 'This idempotency key belongs to another request: make a new one.');
