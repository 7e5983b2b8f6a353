import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Pbx } from '../pbx/pbx.ts';
import type { EngineInput } from './input.ts';
import type { PbxHealth } from './pbx-health.ts';

export interface SnapshotParts {
  readonly pbx: Pick<Pbx, 'snapshot'>;
  readonly clock: Clock;
  readonly health: PbxHealth;
  /** What is true in the PBX has been learned. */
  readonly taken: (reconciled: EngineInput & { type: 'Reconciled' }) => void;
}

/** The store and the PBX are compared this often, ms. */
const EVERY_MS = 30_000;

/** After a snapshot that failed, or when something has to be mended, ms. */
const SOON_MS = 1000;

/** Asks the PBX what is true there: at each link, when something may have been missed, and now and then. */
export class Snapshots {
  readonly #parts: SnapshotParts;
  /** The PBX has been started anew since the last one: its calls are gone. */
  #restarted = false;
  #stopped = false;
  #cancel: () => void = () => undefined;

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
  }

  /** The link is up. @param restarted see `LinkUp` */
  linked(restarted: boolean): void {
    this.#restarted ||= restarted;
    this.take();
  }

  /** Now: something may have been missed. */
  take(): void {
    void this.#take(true);
  }

  /** In a moment: something was not done, or nobody knows whether it was. */
  takeSoon(): void {
    this.#takeAt(this.#parts.clock.now() + SOON_MS, true);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #takeAt(time: number, afterGap: boolean): void {
    this.#cancel();
    this.#cancel = this.#parts.clock.at(time, () => void this.#take(afterGap));
  }

  async #take(afterGap: boolean): Promise<void> {
    this.#cancel();
    const { pbx, clock, health, taken } = this.#parts;
    // Without a link, the next one that comes up brings us here again.
    if (this.#stopped || !health.linked) return;
    const asOf = clock.now();
    let failed = false;
    try {
      const snapshot = await pbx.snapshot();
      health.answered();
      const restarted = this.#restarted;
      this.#restarted = false;
      taken({ type: 'Reconciled', snapshot, asOf, afterGap, restarted });
    } catch (thrown) {
      if (!health.linked) return;
      failed = true;
      health.silent(messageOf(thrown));
    }
    this.#takeAt(clock.now() + (failed ? SOON_MS : EVERY_MS), failed);
  }
}
