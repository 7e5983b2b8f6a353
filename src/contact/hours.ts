import { isZone, type LocalTime, localTime, startOfDay } from '../base/zone.ts';
import { dateOf, stateAt } from '../ivr/calendar.ts';
import type { Hours } from './data.ts';

/** Hours as they are kept in one zone. */
export interface ZonedHours {
  readonly hours: Hours;
  /** IANA name. */
  readonly zone: string;
}

/** `unknown-year`: nobody listed the holidays of this year, so it is closed. */
export type HoursState = 'open' | 'closed' | 'holiday' | 'unknown-year' | 'unknown-zone';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Hours that open no more within this never do. */
const HORIZON_DAYS = 400;
/** Hours that have not agreed within a week of their days, and another one for days that are unlike their weekday, do not. */
const MOST_TURNS = 16;

/** Names that were asked about: to look one up costs a hundred times what knowing it does. */
const known = new Map<string, boolean>();
const MOST_KNOWN = 2000;

/** @param now UTC ms */
export function hoursStateAt({ hours, zone }: ZonedHours, now: number): HoursState {
  if (!isKnownZone(zone)) return 'unknown-zone';
  if (lacksYear(hours, localTime(now, zone).year)) return 'unknown-year';
  return stateAt({ ...hours, zone }, now);
}

/**
 * The first moment, from `from` on, at which all of them are open together; undefined when there is none for 400 days, or on none of
 * the next 16 days on which one of them opens.
 * @param from UTC ms
 */
export function nextOpening(all: readonly ZonedHours[], from: number): number | undefined {
  if (all.some(({ zone }) => !isKnownZone(zone))) return undefined;
  let at = from;
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const before = at;
    for (const one of all) {
      const opens = nextOpeningOf(one, at);
      if (opens === undefined || opens - from > HORIZON_DAYS * DAY_MS) return undefined;
      at = opens;
    }
    if (at === before) return at;
  }
  return undefined;
}

/** The instant, UTC ms, with which the local day after that of `at` begins. */
export function nextDayStart(at: number, zone: string): number {
  const { year, month, day } = localTime(at, zone);
  return startOfDay(year, month, day + 1, zone);
}

/** The instant, UTC ms, with which the local day of `at` begins. */
export function dayStart(at: number, zone: string): number {
  const { year, month, day } = localTime(at, zone);
  return startOfDay(year, month, day, zone);
}

/** The local date of `at`, such as `2026-02-17`. */
export function localDate(at: number, zone: string): string {
  return dateOf(midnightOf(localTime(at, zone)));
}

/** Clock and weekday of `at`, such as `Tue 21:05`. */
export function localText(at: number, zone: string): string {
  const { weekday, hour, minute } = localTime(at, zone);
  const name = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][weekday - 1];
  return `${name} ${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** True for a time zone that there is; remembered. */
export function isKnownZone(zone: string): boolean {
  let found = known.get(zone);
  if (found === undefined) {
    if (known.size >= MOST_KNOWN) known.clear();
    found = isZone(zone);
    known.set(zone, found);
  }
  return found;
}

function lacksYear({ lists: { years } }: Hours, year: number): boolean {
  return years.length > 0 && !years.includes(year);
}

function nextOpeningOf(one: ZonedHours, from: number): number | undefined {
  if (hoursStateAt(one, from) === 'open') return from;
  const times = beginnings(one.hours);
  if (times.length === 0) return undefined;
  const today = midnightOf(localTime(from, one.zone));
  for (let midnight = today; midnight <= today + HORIZON_DAYS * DAY_MS; midnight += DAY_MS) {
    if (lacksYear(one.hours, new Date(midnight).getUTCFullYear())) continue;
    const opens = candidates(one.zone, times, midnight)
      .filter((at) => at >= from && hoursStateAt(one, at) === 'open')
      .sort((a, b) => a - b)[0];
    if (opens !== undefined) return opens;
  }
  return undefined;
}

/** Minutes from midnight at which hours of any day begin. */
function beginnings({ week, holidayHours, workdayHours, specialDays }: Hours): number[] {
  const spans = [...week, holidayHours, workdayHours, ...specialDays.map(({ hours }) => hours)].flat();
  return [...new Set(spans.map(({ from }) => from))];
}

/**
 * Every moment of a local day at which hours can begin: its own beginning, `times`, and where clocks are set. A time that a day
 * has twice is two of them; one that it does not have begins where clocks go forward.
 * @param midnight of the day in UTC ms, as if its zone were UTC
 */
function candidates(zone: string, times: readonly number[], midnight: number): number[] {
  const local = new Date(midnight);
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate()];
  const begin = startOfDay(year, month, day, zone);
  const end = startOfDay(year, month, day + 1, zone);
  const offsets = [...new Set([offsetAt(begin, zone), offsetAt(end - MINUTE_MS, zone)])];
  const change = offsets.length === 1 ? [] : [whereClocksAreSet(begin, end - MINUTE_MS, zone)];
  const starts = times.flatMap((minutes) => offsets.map((offset) => midnight + minutes * MINUTE_MS - offset));
  return [begin, ...change, ...starts].filter((at) => begin <= at && at < end);
}

/** The first instant after `from` with the offset of `to`; both on one day, with at most one change between. */
function whereClocksAreSet(from: number, to: number, zone: string): number {
  const after = offsetAt(to, zone);
  let early = from;
  let late = to;
  while (late - early > MINUTE_MS) {
    const middle = early + Math.floor((late - early) / (2 * MINUTE_MS)) * MINUTE_MS;
    if (offsetAt(middle, zone) === after) late = middle;
    else early = middle;
  }
  return late;
}

/** How far the clocks of `zone` are ahead of UTC, ms. */
function offsetAt(at: number, zone: string): number {
  const there = localTime(at, zone);
  return (
    midnightOf(there) + (there.hour * 60 + there.minute) * MINUTE_MS - Math.floor(at / MINUTE_MS) * MINUTE_MS
  );
}

function midnightOf({ year, month, day }: LocalTime): number {
  return Date.UTC(year, month - 1, day);
}
