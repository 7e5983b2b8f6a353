import type { LogEvent } from '../../src/engine/changes.ts';
import { playDay } from '../../src/lab/day/day.ts';
import type { Scenario } from '../../src/lab/day/scenario.ts';
import { DAY_EVENTS, DayReader } from '../../src/replay/day-reader.ts';
import type { RecordedDay } from '../../src/replay/recorded-day.ts';

/** An event at second `s`. */
export const event = (
  s: number,
  type: string,
  about: { call?: string; agent?: string } = {},
  data: LogEvent['data'] = {},
): LogEvent => ({ type, version: 1, at: s * 1000, ...about, data });

const LONG_MS = 24 * 3_600_000;

/** Reads a day that is as long as its events. */
export function dayOf(events: readonly LogEvent[], from = 0, to = LONG_MS): RecordedDay {
  const reader = new DayReader(from, to, () => ({ skills: { service: 3 }, attributes: {} }));
  for (const one of events) if (DAY_EVENTS.includes(one.type)) reader.take(one);
  return reader.day();
}

/** What the real engine logs of a day of the lab. */
export async function logOf(scenario: Scenario): Promise<readonly LogEvent[]> {
  const log: LogEvent[] = [];
  await playDay(scenario, { isWatched: false, heard: (events) => log.push(...events) });
  return log;
}
