import type { AbandonmentWindows, CountSince } from '../abandonment.ts';
import type { PacingSettings } from '../outbound.ts';
import { PACING } from './constants.ts';
import { hourAim, smoothingAim } from './rolling-window.ts';
import { spread, wholeCalls } from './spread.ts';

/**
 * The share of the next answers that may be abandoned, so that the windows keep the cap: the local day and 30 days always, the rolling hour
 * on request; 0: nothing may be risked.
 * @param pending abandoned calls to be expected of the dials under way
 * @param now UTC ms
 */
export function aimOf(
  windows: AbandonmentWindows,
  settings: Pick<PacingSettings, 'maxAbandonment' | 'rollingWindow'>,
  pending: number,
  now: number,
): number {
  const cap = settings.maxAbandonment;
  const day = growingAim(windows.day(now), cap, pending, now);
  const month = growingAim(windows.thirtyDays(now), cap, pending, now);
  const hour = settings.rollingWindow ? hourAim(windows, cap, pending, now) : Number.POSITIVE_INFINITY;
  return Math.min(day, month, hour, smoothingAim(windows, cap, pending, now));
}

/** In a window that only grows until it ends, nobody knows when. */
function growingAim(count: CountSince, cap: number, pending: number, now: number): number {
  const spent = count.abandoned + pending;
  const owed = graceOf(count.answered) + overdraft(count, cap, now);
  if (wholeCalls(cap * count.answered) - spent + owed < 1) return 0;
  const over = Math.max(PACING.spendOver, PACING.spendShare * count.answered);
  return spread(cap, cap * count.answered - spent - PACING.reserve, over);
}

/**
 * Abandoned calls that a window may be over the cap in its first hours: what a few minutes without any would pay back, less and less. Without
 * it, the noise of the first hour would forbid risks that the day has room for.
 */
function overdraft({ answered, since }: CountSince, cap: number, now: number): number {
  const lasts = Math.max(PACING.overdraftMs, now - since);
  return (cap * answered * PACING.overdraftMs * Math.max(0, 1 - lasts / PACING.overdraftUntilMs)) / lasts;
}

/** Abandoned calls that a window may be over the cap while it has few answers. */
function graceOf(answered: number): number {
  return PACING.graceCalls * Math.max(0, 1 - answered / PACING.graceAnswers);
}
