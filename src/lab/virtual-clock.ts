import type { Clock } from '../base/clock.ts';

interface Alarm {
  /** Time that has really passed, as against what the clock shows. */
  readonly time: number;
  readonly order: number;
  wake: (() => void) | undefined;
}

/** Alarms between two looks at the rest of the world, such as Ctrl-C. */
const BREATHE_EVERY = 10_000;

/** Time that stands still until `advance` moves it: a day passes as fast as its work can be done. */
export class VirtualClock implements Clock {
  /** Time that passed, counted from `start`, and how far the clock was set off it. */
  #passed: number;
  #setOff = 0;
  #order = 0;
  #taken = 0;
  /** A binary heap; what was cancelled stays in it, without its `wake`, until it comes up. */
  readonly #alarms: Alarm[] = [];

  /** @param start UTC ms */
  constructor(start = Date.UTC(2026, 0, 5, 1)) {
    this.#passed = start;
  }

  now(): number {
    return this.#passed + this.#setOff;
  }

  /** Time that has really passed, ms: what the clock shows, had nobody set it. */
  get passed(): number {
    return this.#passed;
  }

  /** Sets the clock by `ms`, as an operator or a time server does. Alarms that are set come when they would have come. */
  step(ms: number): void {
    this.#setOff += ms;
  }

  at(time: number, wake: () => void): () => void {
    const due = this.#passed + Math.max(0, time - this.now());
    const alarm: Alarm = { time: due, order: this.#order++, wake };
    this.#push(alarm);
    return () => {
      alarm.wake = undefined;
    };
  }

  /** Lets `ms` milliseconds pass; everything due, and every promise that it settles, runs in order of time. */
  async advance(ms: number): Promise<void> {
    const end = this.#passed + ms;
    await breathe();
    for (let alarm = this.#next(); alarm && alarm.time <= end; alarm = this.#next()) {
      this.#take(alarm);
      await this.#settled();
    }
    this.#passed = end;
  }

  /** Advances in steps of one alarm until `done()` or until `limitMs` passed. Tells whether `done()` came true. */
  async advanceUntil(done: () => boolean, limitMs: number): Promise<boolean> {
    const end = this.#passed + limitMs;
    await breathe();
    while (!done()) {
      const next = this.#next();
      if (!next || next.time > end) {
        this.#passed = end;
        return done();
      }
      for (let alarm: Alarm | undefined = next; alarm?.time === next.time; alarm = this.#next()) {
        this.#take(alarm);
        await this.#settled();
      }
    }
    return true;
  }

  #take(alarm: Alarm): void {
    this.#pop();
    this.#passed = alarm.time;
    alarm.wake?.();
  }

  #settled(): Promise<void> {
    this.#taken += 1;
    return this.#taken % BREATHE_EVERY === 0 ? breathe() : settle();
  }

  /** The first alarm that nobody cancelled. */
  #next(): Alarm | undefined {
    while (this.#alarms[0] && !this.#alarms[0].wake) this.#pop();
    return this.#alarms[0];
  }

  #push(alarm: Alarm): void {
    const heap = this.#alarms;
    let at = heap.push(alarm) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isSooner(alarm, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = alarm;
  }

  #pop(): void {
    const heap = this.#alarms;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isSooner(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isSooner(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function isSooner(a: Alarm, b: Alarm): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

/** Lets promise chains that are ready run to their end, from inside of one: Node takes the next tick when none is left. */
function settle(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** The same from anywhere, and lets the rest of the process have its turn. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
