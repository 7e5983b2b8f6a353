import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { type Changes, type EngineStore, type SpoolMark, UnfitChanges } from './changes.ts';
import { Replaced } from './fence.ts';
import type { EngineObserver } from './observer.ts';
import { isEmpty, type Spool } from './spool.ts';

export interface LedgerParts {
  readonly store: Pick<EngineStore, 'commit'>;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: Pick<EngineObserver, 'now' | 'committed'>;
  /** Called when it is time to commit again, though nothing may have changed. */
  readonly wake: () => void;
}

/** After a commit that failed, the store is left alone for this long, and for twice as long each time, ms. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 2000;
/** Turns that are taken from the spool in one commit: some ten milliseconds. */
const PIECE = 64;

/**
 * Writes what turns changed. While the store takes no writes, changes wait in the spool in their order, and calls go on; then they
 * are written piece by piece, each once.
 */
export class Ledger {
  readonly #parts: LedgerParts;
  #reason = '';
  /** UTC ms. */
  #behindSince?: number;
  #waitMs = FIRST_WAIT_MS;
  #isResting = false;
  #piece = PIECE;
  #cancelWake: () => void = () => undefined;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  /** True from a commit that failed until everything is written. */
  get isBehind(): boolean {
    return this.#behindSince !== undefined;
  }

  /** How many turns wait. */
  get waiting(): number {
    return this.#parts.spool.size;
  }

  /** A sentence for the operator, '' while all is well. */
  problem(): string {
    if (this.#behindSince === undefined) return '';
    const since = new Date(this.#behindSince).toISOString();
    return `the database takes no writes (${this.#reason}); calls go on, ${this.waiting} changes wait since ${since} and are written when it does`;
  }

  /** Writes the changes of a turn, or keeps them for later. @throws Replaced: then nothing that follows from them may be done */
  async commit(changes: Changes): Promise<void> {
    const { spool } = this.#parts;
    if (this.isBehind) {
      if (!isEmpty(changes)) spool.add(changes);
      return this.#catchUp();
    }
    if (isEmpty(changes)) return;
    try {
      await this.#write(changes);
    } catch (thrown) {
      if (thrown instanceof Replaced) throw thrown;
      if (thrown instanceof UnfitChanges) return this.#giveUp(changes, thrown);
      spool.add(changes);
      this.#rest(thrown);
    }
  }

  /** The last try before the end. What is not written then, the next daemon writes. */
  async close(): Promise<void> {
    const { spool, log } = this.#parts;
    this.#isResting = false;
    try {
      for (let before = -1; this.isBehind && !this.#isResting && before !== spool.size; ) {
        before = spool.size;
        await this.#catchUp();
      }
    } catch (thrown) {
      if (!(thrown instanceof Replaced)) throw thrown;
    }
    this.#cancelWake();
    const left = spool.size;
    const lost = spool.close();
    if (lost > 0) log.error({ lost }, 'changes are lost: neither the database nor the data folder took them');
    if (left > lost) log.warn({ waiting: left - lost }, 'changes wait in the data folder for the next start');
  }

  async #catchUp(): Promise<void> {
    if (this.#isResting) return;
    try {
      await this.#takeOldest();
    } catch (thrown) {
      if (thrown instanceof Replaced) throw thrown;
      // The spool itself, such as a file that cannot be read now.
      this.#rest(thrown);
    }
  }

  async #takeOldest(): Promise<void> {
    const { spool } = this.#parts;
    const oldest = spool.next(this.#piece);
    if (!oldest) return this.#recover();
    try {
      await this.#write(oldest.changes, oldest.mark);
      this.#piece = PIECE;
    } catch (thrown) {
      if (thrown instanceof Replaced) throw thrown;
      if (!(thrown instanceof UnfitChanges)) return this.#rest(thrown);
      if (this.#piece > 1 && oldest.turns > 1) {
        // One of them is at fault: find out which.
        this.#piece = 1;
        return this.#again(0);
      }
      this.#giveUp(oldest.changes, thrown);
    }
    spool.taken(oldest);
    this.#waitMs = FIRST_WAIT_MS;
    if (spool.size === 0) this.#recover();
    else this.#again(0);
  }

  async #write(changes: Changes, mark?: SpoolMark): Promise<void> {
    const { store, observer } = this.#parts;
    const startedAt = observer?.now() ?? 0;
    let well = false;
    try {
      await store.commit(changes, mark);
      well = true;
    } finally {
      observer?.committed(startedAt, well);
    }
  }

  #rest(thrown: unknown): void {
    const { clock, log } = this.#parts;
    this.#reason = messageOf(thrown);
    if (!this.isBehind) log.error({ reason: this.#reason }, 'the database takes no writes; changes wait');
    this.#behindSince ??= clock.now();
    this.#isResting = true;
    this.#again(this.#waitMs);
    this.#waitMs = Math.min(LONGEST_WAIT_MS, this.#waitMs * 2);
  }

  #again(inMs: number): void {
    const { clock, wake } = this.#parts;
    this.#cancelWake();
    this.#cancelWake = clock.at(clock.now() + inMs, () => {
      this.#isResting = false;
      wake();
    });
  }

  #recover(): void {
    const { clock, log } = this.#parts;
    log.info({ behindMs: clock.now() - (this.#behindSince ?? 0) }, 'the database has all that waited');
    this.#behindSince = undefined;
    this.#waitMs = FIRST_WAIT_MS;
  }

  /** Our bug: whatever waits behind them must not wait for ever. */
  #giveUp({ calls, events }: Changes, thrown: UnfitChanges): void {
    this.#parts.log.error(
      {
        reason: thrown.message,
        calls: calls.map((call) => call.id),
        events: events.map((event) => event.type),
      },
      'changes cannot be written and are given up',
    );
  }
}
