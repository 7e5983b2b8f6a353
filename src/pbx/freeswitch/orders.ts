import { KeyedQueue } from '../queue.ts';
import type { Commander } from './answers.ts';
import type { Leg, Legs } from './legs.ts';

/** Commands to one channel keep their order. */
export class Orders {
  readonly #commander: Commander;
  readonly #legs: Legs;
  readonly #queue = new KeyedQueue();

  constructor(commander: Commander, legs: Legs) {
    this.#commander = commander;
    this.#legs = legs;
  }

  /** Runs a command when all earlier ones under any of the keys are done. */
  run(keys: readonly string[], command: () => Promise<void>): Promise<void> {
    return this.#queue.run(keys, command);
  }

  /** The same for one channel. Rejects with `PbxError` 'not-found' when it is not there. */
  to(channel: string, command: (leg: Leg) => Promise<unknown>): Promise<void> {
    return this.run([channel], async () => {
      const known = this.#legs.get(channel);
      if (!known) await this.#commander.check(channel);
      await command(known ?? this.#legs.note(channel));
    });
  }
}
