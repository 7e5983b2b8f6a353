import type { RecordedDay, StaffTime, Visit } from './recorded-day.ts';

/** What became of one visit. Times in ms. */
export interface VisitOutcome {
  readonly call: string;
  /** Which of the call's waits it was. */
  readonly at: number;
  readonly queue: string;
  readonly tier: string;
  /** As service levels count it: with what he had waited in this place before. */
  readonly waitedMs: number;
  readonly how: 'answered' | 'abandoned' | 'left';
  /** Way out of those who left. */
  readonly exit?: string;
  /** Who answered. */
  readonly agent?: string;
  /** By which rule he got the last agent who was rung for him, and at which step of relaxing. */
  readonly rule?: string;
  readonly step?: number;
  /** An agent who knows him, such as the last one, answered. */
  readonly isFamiliar: boolean;
}

/** A whole day, as it was or as it would have been. */
export interface DayOutcome {
  readonly visits: readonly VisitOutcome[];
  readonly offers: OfferCounts;
  readonly staff: StaffTime;
}

export interface OfferCounts {
  readonly made: number;
  /** Made to somebody who knows the caller, because he does. */
  readonly familiar: number;
  /** Made at a later step than the first. */
  readonly relaxed: number;
  /** That nobody took. */
  readonly failed: number;
}

/** The day as it was. */
export function outcomeOf(day: RecordedDay): DayOutcome {
  const visits = day.calls.flatMap(({ id, visits: own }) => own.map((visit, at) => recorded(id, at, visit)));
  const offers = { made: 0, familiar: 0, relaxed: 0, failed: 0 };
  for (const { visits: own } of day.calls)
    for (const visit of own) {
      for (const { rule, step } of visit.offers) count(offers, rule, step);
      offers.failed += visit.offers.length - (visit.end.how === 'answered' ? 1 : 0);
    }
  return { visits, offers, staff: day.staff };
}

/** Counts one offer. */
export function count(
  offers: { made: number; familiar: number; relaxed: number },
  rule: string,
  step: number,
): void {
  offers.made += 1;
  offers.familiar += rule === 'familiar' ? 1 : 0;
  offers.relaxed += step > 0 ? 1 : 0;
}

/** True when this agent knows the caller. */
export function isKnownTo({ facts }: Visit, agent: string): boolean {
  return Object.values(facts.knownTo).includes(agent);
}

function recorded(call: string, at: number, visit: Visit): VisitOutcome {
  const { queue, facts, waitedBeforeMs, tookMs, end, offers } = visit;
  const last = offers.at(-1);
  return {
    call,
    at,
    queue,
    tier: facts.tier,
    waitedMs: waitedBeforeMs + tookMs,
    how: end.how,
    isFamiliar: end.how === 'answered' && isKnownTo(visit, end.agent),
    ...(end.how === 'left' && { exit: end.exit }),
    ...(end.how === 'answered' && { agent: end.agent }),
    ...(last && { rule: last.rule, step: last.step }),
  };
}
