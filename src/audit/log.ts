import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { AuditEntry } from './audit.ts';

/** Entries wait so long, so that many are written at once. */
const WRITE_EVERY_MS = 500;
/** In one commit: few enough that the engine does not notice. */
const PIECE = 200;
/** While the database takes none, so many wait; then the oldest are lost, and the log says how many. */
const MOST_WAITING = 20_000;

export interface AuditLogParts {
  readonly store: {
    /** All of them, or none. @throws what the database throws */
    append(entries: readonly AuditEntry[]): void;
  };
  readonly clock: Clock;
  readonly log: Log;
}

/** Takes what happens at once and writes it down soon: nobody waits for it. */
export class AuditLog {
  readonly #parts: AuditLogParts;
  #waiting: AuditEntry[] = [];
  #lost = 0;
  #isPlanned = false;

  constructor(parts: AuditLogParts) {
    this.#parts = parts;
  }

  note(entry: AuditEntry): void {
    this.#waiting.push(entry);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift();
      this.#lost += 1;
    }
    this.#plan();
  }

  /** Writes all that waits now. False when the database takes nothing; it waits on. */
  flush(): boolean {
    while (this.#waiting.length > 0) if (!this.writePiece()) return false;
    return true;
  }

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    const { clock } = this.#parts;
    clock.at(clock.now() + WRITE_EVERY_MS, () => {
      this.#isPlanned = false;
      this.writePiece();
      if (this.#waiting.length > 0) this.#plan();
    });
  }

  /** Writes the oldest of what waits: few enough that nobody notices. False when the database takes nothing. */
  writePiece(): boolean {
    const { store, log } = this.#parts;
    const piece = this.#waiting.slice(0, PIECE);
    if (piece.length === 0) return true;
    try {
      store.append(piece);
    } catch (error) {
      log.error(
        { reason: messageOf(error), waiting: this.#waiting.length, lost: this.#lost },
        'the audit log cannot be written now',
      );
      return false;
    }
    this.#waiting = this.#waiting.slice(piece.length);
    if (this.#lost > 0) log.error({ lost: this.#lost }, 'entries of the audit log are lost');
    this.#lost = 0;
    return true;
  }
}
