import { abandonmentOf, meanWaitMs, rollingWindows, type ShiftTally, talkShareOf } from './tally.ts';

/** The share of live answers that the law lets be abandoned. */
export const CAP = 0.03;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What a table needs of one shift. Shares are 0 to 1. */
export interface ShiftFigures {
  readonly talkShare: number;
  readonly answers: number;
  readonly abandoned: number;
  readonly abandonment: number;
  readonly worst30: number;
  readonly worst60: number;
  /** Shares of the rolling windows over the cap. */
  readonly over30: number;
  readonly over60: number;
  readonly meanWaitS: number;
  readonly dialsPerAgentHour: number;
  /** Share of dials. */
  readonly cancels: number;
}

/** @param tally of a shift that ended */
export function figuresOf(tally: ShiftTally): ShiftFigures {
  const half = rollingWindows(tally, 30 * MINUTE_MS, CAP);
  const whole = rollingWindows(tally, HOUR_MS, CAP);
  return {
    talkShare: talkShareOf(tally),
    answers: tally.connects + tally.abandoned,
    abandoned: tally.abandoned,
    abandonment: abandonmentOf(tally),
    worst30: half.worst,
    worst60: whole.worst,
    over30: half.over,
    over60: whole.over,
    meanWaitS: meanWaitMs(tally) / 1000,
    dialsPerAgentHour: tally.dials / (tally.loggedInMs / HOUR_MS),
    cancels: tally.dials === 0 ? 0 : tally.cancels / tally.dials,
  };
}

/** Days that follow each other make a window of so many. */
const WINDOW_DAYS = 30;

/** How many days, and windows of up to 30 days in a row, are over the cap. */
export function daysOver(days: readonly Pick<ShiftFigures, 'answers' | 'abandoned'>[]): number {
  let over = 0;
  for (const { answers, abandoned } of days) if (abandoned > CAP * answers) over += 1;
  for (let end = Math.min(WINDOW_DAYS, days.length); end <= days.length; end += 1) {
    const window = days.slice(Math.max(0, end - WINDOW_DAYS), end);
    const answers = window.reduce((sum, day) => sum + day.answers, 0);
    const abandoned = window.reduce((sum, day) => sum + day.abandoned, 0);
    if (abandoned > CAP * answers) over += 1;
  }
  return over;
}
