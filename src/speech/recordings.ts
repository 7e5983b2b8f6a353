import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** `<persona>/<language>/words/<word>.wav` is the deepest. */
const DEEPEST = 4;

/**
 * The folder of recordings, as it was at the last look. Names are relative to it, with `/`: only what was found there can be asked for, so
 * no name leads out of it.
 */
export class Recordings {
  readonly #folder: string;
  /** What tells one version of a file from another, by name. */
  #found = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  look(): void {
    this.#found = new Map();
    this.#lookInto('', 1);
  }

  /** Tells one version of the recording from another; undefined when there is none. */
  versionOf(name: string): string | undefined {
    return this.#found.get(name);
  }

  fileOf(name: string): string {
    return join(this.#folder, name);
  }

  names(): readonly string[] {
    return [...this.#found.keys()];
  }

  #lookInto(folder: string, depth: number): void {
    for (const name of namesIn(join(this.#folder, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const stat = statSync(join(this.#folder, path), { throwIfNoEntry: false });
      if (stat?.isDirectory()) {
        if (depth < DEEPEST) this.#lookInto(path, depth + 1);
      } else if (stat?.isFile() && name.endsWith('.wav'))
        this.#found.set(path, `${stat.size} ${stat.mtimeMs}`);
    }
  }
}

/** Nobody has to record anything: a folder that is not there is empty. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw thrown;
  }
}
