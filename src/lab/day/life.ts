import type { Clock } from '../../base/clock.ts';
import type { Changes, EngineStore, SpoolMark } from '../../engine/changes.ts';
import { MemorySpool, type Spool, type Spooled } from '../../engine/spool.ts';
import type { SimulatedPbx } from '../../pbx/simulated/pbx.ts';
import { type Faults, FaultyPbx } from '../faulty-pbx.ts';

export interface LifeParts {
  readonly pbx: SimulatedPbx;
  readonly store: EngineStore;
  /** The machine's, as the daemon knows it. */
  readonly clock: Clock;
  /** What waits for the store; it outlives a daemon, as files do. */
  readonly spool: Spool;
  readonly faults: Faults;
  /** A source of [0,1) for what goes wrong. */
  readonly chance: () => number;
  /** Told of each turn, in order, as soon as its changes are safe. */
  readonly committed: (changes: Changes) => void;
}

/**
 * One life of the daemon: what it has of the world, and which it can be cut off from in any moment. A dead one is told nothing, its
 * alarms never ring, its commands go nowhere, its commits never come back.
 */
export class Life {
  readonly #parts: LifeParts;
  readonly line: FaultyPbx;
  readonly spool: WatchedSpool;
  #death: 'none' | 'before-commit' | 'after-commit' = 'none';
  #isDead = false;

  constructor(parts: LifeParts) {
    this.#parts = parts;
    this.spool = new WatchedSpool(parts.spool, parts.committed);
    this.line = new FaultyPbx(parts.pbx, parts.clock, { faults: parts.faults, random: parts.chance });
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Dies at the next commit, of which everything or nothing is left; its effects never happen. */
  doom(moment: 'before-commit' | 'after-commit'): void {
    this.#death = moment;
  }

  die(): void {
    this.#isDead = true;
    this.line.die();
  }

  /** Rings for the living only. */
  readonly clock: Clock = {
    now: () => this.#parts.clock.now(),
    at: (time, wake) =>
      this.#parts.clock.at(time, () => {
        if (!this.#isDead) wake();
      }),
  };

  readonly store: EngineStore = {
    load: () => this.#parts.store.load(),
    commit: async (changes: Changes, mark?: SpoolMark) => {
      if (this.#isDead || this.#death === 'before-commit') return this.#end();
      await this.#parts.store.commit(changes, mark);
      // Spooled turns were told when they were spooled.
      if (!this.spool.wrote(changes)) this.#parts.committed(changes);
      if (this.#death === 'after-commit') return this.#end();
    },
  };

  #end(): Promise<void> {
    if (!this.#isDead) this.die();
    return new Promise(() => undefined);
  }
}

/**
 * Tells of each turn that is spooled instead of written. What is written is gone from it in the same moment, as the mark in the
 * database has it: a daemon that dies then leaves nothing to be written twice.
 */
class WatchedSpool implements Spool {
  readonly #spool: Spool;
  readonly #added: (changes: Changes) => void;
  /** What was taken out last, to be written. */
  #next: Spooled | undefined;

  constructor(spool: Spool, added: (changes: Changes) => void) {
    this.#spool = spool;
    this.#added = added;
  }

  get size(): number {
    return this.#spool.size;
  }

  add(changes: Changes): void {
    this.#spool.add(changes);
    this.#added(changes);
  }

  next(turns: number): Spooled | undefined {
    this.#next = this.#spool.next(turns);
    return this.#next;
  }

  /** These changes are in the store now. True when they came from here. */
  wrote(changes: Changes): boolean {
    const next = this.#next;
    if (next?.changes !== changes) return false;
    this.#spool.taken(next);
    return true;
  }

  taken(spooled: Spooled): void {
    if (this.#next === spooled) this.#next = undefined;
    else this.#spool.taken(spooled);
  }

  close(): number {
    return this.#spool.close();
  }
}

/** Writes what an earlier life left in the spool. False when the store takes none. */
export async function writeSpooled(spool: Spool, store: EngineStore): Promise<boolean> {
  for (let next = spool.next(64); next; next = spool.next(64)) {
    try {
      await store.commit(next.changes, next.mark);
    } catch {
      return false;
    }
    spool.taken(next);
  }
  return true;
}

export const newSpool = (): Spool => new MemorySpool(Number.POSITIVE_INFINITY);
