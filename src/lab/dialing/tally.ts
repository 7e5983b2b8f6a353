/** Answers are counted by intervals of this length, so windows move in such steps. */
export const BIN_MS = 10_000;

/** What happened in a shift. */
export interface ShiftTally {
  /** Agents' time, ms, all agents together. */
  readonly talkMs: number;
  readonly wrapUpMs: number;
  readonly idleMs: number;
  readonly loggedInMs: number;
  readonly dials: number;
  readonly live: number;
  readonly connects: number;
  readonly abandoned: number;
  readonly machines: number;
  readonly cancels: number;
  /** Dials without a result, and live answers without a fate, at the end. */
  readonly open: number;
  /** The least that one rang who was let go, ms; Infinity when nobody was. */
  readonly leastRingMs: number;
  /** The most and least that one waited who was abandoned, ms. */
  readonly abandonedAfterMs: readonly [least: number, most: number];
  /** The most that one waited who was connected, ms. */
  readonly connectedAfterMs: number;
  /** Live answers whose fate is known, and those abandoned, by interval of 10 s. */
  readonly answersByBin: readonly number[];
  readonly abandonedByBin: readonly number[];
}

/** Share of live answers that were abandoned; 0 without any. */
export function abandonmentOf({ connects, abandoned }: ShiftTally): number {
  return abandoned === 0 ? 0 : abandoned / (connects + abandoned);
}

/** Share of agents' time in which they talked. */
export function talkShareOf({ talkMs, loggedInMs }: ShiftTally): number {
  return talkMs / loggedInMs;
}

/** What an agent waits for a call in the mean, ms. */
export function meanWaitMs({ idleMs, connects }: ShiftTally): number {
  return idleMs / Math.max(1, connects);
}

/** What the rolling windows of one length say of a shift. */
export interface WindowFigures {
  /** The largest share of abandoned answers in any of them. */
  readonly worst: number;
  /** Share of the windows with more than `cap`. */
  readonly over: number;
}

/** Every whole window of a shift, in steps of 10 s. @param cap share of live answers */
export function rollingWindows(
  { answersByBin, abandonedByBin }: Pick<ShiftTally, 'answersByBin' | 'abandonedByBin'>,
  lengthMs: number,
  cap: number,
): WindowFigures {
  const bins = Math.round(lengthMs / BIN_MS);
  let answers = 0;
  let abandoned = 0;
  let worst = 0;
  let over = 0;
  let windows = 0;
  for (let end = 0; end < answersByBin.length; end += 1) {
    answers += answersByBin[end]! - (answersByBin[end - bins] ?? 0);
    abandoned += abandonedByBin[end]! - (abandonedByBin[end - bins] ?? 0);
    if (end + 1 < bins) continue;
    windows += 1;
    const share = answers === 0 ? 0 : abandoned / answers;
    worst = Math.max(worst, share);
    if (share > cap) over += 1;
  }
  return { worst, over: windows === 0 ? 0 : over / windows };
}
