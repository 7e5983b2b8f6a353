import { localTime } from '../base/zone.ts';
import { quarterOf } from './sums.ts';

/** What stands in a cell of an export: text, a number, a moment (UTC ms), a share of 1, or nothing. */
export type Cell = string | number | null | { readonly at: number } | { readonly share: number };

/** Makes the file of an export, piece by piece. */
export interface TableWriter {
  /** Adds rows; what of the file is ready comes back. */
  rows(rows: readonly (readonly Cell[])[]): Uint8Array[];
  /** The rest of the file. */
  end(): Uint8Array[];
}

/** What clocks show in a zone, for very many moments: the zone is asked once for each quarter of an hour. */
export class ZoneClock {
  readonly #zone: string;
  #quarter = Number.NaN;
  #offsetMs = 0;

  /** @param zone IANA name */
  constructor(zone: string) {
    this.#zone = zone;
  }

  /** What the clocks show at `ms` (UTC), as if they showed UTC. */
  shown(ms: number): number {
    const quarter = quarterOf(ms);
    if (quarter !== this.#quarter) {
      const { year, month, day, hour, minute } = localTime(quarter, this.#zone);
      this.#quarter = quarter;
      this.#offsetMs = Date.UTC(year, month - 1, day, hour, minute) - quarter;
    }
    return ms + this.#offsetMs;
  }

  /** Such as 2026-11-22 08:30:05. */
  text(ms: number): string {
    return new Date(this.shown(ms)).toISOString().slice(0, 19).replace('T', ' ');
  }
}
