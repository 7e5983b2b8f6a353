import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { NUMBERS } from './flows.ts';
import type { Town } from './town.ts';

/** How long a caller waits for an answer before his call counts as failed, ms. */
const PATIENCE_MS = 15_000;

/** A caller who stayed for a moment. */
export interface ShortCall {
  /** When he dialled, `performance.now()`, ms. */
  readonly startedAt: number;
  /** INVITE → 200 OK, ms; undefined when nobody answered. */
  readonly setupMs: number | undefined;
  /** How long a refused caller waited for the refusal, ms. */
  readonly refusedMs: number | undefined;
  /** Its SIP status. */
  readonly refusal: number | undefined;
  /** Refused, not answered, or cut off before he hung up. */
  readonly failed: boolean;
}

/** Callers who come at a steady rate, stay for `stayMs` after the answer, and hang up. */
export class ShortCalls {
  readonly calls: ShortCall[] = [];
  readonly #town: Town;
  readonly #stayMs: number;
  readonly #underWay = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  readonly #from = performance.now();
  #made = 0;

  constructor(town: Town, perSecond: number, stayMs: number) {
    this.#town = town;
    this.#stayMs = stayMs;
    // By the clock, not by ticks: a late tick makes up for what it missed.
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - this.#from) / 1000) * perSecond);
      for (; this.#made < due; this.#made += 1) this.#start();
    }, 1000 / perSecond);
  }

  /** No new ones; resolves when the last one is over. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }

  #start(): void {
    const one = this.#visit().finally(() => this.#underWay.delete(one));
    this.#underWay.add(one);
  }

  async #visit(): Promise<void> {
    const call = await this.#town.dial(NUMBERS.menu);
    await Promise.race([call.settled, sleep(PATIENCE_MS, undefined, { ref: false })]);
    const setupMs = call.answeredAt === undefined ? undefined : call.answeredAt - call.startedAt;
    if (call.isUp) await Promise.race([call.ended, sleep(this.#stayMs)]);
    const { startedAt, refused: refusal, endedAt = startedAt } = call;
    const refusedMs = refusal === undefined ? undefined : endedAt - startedAt;
    this.calls.push({ startedAt, setupMs, refusedMs, refusal, failed: !call.isUp });
    call.hangUp();
  }
}
