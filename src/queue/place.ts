import { grainOf } from './line.ts';
import { laneOf, type Order, type Queue } from './queue.ts';
import { ownTargetMs } from './service-level.ts';

/** Somebody in line, as far as his place depends on it. */
export interface InLine {
  readonly id: string;
  readonly tier: string;
  /** UTC ms. */
  readonly since: number;
  readonly patienceMs?: number | undefined;
  /** A supervisor has put him in front. */
  readonly isFirst?: boolean;
}

/**
 * The place of `one` among those who wait in the same queue, 1 for the next: by the order of the centre, each tier counted with the weight
 * that its target gives it.
 * @param now UTC ms
 */
export function positionIn(
  queue: Queue,
  order: Order,
  one: InLine,
  others: Iterable<InLine>,
  now: number,
): number {
  const mine = standingOf(queue, order, one, now);
  let position = 1;
  for (const other of others)
    if (other.id !== one.id && isAhead(standingOf(queue, order, other, now), mine)) position += 1;
  return position;
}

/** What decides first, what decides then, and what decides between equals: higher is ahead. */
type Standing = readonly [rank: number, urgency: number, id: string];

/** Above all priorities. */
const FRONT = Number.POSITIVE_INFINITY;

function standingOf(
  queue: Queue,
  order: Order,
  { id, tier, since, patienceMs, isFirst }: InLine,
  now: number,
): Standing {
  const lane = laneOf(queue, tier);
  const waitMs = now - since;
  if (isFirst) return [FRONT, waitMs, id];
  switch (order) {
    case 'service-level':
      return [0, waitMs / Math.max(1, ownTargetMs(lane, grainOf(patienceMs))), id];
    case 'strict':
      return [lane.priority, waitMs, id];
    case 'score':
      return [0, waitMs + lane.bonusMs, id];
    case 'fifo':
      return [0, waitMs, id];
  }
}

function isAhead([rank, urgency, id]: Standing, [myRank, myUrgency, myId]: Standing): boolean {
  if (rank !== myRank) return rank > myRank;
  return urgency === myUrgency ? id < myId : urgency > myUrgency;
}
