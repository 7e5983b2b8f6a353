import type { AbandonmentWindows } from '../abandonment.ts';
import { PACING } from './constants.ts';
import { spread, wholeCalls } from './spread.ts';

const HOUR_MS = 3_600_000;
const HALF_HOUR_MS = HOUR_MS / 2;
/** How many answers will come is judged by so much time, ms. */
const RECENT_MS = 600_000;
/** A window is looked at as it will be, in so many steps. */
const LOOKS = 12;

/** The share that every hour permits; 0: nothing may be risked. @param pending see `aimOf` */
export function hourAim(windows: AbandonmentWindows, cap: number, pending: number, now: number): number {
  const { answered, abandoned } = windows.since(now - HOUR_MS);
  const most = cap * answered;
  const grace = answered < PACING.graceHourAnswers ? 1 : 0;
  if (wholeCalls(most) - abandoned - pending + grace < 1) return 0;
  const reserve = PACING.reserve + PACING.hourReserve * Math.sqrt(most) + PACING.hourShockReserve * most;
  return movingAim(windows, { lengthMs: HOUR_MS, cap, spent: pending + reserve }, now);
}

/**
 * What a half-hour permits beside the cap: chance makes abandoned calls come in crowds, and a supervisor who looks at half an hour should
 * not see one. Where few answer, half an hour says nothing.
 */
export function smoothingAim(windows: AbandonmentWindows, cap: number, pending: number, now: number): number {
  if (windows.since(now - HALF_HOUR_MS).answered < PACING.smoothingAnswers) return Number.POSITIVE_INFINITY;
  const most = PACING.smoothingCap * cap;
  const spent = pending + PACING.smoothingReserve;
  return movingAim(windows, { lengthMs: HALF_HOUR_MS, cap: most, spent }, now);
}

/**
 * In a window that moves, what it loses at its far end is budget for what comes. Looked at as it will be at later moments, if as many answer
 * as lately, it permits the least share over all of them.
 * @see model predictive control, with the abandonment of the next answers as the only thing to choose
 */
function movingAim(
  windows: AbandonmentWindows,
  { lengthMs, cap, spent }: { readonly lengthMs: number; readonly cap: number; readonly spent: number },
  now: number,
): number {
  const whole = windows.since(now - lengthMs).answered / lengthMs;
  const perMs = Math.min(whole, windows.since(now - RECENT_MS).answered / RECENT_MS);
  let aim = Number.POSITIVE_INFINITY;
  for (let look = 0; look < LOOKS; look += 1) {
    const later = (look * lengthMs) / LOOKS;
    const { answered, abandoned } = windows.since(now - lengthMs + later);
    const spare = cap * answered - abandoned - spent;
    aim = Math.min(aim, spread(cap, spare, Math.max(PACING.spendOver, perMs * later)));
  }
  return aim;
}
