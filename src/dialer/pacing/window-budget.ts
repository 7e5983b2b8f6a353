import type { AbandonmentWindows, CountSince } from '../abandonment.ts';
import type { PacingSettings } from '../outbound.ts';
import { PACING } from './constants.ts';

const HOUR_MS = 3_600_000;
/** Steps in which a rolling window is looked at as it will be, ms. */
const LOOK_AHEAD_MS = 300_000;
/** Three abandoned of 100 are 3 %, whatever a computer says. */
const ROUNDING = 1e-9;

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
  const hour = settings.rollingWindow ? rollingAim(windows, cap, pending, now) : Number.POSITIVE_INFINITY;
  return Math.min(day, month, hour);
}

/** In a window that only grows until it ends, nobody knows when. */
function growingAim(count: CountSince, cap: number, pending: number, now: number): number {
  const spent = count.abandoned + pending;
  const owed = graceOf(count.answered) + overdraft(count, cap, now);
  if (Math.floor(cap * count.answered + ROUNDING) - spent + owed < 1) return 0;
  const over = Math.max(PACING.spendOver, PACING.spendShare * count.answered);
  return spread(cap, cap * count.answered - spent, over);
}

/**
 * Abandoned calls that a window may be over the cap in its first hours: what a few minutes without any would pay back, less and less. Without
 * it, the noise of the first hour would forbid risks that the day has room for.
 */
function overdraft({ answered, since }: CountSince, cap: number, now: number): number {
  const lasts = Math.max(PACING.overdraftMs, now - since);
  return (cap * answered * PACING.overdraftMs * Math.max(0, 1 - lasts / PACING.overdraftUntilMs)) / lasts;
}

/**
 * In a window that moves: what it loses at its far end is budget for what comes. Looked at as it will be later, if as many answer as in the
 * last hour, it permits the least share over all these moments.
 * @see model predictive control, with the abandonment of the next answers as the only thing to choose
 */
function rollingAim(windows: AbandonmentWindows, cap: number, pending: number, now: number): number {
  const whole = windows.since(now - HOUR_MS);
  const grace = graceOf(whole.answered);
  if (Math.floor(cap * whole.answered + ROUNDING) - whole.abandoned - pending + grace < 1) return 0;
  let aim = Number.POSITIVE_INFINITY;
  for (let later = 0; later < HOUR_MS; later += LOOK_AHEAD_MS) {
    const { answered, abandoned } = windows.since(now - HOUR_MS + later);
    const coming = (whole.answered * later) / HOUR_MS;
    const spare = cap * answered - abandoned - pending;
    aim = Math.min(aim, spread(cap, spare, Math.max(PACING.spendOver, coming)));
  }
  return aim;
}

/** Abandoned calls that a window may be over the cap while it has few answers. */
function graceOf(answered: number): number {
  return PACING.graceCalls * Math.max(0, 1 - answered / PACING.graceAnswers);
}

/** What is above the reserve is spent over so many answers, what is missing is saved. */
function spread(cap: number, spare: number, answers: number): number {
  const aim = PACING.aim * cap + (spare - PACING.reserve) / answers;
  return Math.min(PACING.mostAim * cap, Math.max(PACING.leastAim * cap, aim));
}
