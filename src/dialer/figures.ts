import type { AttemptOutcome } from '../list/lead.ts';
import type { AnswerCount } from './abandonment.ts';
import type { Disposition } from './attempt.ts';
import type { PacingMode } from './outbound.ts';

/** So many attempts of an hour ended alike. */
export interface AttemptCount {
  readonly list: string;
  /** Beginning of the hour in which they were made, UTC ms. */
  readonly hour: number;
  readonly mode: PacingMode;
  readonly outcome: AttemptOutcome;
  /** What the agent noted, '' for nothing. */
  readonly result: Disposition['result'] | '';
  readonly attempts: number;
  /** Of these, persons who waited for an agent: see `Attempt.waitedAt`. */
  readonly waited: number;
  readonly ringMs: number;
  readonly talkMs: number;
}

/** What came of attempts that have ended. Shares are 0 to 1, and 0 of nothing. */
export interface AttemptFigures {
  readonly attempts: number;
  /** Somebody or something answered. */
  readonly answered: number;
  /** A person answered. */
  readonly live: number;
  readonly connected: number;
  readonly abandoned: number;
  /** Share of the attempts that reached an agent. */
  readonly hitRate: number;
  /** Share of the attempts that a person answered. */
  readonly liveRate: number;
  /** Share of the persons who waited for an agent that were abandoned; of calls that agents made themselves, nobody can be. */
  readonly abandonment: number;
  readonly ringMs: number;
  readonly talkMs: number;
  readonly outcomes: Readonly<Partial<Record<AttemptOutcome, number>>>;
  readonly results: Readonly<Partial<Record<Disposition['result'], number>>>;
}

const LIVE: ReadonlySet<AttemptOutcome> = new Set(['connected', 'abandoned', 'hung-up']);

/** Sums up counts, in any order. */
export function figuresOf(counts: readonly AttemptCount[]): AttemptFigures {
  const total = (which: (count: AttemptCount) => boolean = () => true): number =>
    counts.reduce((sum, count) => (which(count) ? sum + count.attempts : sum), 0);
  const attempts = total(({ outcome }) => outcome !== 'not-dialled');
  const live = total(({ outcome }) => LIVE.has(outcome));
  const connected = total(({ outcome }) => outcome === 'connected');
  const { answered: unattended, abandoned } = answersOf(counts);
  return {
    attempts,
    answered: live + total(({ outcome }) => outcome === 'machine'),
    live,
    connected,
    abandoned,
    hitRate: shareOf(connected, attempts),
    liveRate: shareOf(live, attempts),
    abandonment: shareOf(abandoned, unattended),
    ringMs: counts.reduce((sum, { ringMs }) => sum + ringMs, 0),
    talkMs: counts.reduce((sum, { talkMs }) => sum + talkMs, 0),
    outcomes: summedBy(counts, ({ outcome }) => outcome),
    results: summedBy(counts, ({ result }) => (result === '' ? undefined : result)),
  };
}

/** Persons who waited for an agent, and those of them who were abandoned: what pacing, laws and figures reckon by. */
export function answersOf(counts: readonly AttemptCount[]): AnswerCount {
  const count = { answered: 0, abandoned: 0 };
  for (const { outcome, waited } of counts) {
    count.answered += waited;
    if (outcome === 'abandoned') count.abandoned += waited;
  }
  return count;
}

/** @returns 0 of nothing */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function summedBy<Key extends string>(
  counts: readonly AttemptCount[],
  keyOf: (count: AttemptCount) => Key | undefined,
): Partial<Record<Key, number>> {
  const sums: Partial<Record<Key, number>> = {};
  for (const count of counts) {
    const key = keyOf(count);
    if (key !== undefined && count.attempts > 0) sums[key] = (sums[key] ?? 0) + count.attempts;
  }
  return sums;
}
