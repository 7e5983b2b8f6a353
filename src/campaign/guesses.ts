/** Wrong codes that one number may key in within the window before it is sent away; hidden numbers share one account. */
export const GUESS_LIMIT = { wrongCodes: 6, windowMs: 30 * 60_000, hiddenFactor: 10 } as const;

/** Numbers that are remembered at once; a flood of invented numbers forgets the oldest. */
const REMEMBERED = 100_000;

/** Keeps account of wrong campaign codes per caller number, so that nobody finds a code by trying. */
export class CodeGuesses {
  readonly #wrong = new Map<string, number[]>();

  /** @param ani '' when hidden; @param at UTC ms */
  noteWrong(ani: string, at: number): void {
    const times = this.#recent(ani, at);
    this.#wrong.delete(ani);
    this.#wrong.set(ani, [...times, at]);
    if (this.#wrong.size > REMEMBERED) this.#wrong.delete(this.#wrong.keys().next().value!);
  }

  /** @param now UTC ms */
  mayGuess(ani: string, now: number): boolean {
    const limit = GUESS_LIMIT.wrongCodes * (ani === '' ? GUESS_LIMIT.hiddenFactor : 1);
    return this.#recent(ani, now).length < limit;
  }

  #recent(ani: string, now: number): number[] {
    return (this.#wrong.get(ani) ?? []).filter((at) => at > now - GUESS_LIMIT.windowMs);
  }
}
