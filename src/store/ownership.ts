import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import { Refused } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { type Fence, Replaced } from '../engine/fence.ts';
import { type Database, type Prepared, refusalFor } from './connect.ts';
import { ownerTable } from './table.ts';

/** A daemon's turn in running the centre, as the database has it. */
export interface Owner {
  readonly epoch: number;
  readonly since: number;
  readonly pid: number;
  readonly host: string;
}

/** A database that could not be asked is not asked again for this long, ms: each try may wait for a lock. */
const ASK_AGAIN_MS = 250;
/**
 * Whoever asked at least so often was awake all the time, ms: nobody had reason to replace him while the database was away.
 * Who slept longer waits until it can be asked.
 */
const AWAKE_MS = 2000;

/** Refusals of the database that may pass by themselves. */
const PASSING = new Set(['store-busy', 'disk-full']);
const TRY_EVERY_MS = 100;
/** It is said again after so many tries. */
const TRIES_PER_LINE = 100;

export interface TakeOverParts {
  /** For the operator to see. */
  readonly by: { readonly pid: number; readonly host: string };
  readonly clock: Clock;
  /** Milliseconds that only grow, also while this process is stopped. */
  readonly monotonic: () => number;
  /** Is told once, at the first question that finds a later daemon. */
  readonly onReplaced: () => void;
  readonly log: Log;
}

/**
 * Makes this process the daemon of the centre. From now on nobody who took over before writes to the database, and whoever takes
 * over later stops what `database` would write. Waits for a database that takes no writes now.
 */
export async function takeOver(database: Database, parts: TakeOverParts): Promise<Ownership> {
  const { by, clock, log } = parts;
  for (let tries = 0; ; tries += 1) {
    try {
      const epoch = nextEpoch(database, { since: clock.now(), ...by });
      const ownership = new Ownership(database, epoch, parts);
      database.guard(() => ownership.check());
      return ownership;
    } catch (error) {
      const refusal = refusalFor(error, database.file);
      if (!(refusal instanceof Refused) || !PASSING.has(refusal.id)) throw refusal;
      if (tries % TRIES_PER_LINE === 0) log.error({ reason: refusal.message }, 'cannot take over yet');
      await sleep(TRY_EVERY_MS);
    }
  }
}

function nextEpoch(database: Database, by: Omit<Owner, 'epoch'>): number {
  return database.unit(() => {
    const owner: Owner = { ...by, epoch: (ownerOf(database)?.epoch ?? 0) + 1 };
    database.query
      .insert(ownerTable)
      .values({ id: 1, ...owner })
      .onConflictDoUpdate({ target: ownerTable.id, set: owner })
      .run();
    return owner.epoch;
  });
}

/** The daemon that took over last; undefined before the first. */
export function ownerOf(database: Database): Owner | undefined {
  const { id: _id, ...owner } = database.query.select().from(ownerTable).get() ?? {};
  return 'epoch' in owner ? (owner as Owner) : undefined;
}

/** The right to run the centre, until somebody else takes over. */
export class Ownership implements Fence {
  readonly epoch: number;
  readonly #newest: Prepared;
  readonly #monotonic: () => number;
  readonly #onReplaced: () => void;
  #isReplaced = false;
  /** The database did not answer, and this process may have slept since it last did. */
  #inDoubt = false;
  #askedAt: number;
  #failedAt?: number;

  constructor(
    database: Database,
    epoch: number,
    { monotonic, onReplaced }: Pick<TakeOverParts, 'monotonic' | 'onReplaced'>,
  ) {
    this.epoch = epoch;
    this.#newest = database.prepare('select epoch from owner where id = 1');
    this.#monotonic = monotonic;
    this.#onReplaced = onReplaced;
    this.#askedAt = monotonic();
  }

  get isReplaced(): boolean {
    return this.#isReplaced;
  }

  /** While the database is away, the last answer counts for a daemon that has been awake since, and for no other. */
  holds(): boolean {
    if (this.#isReplaced) return false;
    const now = this.#monotonic();
    if (now - this.#askedAt > AWAKE_MS) this.#inDoubt = true;
    this.#askedAt = now;
    if (this.#failedAt !== undefined && now - this.#failedAt < ASK_AGAIN_MS) return !this.#inDoubt;
    try {
      this.check();
    } catch {
      this.#failedAt = now;
      return !this.#isReplaced && !this.#inDoubt;
    }
    this.#failedAt = undefined;
    this.#inDoubt = false;
    return true;
  }

  /** For use inside a unit of work. @throws Replaced; what the driver throws when the database cannot be read */
  check(): void {
    const newest = this.#newest.get() as { epoch: number } | undefined;
    if (newest === undefined || newest.epoch <= this.epoch) return;
    if (!this.#isReplaced) {
      this.#isReplaced = true;
      this.#onReplaced();
    }
    throw new Replaced();
  }
}
