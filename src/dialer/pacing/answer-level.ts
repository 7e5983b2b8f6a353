import { PACING } from './constants.ts';

/**
 * How people answer now, as a multiple of what is expected of the dials made: 1 is as usual. A slow look is precise; a fast one notices a
 * change and then takes over. Expected answers are compensators: the risk of an answer that a dial was under so far, which has no bias from
 * dials that still ring.
 */
export class AnswerLevel {
  #slowSeen = 0;
  #slowDue = 0;
  #fastSeen = 0;
  #fastDue = 0;
  /** UTC ms; undefined: they are not out. */
  #outSince: number | undefined;
  #isAccepted = false;
  #outUntil = Number.NEGATIVE_INFINITY;

  /**
   * A dial stopped ringing. @param due answers that were expected of it until then, 0 to about 1 @param dialledAt UTC ms
   * @returns whether anything can be learned from it: not while answers are out, and not from dials that were made then
   */
  note(isLive: boolean, due: number, dialledAt: number, at: number): boolean {
    if (dialledAt < this.#outUntil) return false;
    this.#count(isLive ? 1 : 0, due);
    const now = ratio(this.#fastSeen, this.#fastDue);
    if (now > PACING.usualAbove) this.#isAccepted = false;
    if (now < PACING.outageBelow && !this.#isAccepted) this.#outSince ??= at;
    if (now > PACING.outageOver && this.#outSince !== undefined) this.#beginAgain(at);
    if (this.#outSince !== undefined && at - this.#outSince > PACING.longestOutageMs) this.#accept();
    return this.#outSince === undefined;
  }

  /** What to plan with. @param pendingDue answers expected so far of the dials that still ring */
  planned(pendingDue: number, now: number): number {
    if (this.#outSince !== undefined || now < this.#outUntil + PACING.recoveryMs)
      return Math.max(PACING.outageLevel, this.level(0));
    return Math.max(PACING.leastLevel, this.level(pendingDue));
  }

  /** As it is believed to be. */
  level(pendingDue: number): number {
    return ratio(this.#slowSeen, this.#slowDue + pendingDue);
  }

  /** Squared coefficient of variation of `level`. */
  get variation(): number {
    return 1 / (PRIOR + this.#slowDue);
  }

  /** What goes on for long is no outage any more: then it is how people answer, and is learned. */
  #accept(): void {
    this.#isAccepted = true;
    this.#outSince = undefined;
  }

  #count(seen: number, due: number): void {
    const slow = Math.exp(-due / PACING.levelMemory);
    const fast = Math.exp(-due / PACING.alarmMemory);
    this.#slowSeen = this.#slowSeen * slow + seen;
    this.#slowDue = this.#slowDue * slow + due;
    this.#fastSeen = this.#fastSeen * fast + seen;
    this.#fastDue = this.#fastDue * fast + due;
    if (Math.abs(this.#surprise()) <= PACING.alarmSigmas) return;
    this.#slowSeen = this.#fastSeen;
    this.#slowDue = this.#fastDue;
  }

  /** Answers are back: what was seen while they were out says nothing about them. */
  #beginAgain(at: number): void {
    this.#outUntil = at;
    this.#outSince = undefined;
    this.#slowDue = PRIOR;
    this.#fastDue = PRIOR;
    this.#slowSeen = 2 * PRIOR * PACING.outageLevel - PRIOR;
    this.#fastSeen = this.#slowSeen;
  }

  /** How far the fast look is from the slow one, in standard deviations: a count that fades has half the variance of its mean. */
  #surprise(): number {
    const expected = this.#fastDue * ratio(this.#slowSeen, this.#slowDue);
    return (this.#fastSeen - expected) / Math.sqrt(expected / 2 + 1);
  }
}

/** Answers as expected that are taken for seen, so that the first few mean little. */
const PRIOR = 6;

function ratio(seen: number, due: number): number {
  return (seen + PRIOR) / (due + PRIOR);
}
