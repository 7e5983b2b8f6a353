import type { Clock } from '../base/clock.ts';
import { readFlowFiles } from './flow-files.ts';
import type { FoundFiles, Running } from './trial.ts';

export interface FlowFinderParts {
  readonly folder: string;
  readonly clock: Clock;
  /** Called when a file that was awaited is still not there. */
  readonly again: () => void;
}

/** A file that is gone for longer than this is meant to be gone, ms. */
const VANISHED_MS = 1000;

/** Finds the files of flows. Some editors, and git, take a file away before they write it anew: for a moment it is awaited. */
export class FlowFinder {
  readonly #parts: FlowFinderParts;
  /** Since when files that run are gone, UTC ms. */
  #gone = new Map<string, number>();
  #cancel: () => void = () => undefined;

  constructor(parts: FlowFinderParts) {
    this.#parts = parts;
  }

  /** @param patient whether a file that is gone may come back @throws when there is no such folder */
  async find({ flows, shared }: Running, patient: boolean): Promise<FoundFiles> {
    const { folder, clock, again } = this.#parts;
    const { files, problems: unread } = await readFlowFiles(folder);
    const there = new Set([...files, ...unread].map(({ file }) => file));
    const now = clock.now();
    const gone = [...flows.keys(), ...(shared ? [shared.file] : [])].filter((file) => !there.has(file));
    this.#gone = new Map(gone.map((file) => [file, this.#gone.get(file) ?? now]));
    const awaited = gone.filter((file) => patient && now - this.#gone.get(file)! < VANISHED_MS);
    this.close();
    if (awaited.length > 0) {
      const first = Math.min(...awaited.map((file) => this.#gone.get(file)!));
      this.#cancel = clock.at(first + VANISHED_MS, again);
    }
    return { files, unread, awaited: new Set(awaited) };
  }

  close(): void {
    this.#cancel();
  }
}
