import { syncBuiltinESMExports } from 'node:module';
import promises from 'node:timers/promises';
import { vi } from 'vitest';

const STEP_MS = 4;
/** Rounds of the event loop without a word on any socket, after which all that was said has arrived. */
const QUIET_ROUNDS = 4;

/**
 * The timers and clocks of this process, run as fast as what is said on its sockets allows: time stands still while something is on its
 * way, so no deadline depends on how busy the machine is.
 */
export class VirtualTime {
  readonly #traffic: () => number;
  readonly #tick: (now: number) => void;
  readonly #realSleep = promises.setTimeout;
  #isOver = false;

  /** @param traffic grows with what is said. @param tick told of the time that it is now, ms */
  constructor(traffic: () => number, tick: (now: number) => void) {
    this.#traffic = traffic;
    this.#tick = tick;
  }

  start(): void {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    });
    // Vitest leaves those timers out that are promises: they would go by the real clock, and each wait would last as the machine is busy.
    Object.assign(promises, { setTimeout: sleep });
    syncBuiltinESMExports();
    void this.#run();
  }

  stop(): void {
    this.#isOver = true;
    vi.useRealTimers();
    Object.assign(promises, { setTimeout: this.#realSleep });
    syncBuiltinESMExports();
  }

  async #run(): Promise<void> {
    for (let quiet = 0, seen = 0; !this.#isOver; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#isOver) return;
      this.#tick(performance.now());
      if (seen !== this.#traffic()) quiet = 0;
      seen = this.#traffic();
      if (quiet < QUIET_ROUNDS) continue;
      vi.advanceTimersByTime(STEP_MS);
    }
  }
}

function sleep<Value>(
  ms: number,
  value?: Value,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms, value);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
