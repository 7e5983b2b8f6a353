import type { Told } from './service-tally.ts';

/** Types of events that are counted. */
export const TRUNK_TYPES: readonly string[] = ['CallConnected', 'LegFailed', 'AttemptEnded'];

/** Looked back so far, ms. */
const WINDOW_MS = 5 * 60_000;
/** So many dials that the network fails, and at least such a share of all: something is wrong with the trunk. */
const FEW = 3;
const HALF = 0.5;
/** Outcomes that are the network's, not the customer's. */
const FAILURES: ReadonlySet<unknown> = new Set(['unreachable', 'failed', 'congestion']);
/** Outcomes that say nothing of it. */
const SILENT: ReadonlySet<unknown> = new Set(['cancelled', 'not-dialled', 'unknown', undefined]);

/** Dials through the trunk in the last five minutes. */
export interface TrunkCount {
  readonly dialled: number;
  readonly failed: number;
  readonly isFailing: boolean;
  /** When the last one failed, UTC ms. */
  readonly failedAt: number | undefined;
}

/** Counts how dials to outside numbers end. */
export class TrunkTally {
  readonly #dials: { readonly at: number; readonly failed: boolean }[] = [];
  #failedAt: number | undefined;

  take(events: readonly Told[]): void {
    for (const { type, at, data } of events) {
      const failed = fateOf(type, data);
      if (failed === undefined) continue;
      this.#dials.push({ at, failed });
      if (failed) this.#failedAt = at;
    }
  }

  /** @param now UTC ms */
  count(now: number): TrunkCount {
    while (this.#dials[0] && this.#dials[0].at <= now - WINDOW_MS) this.#dials.shift();
    const dialled = this.#dials.length;
    const failed = this.#dials.filter((dial) => dial.failed).length;
    return {
      dialled,
      failed,
      isFailing: failed >= FEW && failed >= HALF * dialled,
      failedAt: this.#failedAt,
    };
  }
}

/** Whether a dial through the trunk failed; undefined for what is none, or says nothing. */
function fateOf(type: string, { to, outcome }: Told['data']): boolean | undefined {
  if (type === 'AttemptEnded') return SILENT.has(outcome) ? undefined : FAILURES.has(outcome);
  const isOutside = typeof to === 'object' && to !== null && 'kind' in to && to.kind === 'outside';
  if (!isOutside) return undefined;
  if (type === 'CallConnected') return false;
  return type !== 'LegFailed' || SILENT.has(outcome) ? undefined : FAILURES.has(outcome);
}
