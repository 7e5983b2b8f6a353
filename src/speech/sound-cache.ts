import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A WAV header alone is 44 bytes; anything as short as that says nothing. */
const EMPTY_WAV_BYTES = 60;

const KEPT = /^[0-9a-f]{24}\.wav$/;

/**
 * Sound files named after what is in them, so that a change makes a new one. What is there is remembered: a look-up touches
 * no disk. A path is always one without extension.
 */
export class SoundCache {
  readonly #folder: string;
  readonly #most: number;
  /** Paths that are there and not empty, the least recently used first. */
  #there: Set<string> | undefined;
  /** Time of the folder at the last look. */
  #lookedAt = 0;
  readonly #making = new Map<string, Promise<void>>();

  /** @param most files that are kept; the oldest go first */
  constructor(folder: string, most = Number.POSITIVE_INFINITY) {
    this.#folder = folder;
    this.#most = most;
  }

  /** Where the sound of `content` lies, or would. */
  pathOf(content: string): string {
    return join(this.#folder, createHash('sha256').update(content).digest('hex').slice(0, 24));
  }

  has(path: string): boolean {
    return this.#known().has(path);
  }

  /** Makes what is not there; the same path only once at a time. Rejects with what `make` rejects with. */
  async ensure(path: string, make: (file: string) => Promise<void>): Promise<void> {
    const known = this.#known();
    if (known.delete(path)) {
      known.add(path);
      return;
    }
    const making = this.#making.get(path) ?? this.#make(path, make);
    this.#making.set(path, making);
    await making;
  }

  /** Notices files that came or went since the last look. */
  look(): void {
    mkdirSync(this.#folder, { recursive: true });
    const { mtimeMs } = statSync(this.#folder);
    if (this.#there && mtimeMs === this.#lookedAt) return;
    const known = this.#there ?? new Set();
    const files = readdirSync(this.#folder)
      .filter((name) => KEPT.test(name))
      .map((name) => join(this.#folder, name.slice(0, -4)));
    const fresh = files
      .filter((path) => !known.has(path))
      .map((path) => ({ path, stat: statSync(`${path}.wav`, { throwIfNoEntry: false }) }))
      .filter(({ stat }) => stat !== undefined && stat.size >= EMPTY_WAV_BYTES)
      .sort((one, other) => one.stat!.mtimeMs - other.stat!.mtimeMs);
    const still = new Set(files);
    this.#there = new Set([
      ...[...known].filter((path) => still.has(path)),
      ...fresh.map((file) => file.path),
    ]);
    this.#lookedAt = mtimeMs;
    this.#dropOldest();
  }

  /** Looks at every file: some may have been emptied. */
  lookClosely(): void {
    this.#there = undefined;
    this.look();
  }

  #known(): Set<string> {
    if (!this.#there) this.look();
    return this.#there!;
  }

  async #make(path: string, make: (file: string) => Promise<void>): Promise<void> {
    try {
      await make(`${path}.wav`);
    } finally {
      this.#making.delete(path);
    }
    this.#known().add(path);
    this.#dropOldest();
  }

  #dropOldest(): void {
    const known = this.#known();
    for (const path of known) {
      if (known.size <= this.#most) return;
      known.delete(path);
      rmSync(`${path}.wav`, { force: true });
    }
  }
}
