/**
 * VICIdial's adaptive dialling, as its behaviour is described in part 1 of the reference: the rule for the dial level, and how many
 * lines follow from it.
 */
export interface VicidialSettings {
  readonly method: 'hard-limit' | 'average' | 'tapered';
  /** `adaptive_dropped_percentage`. */
  readonly dropPercent: number;
  /** `adaptive_dl_diff_target`: -1 keeps one agent waiting, +1 keeps one call waiting. */
  readonly diffTarget: number;
  /** `adaptive_intensity`, -100 to 100: above 0 faster up and slower down. */
  readonly intensity: number;
  /** `available_only_ratio_tally`: only agents who wait are counted. */
  readonly availableOnly: boolean;
  /** `adaptive_maximum_level`. */
  readonly maximumLevel: number;
}

export const VICIDIAL_DEFAULT: VicidialSettings = {
  method: 'hard-limit',
  dropPercent: 3,
  diffTarget: 0,
  intensity: 0,
  availableOnly: false,
  maximumLevel: 3,
};

/** What the rule for the level looks at. */
export interface LevelFacts {
  readonly level: number;
  /** Means over the last 15 seconds: agents who wait, calls that wait, all agents. */
  readonly ready: number;
  readonly waiting: number;
  readonly agents: number;
  readonly dialsLastMinute: number;
  readonly dropsLastMinute: number;
  readonly dialsToday: number;
  readonly dropsToday: number;
  readonly answersToday: number;
  /** The time of day as a number: 17:30 is 1730. */
  readonly hhmm: number;
}

const LATEST_HHMM = 2100;

/** The level of the next 15 seconds. */
export function nextLevel(facts: LevelFacts, settings: VicidialSettings): number {
  const { level, ready, waiting, agents, dialsLastMinute, dropsLastMinute } = facts;
  const target = ready - waiting + settings.diffTarget;
  const share = agents > 0 ? target / agents : 0;
  const intensity = settings.intensity / 100;
  const step = share < 0 ? share * Math.abs(intensity - 1) : share * (intensity + 1);
  let next = Math.min(settings.maximumLevel, Math.max(1, level * (1 + step)));
  if (dialsLastMinute > 20 && dropsLastMinute / dialsLastMinute > 0.5) next /= 2;
  if (isOverDropped(facts, settings)) next = cut(next, facts.hhmm, settings);
  return Math.max(1, next);
}

function isOverDropped(
  { dialsToday, dropsToday, answersToday }: LevelFacts,
  { dropPercent }: VicidialSettings,
): boolean {
  return dialsToday > 50 && answersToday > 0 && (100 * dropsToday) / answersToday > dropPercent;
}

function cut(level: number, hhmm: number, { method }: VicidialSettings): number {
  switch (method) {
    case 'hard-limit':
      return 1;
    case 'average':
      return level / 2;
    case 'tapered': {
      // The difference of two clock times as if they were numbers: more than ten hours before the end, nothing is cut.
      const left = LATEST_HHMM - hhmm;
      return left < 0 ? 1 : level * Math.min(1, left / 1000);
    }
  }
}

/** What the number of lines looks at. */
export interface LineFacts {
  readonly ready: number;
  readonly talking: number;
  /** Dials without a result. */
  readonly dialling: number;
  /** Answered and waiting for an agent. */
  readonly waiting: number;
}

/** How many to dial now. Agents who wrap up are not counted: they are paused. */
export function linesToDial(
  level: number,
  { ready, talking, dialling, waiting }: LineFacts,
  availableOnly: boolean,
): number {
  const goal = availableOnly ? Math.round(level * ready) + talking : Math.round(level * (ready + talking));
  return Math.max(0, goal - dialling - waiting - talking);
}
