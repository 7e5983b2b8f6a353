import type { Deadlines } from '../base/deadlines.ts';
import { type Line, stepAfter, urgencyOf } from './line.ts';
import type { Considered, OfferReason, Order, Removed, Rival, Waiting } from './queue.ts';

/** So many of each kind are named. */
const NAMED = 6;

interface Floor {
  readonly order: Order;
  readonly idle: number;
  /** Profiles with somebody ready. */
  readonly ready: readonly { readonly index: number; readonly idle: Deadlines; readonly since: number }[];
  readonly busy: readonly Line[];
}

interface Choice {
  readonly waiting: Waiting;
  readonly line: Line;
  readonly profile: { readonly index: number };
  /** The agent knows the caller. */
  readonly familiar: boolean;
  readonly now: number;
}

/** Why this agent for this caller, told before either of them is taken. */
export function whyOf(floor: Floor, choice: Choice): OfferReason {
  const { waiting, line, profile, familiar, now } = choice;
  const waitedMs = now - waiting.since;
  const { considered, removed, fit } = look(floor, choice, waitedMs);
  const score = line.table.fits[profile.index]!.score;
  const ranks = considered.some((one) => one.score !== score);
  return {
    rule: familiar ? 'familiar' : fit <= 1 ? 'only' : ranks ? 'best-score' : 'longest-idle',
    order: floor.order,
    waitedMs,
    urgency: urgencyOf(floor.order, line, waitedMs),
    step: stepAfter(line, waitedMs),
    score,
    ready: floor.idle,
    fit,
    considered: considered.slice(0, NAMED),
    removed: removed.slice(0, NAMED),
    rivals: rivalsOf(floor, choice),
  };
}

function look(
  { ready }: Floor,
  { line, now }: Choice,
  waitedMs: number,
): { considered: Considered[]; removed: Removed[]; fit: number } {
  const considered: Considered[] = [];
  const removed: Removed[] = [];
  let fit = 0;
  for (const { index, idle, since } of ready) {
    const alike = idle.size;
    const agent = idle.first()!;
    const { step, score, lacks } = line.table.fits[index]!;
    if (step !== -1 && waitedMs >= line.begins[step]!) {
      fit += alike;
      considered.push({ agent, alike, score, idleMs: now - since });
    } else removed.push({ agent, alike, by: step === -1 ? lacks : 'later' });
  }
  considered.sort((a, b) => b.score - a.score || b.idleMs - a.idleMs);
  return { considered, removed, fit };
}

function rivalsOf({ order, busy }: Floor, { waiting, line, profile, now }: Choice): Rival[] {
  const top: { readonly line: Line; readonly urgency: number }[] = [];
  for (const other of busy) {
    const step = other.steps[profile.index]!;
    const waitMs = now - other.since;
    if (step === -1 || waitMs < other.begins[step]!) continue;
    if (other === line && line.calls.first() === waiting.call) continue;
    const urgency = urgencyOf(order, other, waitMs);
    if (top.length === NAMED && urgency <= top.at(-1)!.urgency) continue;
    const place = top.findIndex((one) => one.urgency < urgency);
    top.splice(place === -1 ? top.length : place, 0, { line: other, urgency });
    top.length = Math.min(top.length, NAMED);
  }
  return top.map(({ line: { calls, like, tier }, urgency }) => {
    const call = calls.first()!;
    return { call, queue: like.queue.name, tier, urgency };
  });
}
