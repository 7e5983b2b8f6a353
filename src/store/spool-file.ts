import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Changes } from '../engine/changes.ts';
import { type Fence, Replaced } from '../engine/fence.ts';
import { MemorySpool, type Spool, type Spooled } from '../engine/spool.ts';
import { SpoolLines } from './spool-lines.ts';

export interface SpoolFileParts {
  /** Made when it is needed. */
  readonly folder: string;
  readonly fence: Fence & { readonly epoch: number };
  readonly log: Log;
}

/**
 * Keeps changes in a file of the data folder, so that the end of the daemon loses none. What the disk does not take waits in memory.
 * The file goes when all of it is in the store.
 */
export class SpoolFile implements Spool {
  readonly #parts: SpoolFileParts;
  readonly #memory = new MemorySpool();
  #lines?: SpoolLines;
  #made = 0;

  constructor(parts: SpoolFileParts) {
    this.#parts = parts;
  }

  get size(): number {
    return (this.#lines?.waiting ?? 0) + this.#memory.size;
  }

  add(changes: Changes): void {
    const { fence, log } = this.#parts;
    fence.holds();
    if (fence.isReplaced) throw new Replaced();
    // Behind what waits in memory already, or the order would be lost.
    if (this.#memory.size === 0) {
      try {
        this.#write(changes);
        return;
      } catch (error) {
        log.error(
          { reason: messageOf(error) },
          'the data folder takes nothing either; changes wait in memory',
        );
      }
    }
    this.#memory.add(changes);
  }

  next(turns: number): Spooled | undefined {
    const lines = this.#lines;
    const read = lines?.next(turns);
    if (!lines || !read) return this.#memory.next(turns);
    return { ...read, mark: { file: lines.name, turns: lines.takenTurns + read.turns } };
  }

  taken(spooled: Spooled): void {
    if (!spooled.mark) return this.#memory.taken(spooled);
    this.#lines?.taken(spooled);
    if (this.#lines?.waiting !== 0) return;
    this.#lines.remove();
    this.#lines = undefined;
  }

  close(): number {
    try {
      for (let oldest = this.#memory.next(1); oldest; oldest = this.#memory.next(1)) {
        this.#write(oldest.changes);
        this.#memory.taken(oldest);
      }
    } catch (error) {
      this.#parts.log.error({ reason: messageOf(error) }, 'the data folder takes nothing');
    }
    this.#lines?.close();
    return this.#memory.size;
  }

  #write(changes: Changes): void {
    const { folder, fence } = this.#parts;
    if (!this.#lines) {
      this.#lines = new SpoolLines(folder, `${fence.epoch}-${this.#made}.jsonl`);
      this.#made += 1;
    }
    this.#lines.append(changes);
  }
}
