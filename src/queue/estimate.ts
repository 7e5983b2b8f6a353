/** Departures that what was learned of a line reaches back to, roughly: one counts this much less with each that follows. */
const MEMORY = 0.97;
/** What is assumed before anything was learned weighs as much as so many departures, and is forgotten with the others. */
const PRIOR = 2;
/** How long callers are willing to wait, until some gave up, ms. */
const PRIOR_PATIENCE_MS = 600_000;
/** A conversation with the time after it, until some were over, ms. */
const PRIOR_HANDLE_MS = 180_000;
/** From an offer to the talk, until some were seen, ms. */
const PRIOR_RING_MS = 5000;
/** How far one conversation moves the mean. */
const STEP = 0.05;

/** How a line moves, as the formula needs it. */
export interface LineSpeed {
  /** Callers whom agents take from the line, per ms, as long as somebody waits. */
  readonly servedPerMs: number;
  /** How readily each of the waiting gives up, per ms. */
  readonly lostPerMs: number;
  /** From the offer to the talk, ms. */
  readonly ringMs: number;
}

/**
 * The wait that somebody at `position` (1: the next) has before him, ms: those before him are served, or give up, one after the other.
 * @see Ibrahim & Whitt 2009, "Real-time delay estimation in overloaded multiserver queues with abandonments", estimator QLm
 */
export function expectedWaitMs(position: number, { servedPerMs, lostPerMs, ringMs }: LineSpeed): number {
  let waitMs = ringMs;
  for (let ahead = 0; ahead < position; ahead += 1) waitMs += 1 / (servedPerMs + ahead * lostPerMs);
  return Math.round(waitMs);
}

/** Learns how fast one queue's line moves from those who enter and leave it. Nothing here knows the time by itself. */
export class LineFlow {
  /** In line: those who wait and are not offered to anybody now. */
  #waiting = 0;
  #agents = 0;
  #at = 0;
  #served = 0;
  /** Time of agents while somebody waited, ms. */
  #agentMs = 0;
  #lost = 0;
  #waitedMs = 0;
  #prior = PRIOR;
  #handleMs = PRIOR_HANDLE_MS;
  #ringMs = PRIOR_RING_MS;

  get waiting(): number {
    return this.#waiting;
  }

  /** Time passes until `now`, UTC ms. @param agents who serve the queue from here on, busy or not */
  passed(now: number, agents: number): void {
    const ms = Math.max(0, now - this.#at);
    if (this.#waiting > 0) this.#agentMs += ms * this.#agents;
    this.#waitedMs += ms * this.#waiting;
    this.#at = now;
    this.#agents = agents;
  }

  entered(): void {
    this.#waiting += 1;
  }

  /** Somebody is offered to an agent. @param atOnce nobody had to become free for him: that says nothing of how fast the line moves */
  offered(atOnce: boolean): void {
    this.#waiting = Math.max(0, this.#waiting - 1);
    if (atOnce) return;
    this.#prior *= MEMORY;
    this.#served = this.#served * MEMORY + 1;
    this.#agentMs *= MEMORY;
    this.#lost *= MEMORY;
    this.#waitedMs *= MEMORY;
  }

  /** Somebody left the line unserved. @param gaveUp by himself */
  left(gaveUp: boolean): void {
    this.#waiting = Math.max(0, this.#waiting - 1);
    if (gaveUp) this.#lost += 1;
  }

  /** An agent answered so long after he was offered the call, ms. */
  answered(ringMs: number): void {
    this.#ringMs += STEP * (ringMs - this.#ringMs);
  }

  /** A conversation took so long, with the time after it, ms. */
  handled(ms: number): void {
    this.#handleMs += STEP * (ms - this.#handleMs);
  }

  /** With so many agents; undefined when there is nobody. */
  speed(agents: number): LineSpeed | undefined {
    if (agents <= 0) return undefined;
    const perAgentMs = (this.#served + this.#prior) / (this.#agentMs + this.#prior * this.#handleMs);
    return {
      servedPerMs: agents * perAgentMs,
      lostPerMs: (this.#lost + this.#prior) / (this.#waitedMs + this.#prior * PRIOR_PATIENCE_MS),
      ringMs: this.#ringMs,
    };
  }
}

/** So far off an estimate may be and still count as right, ms, or … */
const NEAR_MS = 30_000;
/** … as a share of the real wait. */
const NEAR_SHARE = 0.3;

/** How right estimates were: sums, from which shares and means follow. */
export interface Accuracy {
  readonly estimates: number;
  /** Those within 30 s or 30 % of the real wait. */
  readonly near: number;
  /** Told less real, summed, ms: above 0, people waited less than was expected. */
  readonly errorMs: number;
  readonly absoluteErrorMs: number;
}

export const NOTHING_TOLD: Accuracy = { estimates: 0, near: 0, errorMs: 0, absoluteErrorMs: 0 };

/** Takes one more into account. @param toldMs what was expected when he came; @param waitedMs what it was */
export function judged(accuracy: Accuracy, toldMs: number, waitedMs: number): Accuracy {
  const errorMs = toldMs - waitedMs;
  return {
    estimates: accuracy.estimates + 1,
    near: accuracy.near + (isNear(toldMs, waitedMs) ? 1 : 0),
    errorMs: accuracy.errorMs + errorMs,
    absoluteErrorMs: accuracy.absoluteErrorMs + Math.abs(errorMs),
  };
}

/** True for an estimate that was right enough: within 30 s or 30 %. */
export function isNear(toldMs: number, waitedMs: number): boolean {
  const off = Math.abs(toldMs - waitedMs);
  return off <= NEAR_MS || off <= NEAR_SHARE * waitedMs;
}

/** Waits as people are told them, minutes; what is longer than the last is "more than" it. */
const TOLD_MINUTES = [1, 2, 3, 5, 10, 15, 20, 30] as const;

/** A wait in words that promise no more than is known: rounded up. `minutes` 0 is less than one; `over`: more than so many. */
export interface ToldWait {
  readonly minutes: number;
  readonly over: boolean;
}

export function toldWait(ms: number): ToldWait {
  const minutes = ms / 60_000;
  if (minutes <= 0.75) return { minutes: 0, over: false };
  const told = TOLD_MINUTES.find((one) => minutes <= one * 1.1);
  return told === undefined ? { minutes: 30, over: true } : { minutes: told, over: false };
}
