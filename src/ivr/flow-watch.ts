import { type FSWatcher, watch } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

/** Editors write a file in several steps; what changed is read this long after the last of them, ms. */
const SETTLED_MS = 60;

/** Where changes are not told (network drives, linked files), and for recordings, they are looked for this often, ms. */
const LOOK_EVERY_MS = 5000;

export interface FlowWatchParts {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Something may have changed. */
  readonly look: () => void;
}

/** Looks at a folder of flows whenever something changes in it. */
export class FlowWatch {
  readonly #parts: FlowWatchParts;
  #watcher?: FSWatcher;
  #cancelLook: () => void = () => undefined;
  #cancelSoon: () => void = () => undefined;

  constructor(parts: FlowWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    const { folder, log } = this.#parts;
    this.#lookLater();
    const unwatched = (reason: string): void =>
      log.warn({ reason }, 'the folder of flows is only looked at now and then');
    try {
      this.#watcher = watch(folder, () => this.#lookSoon());
      this.#watcher.on('error', (error) => unwatched(error.message));
    } catch (thrown) {
      unwatched(messageOf(thrown));
    }
  }

  stop(): void {
    this.#watcher?.close();
    this.#cancelLook();
    this.#cancelSoon();
  }

  #lookSoon(): void {
    const { clock, look } = this.#parts;
    this.#cancelSoon();
    this.#cancelSoon = clock.at(clock.now() + SETTLED_MS, look);
  }

  #lookLater(): void {
    const { clock, look } = this.#parts;
    this.#cancelLook = clock.at(clock.now() + LOOK_EVERY_MS, () => {
      look();
      this.#lookLater();
    });
  }
}
