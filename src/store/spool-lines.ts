import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Changes } from '../engine/changes.ts';
import { merge } from '../engine/spool.ts';

/** Bytes that are read back at once; a turn that is longer is read whole all the same. */
const READ_BYTES = 256 * 1024;

/** Turns that were read together. */
export interface ReadTurns {
  readonly changes: Changes;
  readonly turns: number;
}

/** A file of turns, a line of JSON each: written at the end, read from the front. */
export class SpoolLines {
  readonly name: string;
  readonly #path: string;
  readonly #fd: number;
  /** Where the last whole line ends, bytes. */
  #end: number;
  #readTo = 0;
  #taken = 0;
  #written = 0;
  /** Bytes that were read last and not taken yet. */
  #pending = 0;

  /** Opens the file, which is made for its owner only when it is not there. @throws what the file system throws */
  constructor(folder: string, name: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.name = name;
    this.#path = join(folder, name);
    this.#fd = openSync(this.#path, 'a+', 0o600);
    this.#end = fstatSync(this.#fd).size;
  }

  /** Turns that were taken, those of earlier daemons included. */
  get takenTurns(): number {
    return this.#taken;
  }

  /** Turns that this daemon wrote and that were not taken. */
  get waiting(): number {
    return this.#written - this.#taken;
  }

  /** Puts a turn at the end, whole or not at all. @throws what the file system throws */
  append(changes: Changes): void {
    const line = Buffer.from(`${JSON.stringify(changes)}\n`);
    try {
      for (let at = 0; at < line.length; ) at += writeSync(this.#fd, line, at);
    } catch (error) {
      ftruncateSync(this.#fd, this.#end);
      throw error;
    }
    this.#end += line.length;
    this.#written += 1;
  }

  /** The oldest turns that were not taken, `most` at most; undefined when there is no whole one left. A line that is no turn counts as an empty one. */
  next(most: number): ReadTurns | undefined {
    const lines = this.#lines(most);
    this.#pending = lines.reduce((sum, line) => sum + line.length + 1, 0);
    if (lines.length === 0) return undefined;
    return { changes: merge(lines.map(changesIn)), turns: lines.length };
  }

  /** What was read last is in the store. */
  taken({ turns }: Pick<ReadTurns, 'turns'>): void {
    this.#readTo += this.#pending;
    this.#taken += turns;
    this.#pending = 0;
  }

  /** Steps over turns that the store had before. */
  skip(turns: number): void {
    for (let left = turns; left > 0; ) {
      const read = this.next(left);
      if (!read) return;
      this.taken(read);
      left -= read.turns;
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  remove(): void {
    this.close();
    rmSync(this.#path, { force: true });
  }

  #lines(most: number): Buffer[] {
    for (let bytes = READ_BYTES; ; bytes *= 4) {
      const buffer = Buffer.alloc(Math.min(bytes, this.#end - this.#readTo));
      const read = buffer.subarray(0, readSync(this.#fd, buffer, 0, buffer.length, this.#readTo));
      const lines: Buffer[] = [];
      for (let start = 0; lines.length < most; ) {
        const stop = read.indexOf('\n', start);
        if (stop < 0) break;
        lines.push(read.subarray(start, stop));
        start = stop + 1;
      }
      // Shorter than it was: somebody made room, and what was there is gone.
      const isCut = read.length < buffer.length;
      if (lines.length > 0 || isCut || this.#readTo + read.length >= this.#end) return lines;
    }
  }
}

const NOTHING: Changes = {
  calls: [],
  agents: [],
  callbacks: [],
  attempts: [],
  wishes: [],
  events: [],
  stepsLeft: [],
};

/** What a crash or somebody's editor made of a line must not keep the others from being read. */
function changesIn(line: Buffer): Changes {
  try {
    // Versions before this one wrote no callbacks, no attempts and no wishes.
    const read = JSON.parse(line.toString()) as Changes;
    const { calls, agents, callbacks = [], attempts = [], wishes = [], events, stepsLeft } = read;
    return [calls, agents, callbacks, attempts, wishes, events, stepsLeft].every(Array.isArray)
      ? { calls, agents, callbacks, attempts, wishes, events, stepsLeft }
      : NOTHING;
  } catch {
    return NOTHING;
  }
}
