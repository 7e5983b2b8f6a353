interface Door {
  inside: number;
  /** In the order of their coming. */
  readonly waiting: Set<() => void>;
}

/** Lets at most so many through each door at once; the rest wait in their order. */
export class Turnstile {
  readonly #limit: number;
  readonly #doors = new Map<string, Door>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Waits for a place.
   * @returns gives the place back; to be called once
   * @throws the reason of `signal` when it aborts first
   */
  async enter(name: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const door = this.#doors.get(name) ?? { inside: 0, waiting: new Set() };
    this.#doors.set(name, door);
    if (door.inside < this.#limit) door.inside += 1;
    else await placeGivenUp(door, signal);
    return () => this.#leave(name, door);
  }

  #leave(name: string, door: Door): void {
    const [next] = door.waiting;
    if (next) {
      next();
      return;
    }
    door.inside -= 1;
    if (door.inside === 0) this.#doors.delete(name);
  }
}

/** Resolves when somebody leaves his place to us. */
function placeGivenUp(door: Door, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const enter = (): void => {
      door.waiting.delete(enter);
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    const giveUp = (): void => {
      door.waiting.delete(enter);
      reject(signal.reason);
    };
    door.waiting.add(enter);
    signal.addEventListener('abort', giveUp, { once: true });
  });
}
