import type { PbxKind } from '../../../setup/pbx-installation.ts';
import { type Burst, medianOf } from './figures.ts';

/** Carillon drains in this share of the time of the PBX's own queue, at most. */
export const GOALS: Readonly<Record<PbxKind, number>> = { asterisk: 0.7, freeswitch: 0.8 };
/** A bench that cannot make its calls fast enough measures itself. */
const REAL_RATE = 0.97;

/** What every burst has to be. */
export interface Plan {
  readonly rounds: number;
  readonly calls: number;
  readonly perSecond: number;
}

export interface Verdict {
  /** Carillon's median drain by the native one's; null when the bursts are not what they should be. */
  readonly ratio: number | null;
  /** The same, up to the end of the last talk. */
  readonly ratioToEnd: number | null;
  readonly reached: boolean;
  /** Why there is no ratio, in words; empty when there is one. */
  readonly faults: readonly string[];
}

/** Compares both systems. A ratio counts only when every call of every burst was served, and all bursts were made as planned. */
export function verdictOf(
  bursts: Readonly<Record<string, readonly Burst[]>>,
  plan: Plan,
  goal: number,
): Verdict {
  const { carillon = [], native = [] } = bursts;
  const faults = Object.entries({ native, carillon }).flatMap(([system, rounds]) =>
    faultsOf(system, rounds, plan),
  );
  const compared = (time: (burst: Burst) => number): number =>
    medianOf(carillon.map(time)) / medianOf(native.map(time));
  const ratio = compared((burst) => burst.drainMs);
  if (faults.length > 0 || !Number.isFinite(ratio))
    return { ratio: null, ratioToEnd: null, reached: false, faults };
  const toEnd = compared((burst) => burst.doneMs);
  return { ratio: thousandths(ratio), ratioToEnd: thousandths(toEnd), reached: ratio <= goal, faults };
}

function faultsOf(system: string, bursts: readonly Burst[], { rounds, calls, perSecond }: Plan): string[] {
  const lost = bursts.reduce((sum, burst) => sum + burst.lost, 0);
  const ways = [...new Set(bursts.flatMap((burst) => Object.keys(burst.losses)))];
  const made = bursts.reduce((sum, burst) => sum + burst.calls, 0);
  const slow = bursts.filter((burst) => !(burst.offeredRate >= perSecond * REAL_RATE)).length;
  return [
    ...(lost > 0 ? [`${system}: ${lost} of ${made} calls were lost (${ways.join(', ')})`] : []),
    ...(made !== rounds * calls ? [`${system}: ${made} calls were made instead of ${rounds * calls}`] : []),
    ...(slow > 0 ? [`${system}: ${slow} bursts were slower than ${perSecond}/s`] : []),
  ];
}

function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
