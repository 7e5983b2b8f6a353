/** How a day differs from an even one. */
export const DIALING_SCENARIOS = ['flat', 'drift', 'churn', 'outage', 'all'] as const;
export type DialingScenario = (typeof DIALING_SCENARIOS)[number];

/** The share of live answers that segments' rates are given for. */
const USUAL_RATE = 0.3;
const DRIFT_FROM = 0.2;
const DRIFT_TO = 0.45;
/** Parts of the agents who are there, in equal parts of the day. */
const STAFF = [0.6, 1, 0.65, 1, 0.5] as const;
const OUTAGE_AT_MS = 4 * 3_600_000;
const OUTAGE_MS = 600_000;
const OUTAGE_RATE = 0.02;
const SURGE = 1.3;

/** What live rates are multiplied by. @param atMs since the beginning of the day @param lastsMs how long the day is */
export function liveFactor(scenario: DialingScenario, atMs: number, lastsMs: number): number {
  const drifts = scenario === 'drift' || scenario === 'all';
  const factor = drifts ? (DRIFT_FROM + (DRIFT_TO - DRIFT_FROM) * (atMs / lastsMs)) / USUAL_RATE : 1;
  if (scenario !== 'outage' && scenario !== 'all') return factor;
  if (atMs >= OUTAGE_AT_MS && atMs < OUTAGE_AT_MS + OUTAGE_MS) return OUTAGE_RATE / USUAL_RATE;
  if (atMs >= OUTAGE_AT_MS + OUTAGE_MS && atMs < OUTAGE_AT_MS + 2 * OUTAGE_MS) return SURGE * factor;
  return factor;
}

/** When the number of agents changes: ms since the beginning of the day, and how many there are then. */
export function staffing(
  scenario: DialingScenario,
  agents: number,
  lastsMs: number,
): readonly { readonly atMs: number; readonly agents: number }[] {
  if (scenario !== 'churn' && scenario !== 'all') return [{ atMs: 0, agents }];
  return STAFF.map((part, index) => ({
    atMs: (index * lastsMs) / STAFF.length,
    agents: Math.max(1, Math.round(part * agents)),
  }));
}
