import type { Clock } from '../base/clock.ts';

interface Alarm {
  readonly time: number;
  readonly order: number;
  readonly wake: () => void;
}

/** Time that stands still until `advance` moves it: a day passes as fast as its work can be done. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  #alarms: Alarm[] = [];

  /** @param start UTC ms */
  constructor(start = Date.UTC(2026, 0, 5, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  at(time: number, wake: () => void): () => void {
    const alarm: Alarm = { time: Math.max(time, this.#now), order: this.#order++, wake };
    const after = this.#alarms.findIndex((other) => other.time > alarm.time);
    this.#alarms.splice(after === -1 ? this.#alarms.length : after, 0, alarm);
    return () => {
      const index = this.#alarms.indexOf(alarm);
      if (index >= 0) this.#alarms.splice(index, 1);
    };
  }

  /** Lets `ms` milliseconds pass; everything due, and every promise that it settles, runs in order of time. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let alarm = this.#alarms[0]; alarm && alarm.time <= end; alarm = this.#alarms[0]) {
      this.#alarms.shift();
      this.#now = alarm.time;
      alarm.wake();
      await settle();
    }
    this.#now = end;
  }

  /** Advances in steps of one alarm until `done()` or until `limitMs` passed. Tells whether `done()` came true. */
  async advanceUntil(done: () => boolean, limitMs: number): Promise<boolean> {
    const end = this.#now + limitMs;
    await settle();
    while (!done()) {
      const next = this.#alarms[0];
      if (!next || next.time > end) {
        this.#now = end;
        return done();
      }
      await this.advance(next.time - this.#now);
    }
    return true;
  }
}

/** Lets promise chains that are ready run to their end. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
