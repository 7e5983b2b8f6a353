import { type Line, stepAfter, urgencyOf, waitOf } from './line.ts';
import { NEVER } from './profile-fit.ts';
import type { Considered, OfferReason, Order, Removed, Rival, Waiting } from './queue.ts';
import type { Profile } from './roster.ts';

/** So many of each kind are named. */
const NAMED = 6;

export interface Floor {
  readonly order: Order;
  readonly idle: number;
  /** Profiles with somebody ready. */
  readonly ready: readonly Profile[];
  /** Lines that the chosen agent fits. */
  readonly reach: readonly Line[];
}

export interface Choice {
  readonly waiting: Waiting;
  readonly line: Line;
  readonly profile: Profile;
  readonly agent: string;
  /** UTC ms. */
  readonly readySince: number;
  /** The agent knows the caller. */
  readonly familiar: boolean;
  readonly now: number;
}

/** Why this agent for this caller, told before either of them is taken. */
export function whyOf(floor: Floor, choice: Choice): OfferReason {
  const { waiting, line, profile, familiar, now } = choice;
  const waitedMs = Math.max(0, now - waiting.since);
  const { considered, removed, fit, sameScore } = familiar
    ? lookAtKnown(choice)
    : look(floor, choice, waitedMs);
  return {
    rule: familiar
      ? waiting.keptFor === choice.agent
        ? 'kept'
        : 'familiar'
      : fit <= 1
        ? 'only'
        : sameScore
          ? 'longest-idle'
          : 'best-score',
    order: floor.order,
    waitedMs,
    urgency: urgencyOf(floor.order, line, waitedMs),
    step: stepAfter(line, waitedMs),
    score: line.table.scoreOf(profile),
    ready: floor.idle,
    fit,
    considered,
    removed,
    rivals: rivalsOf(floor, choice),
  };
}

interface Seen {
  readonly considered: Considered[];
  readonly removed: Removed[];
  readonly fit: number;
  /** All who fit have the same score. */
  readonly sameScore: boolean;
}

/** Whoever knows the caller is asked whatever the steps say: nobody else was looked at. */
function lookAtKnown({ agent, readySince, line, profile, now }: Choice): Seen {
  const score = line.table.scoreOf(profile);
  return {
    considered: [{ agent, alike: 1, score, idleMs: now - readySince }],
    removed: [],
    fit: 1,
    sameScore: true,
  };
}

/** Looks at every profile with somebody ready; only those that are named cost more than a look. */
function look({ ready }: Floor, { line, profile, now }: Choice, waitedMs: number): Seen {
  const { table } = line;
  const chosen = table.scoreOf(profile);
  const better = (a: Profile, b: Profile): number => table.scoreOf(a) - table.scoreOf(b) || b.since - a.since;
  const best: Profile[] = [];
  const removed: Removed[] = [];
  let fit = 0;
  let sameScore = true;
  for (const one of ready) {
    const step = table.stepOf(one);
    if (step !== NEVER && waitedMs >= line.begins[step]!) {
      fit += one.idle.size;
      sameScore &&= table.scoreOf(one) === chosen;
      keepBest(best, one, better);
    } else if (removed.length < NAMED) {
      const by = step === NEVER ? table.lackOf(one) : 'later';
      removed.push({ agent: one.idle.first()!, alike: one.idle.size, by });
    }
  }
  const considered = best.map((one) => ({
    agent: one.idle.first()!,
    alike: one.idle.size,
    score: table.scoreOf(one),
    idleMs: now - one.since,
  }));
  return { considered, removed, fit, sameScore };
}

function rivalsOf({ order, reach }: Floor, { waiting, line, profile, now }: Choice): Rival[] {
  const top: { readonly line: Line; readonly urgency: number }[] = [];
  for (const other of reach) {
    const waitMs = waitOf(other, now);
    if (waitMs < other.begins[other.table.stepOf(profile)]!) continue;
    if (other === line && line.calls.first() === waiting.call) continue;
    const urgency = urgencyOf(order, other, waitMs);
    if (top.length < NAMED || urgency > top.at(-1)!.urgency)
      keepBest(top, { line: other, urgency }, (a, b) => a.urgency - b.urgency);
  }
  return top.map(({ line: { calls, like, tier }, urgency }) => {
    const call = calls.first()!;
    return { call, queue: like.queue.name, tier, urgency };
  });
}

/** Puts one into a short list of the best. @param better positive when `a` is better than `b` */
function keepBest<One>(list: One[], one: One, better: (a: One, b: One) => number): void {
  if (list.length === NAMED && better(one, list.at(-1)!) <= 0) return;
  let place = list.length;
  while (place > 0 && better(one, list[place - 1]!) > 0) place -= 1;
  list.splice(place, 0, one);
  if (list.length > NAMED) list.pop();
}
