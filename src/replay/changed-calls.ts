import type { DayOutcome, VisitOutcome } from './outcome.ts';

/** A wait that went another way under other rules. */
export interface ChangedVisit {
  readonly before: VisitOutcome;
  readonly after: VisitOutcome;
}

/** The visits that were answered by somebody else, ended otherwise, or waited longer or shorter; those that changed most first. */
export function changedVisits(before: DayOutcome, after: DayOutcome, most: number): ChangedVisit[] {
  const known = new Map(before.visits.map((visit) => [keyOf(visit), visit]));
  return after.visits
    .flatMap((visit): ChangedVisit[] => {
      const was = known.get(keyOf(visit));
      return was && isChanged(was, visit) ? [{ before: was, after: visit }] : [];
    })
    .sort((a, b) => weightOf(b) - weightOf(a) || (a.after.call < b.after.call ? -1 : 1))
    .slice(0, most);
}

/** A caller who was lost, or is not any more, weighs as much as so long a wait, ms. */
const LOST_MS = 60_000;

const keyOf = ({ call, at }: VisitOutcome): string => `${call} ${at}`;

function isChanged(one: VisitOutcome, other: VisitOutcome): boolean {
  return one.how !== other.how || one.agent !== other.agent || one.waitedMs !== other.waitedMs;
}

function weightOf({ before, after }: ChangedVisit): number {
  return Math.abs(after.waitedMs - before.waitedMs) + (before.how === after.how ? 0 : LOST_MS);
}

/** Why somebody was served as he was: by which rule he got his agent, and at which step. */
export function becauseOf({ how, exit, rule, step }: VisitOutcome): string {
  if (how === 'abandoned') return 'gave up';
  if (how === 'left') return exit === 'timeout' ? 'waited too long' : `left (${exit ?? ''})`;
  const relaxed = step !== undefined && step > 0 ? `, step ${step + 1} had begun` : '';
  return `${RULES[rule ?? ''] ?? rule ?? ''}${relaxed}`;
}

const RULES: Readonly<Record<string, string>> = {
  familiar: 'knows him',
  'best-score': 'best score',
  'longest-idle': 'longest idle',
  only: 'the only one free',
};
