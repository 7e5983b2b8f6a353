import { laneOf } from '../queue/queue.ts';
import type { RoutingRules } from '../queue/rules.ts';
import type { DayOutcome, VisitOutcome } from './outcome.ts';

/** What became of the callers of one queue and tier. Waits in ms. */
export interface LaneFigures {
  readonly queue: string;
  readonly tier: string;
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  /** Sent away, or gone by a key that he pressed. */
  readonly left: number;
  /** Share of all who came that was answered within the target of these rules; undefined when nobody came. */
  readonly serviceLevel: number | undefined;
  readonly goal: number;
  readonly targetMs: number;
  /** Mean wait of those who were answered. */
  readonly averageMs: number | undefined;
  readonly longestMs: number;
}

export interface DayFigures {
  readonly lanes: readonly LaneFigures[];
  readonly total: Omit<LaneFigures, 'queue' | 'tier' | 'goal' | 'targetMs'>;
  readonly offers: number;
  /** Answered by somebody who knows the caller. */
  readonly familiarAnswers: number;
  readonly relaxedOffers: number;
  readonly failedOffers: number;
  /** Share of the time at work that agents were busy with callers; undefined when nobody worked. */
  readonly occupancy: number | undefined;
}

interface Counts {
  offered: number;
  answered: number;
  abandoned: number;
  left: number;
  inTarget: number;
  waitMs: number;
  longestMs: number;
}

/** The figures of a day, against the targets of `rules`. */
export function figuresOf({ visits, offers, staff }: DayOutcome, rules: RoutingRules): DayFigures {
  const total = nobody();
  const lanes = new Map<string, Counts & { queue: string; tier: string; goal: number; targetMs: number }>();
  let familiarAnswers = 0;
  for (const visit of visits) {
    const { queue, tier } = visit;
    const key = `${queue}\n${tier}`;
    const lane = lanes.get(key) ?? { ...nobody(), queue, tier, ...targetOf(rules, visit) };
    lanes.set(key, lane);
    add(lane, visit, lane.targetMs);
    add(total, visit, lane.targetMs);
    familiarAnswers += visit.isFamiliar ? 1 : 0;
  }
  const workedMs = staff.idleMs + staff.busyMs;
  return {
    lanes: [...lanes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, lane]) => ({
        ...shown(lane),
        queue: lane.queue,
        tier: lane.tier,
        goal: lane.goal,
        targetMs: lane.targetMs,
      })),
    total: shown(total),
    offers: offers.made,
    familiarAnswers,
    relaxedOffers: offers.relaxed,
    failedOffers: offers.failed,
    occupancy: workedMs === 0 ? undefined : staff.busyMs / workedMs,
  };
}

const nobody = (): Counts => ({
  offered: 0,
  answered: 0,
  abandoned: 0,
  left: 0,
  inTarget: 0,
  waitMs: 0,
  longestMs: 0,
});

/** A queue that these rules do not have has no target: nobody is answered in time. */
function targetOf(rules: RoutingRules, { queue, tier }: VisitOutcome): { goal: number; targetMs: number } {
  const found = rules.queues.get(queue);
  if (!found) return { goal: 0, targetMs: 0 };
  const { goal, targetMs } = laneOf(found, tier);
  return { goal, targetMs };
}

function add(counts: Counts, { how, waitedMs }: VisitOutcome, targetMs: number): void {
  counts.offered += 1;
  counts[how] += 1;
  counts.longestMs = Math.max(counts.longestMs, waitedMs);
  if (how !== 'answered') return;
  counts.waitMs += waitedMs;
  counts.inTarget += waitedMs <= targetMs ? 1 : 0;
}

function shown({
  offered,
  answered,
  abandoned,
  left,
  inTarget,
  waitMs,
  longestMs,
}: Counts): DayFigures['total'] {
  return {
    offered,
    answered,
    abandoned,
    left,
    serviceLevel: offered === 0 ? undefined : inTarget / offered,
    averageMs: answered === 0 ? undefined : waitMs / answered,
    longestMs,
  };
}
