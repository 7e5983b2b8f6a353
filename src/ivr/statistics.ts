import type { Call } from '../call/call.ts';

/** How often, and after how long, callers left a step by one exit. */
export interface StepSum {
  readonly step: string;
  readonly exit: string;
  readonly count: number;
  readonly totalMs: number;
}

/** What became of the callers who came into a step. */
export interface StepStat {
  readonly step: string;
  /** Those who left it, and those who are in it now. */
  readonly entered: number;
  readonly live: number;
  /** How many left it, by exit. */
  readonly byExit: Readonly<Record<string, number>>;
  /** Those who hung up in it. */
  readonly hungUp: number;
  /** `hungUp` of those who left it, 0 to 1; 0 when nobody did. */
  readonly dropOff: number;
  /** Mean time that those who left it spent in it, ms; undefined when nobody did. */
  readonly meanMs?: number;
}

/** Sums up per step. @param live callers who are in a step now, by step; a step of theirs that nobody left is listed too */
export function stepStats(sums: readonly StepSum[], live: ReadonlyMap<string, number>): StepStat[] {
  const byStep = Map.groupBy(sums, (sum) => sum.step);
  const steps = new Set([...byStep.keys(), ...live.keys()]);
  return [...steps].map((step) => statOf(step, byStep.get(step) ?? [], live.get(step) ?? 0));
}

function statOf(step: string, sums: readonly StepSum[], live: number): StepStat {
  const byExit = Object.fromEntries(sums.map((sum) => [sum.exit, sum.count]));
  const left = sums.reduce((total, sum) => total + sum.count, 0);
  const totalMs = sums.reduce((total, sum) => total + sum.totalMs, 0);
  const hungUp = sums.find((sum) => sum.exit === 'hung-up')?.count ?? 0;
  return {
    step,
    entered: left + live,
    live,
    byExit,
    hungUp,
    dropOff: left === 0 ? 0 : hungUp / left,
    ...(left === 0 ? {} : { meanMs: Math.round(totalMs / left) }),
  };
}

/** How many callers are in each step of a flow now; who is in a flow that it called is in the calling step too. */
export function callersIn(
  calls: readonly Pick<Call, 'cursor' | 'stack'>[],
  flow: string,
  version?: string,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { cursor, stack } of calls)
    for (const at of [...(cursor ? [cursor] : []), ...stack.map((frame) => frame.cursor)])
      if (at.flow === flow && (version === undefined || at.version === version))
        counts.set(at.step, (counts.get(at.step) ?? 0) + 1);
  return counts;
}
