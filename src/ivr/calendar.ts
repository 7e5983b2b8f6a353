import { localTime } from '../base/zone.ts';

/** Minutes from the midnight with which its day begins; `to` is beyond 1440 where it ends on the next day. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Days on end, as dates such as `2026-02-17`, both included. */
export interface Days {
  readonly first: string;
  readonly last: string;
}

/** Days that are unlike their weekday. Several calendars may have the same. */
export interface DayLists {
  readonly holidays: readonly Days[];
  /** Worked although the weekday is not. */
  readonly workdays: readonly Days[];
  /** Years whose holidays are listed. */
  readonly years: readonly number[];
}

/** Opening hours, in the zone they belong to. */
export interface Calendar {
  readonly zone: string;
  /** Seven days, Monday first. */
  readonly week: readonly (readonly Span[])[];
  readonly holidayHours: readonly Span[];
  readonly workdayHours: readonly Span[];
  readonly lists: DayLists;
  /** Days with hours of their own, whatever else they are. */
  readonly specialDays: readonly (Days & { readonly hours: readonly Span[] })[];
}

/** A holiday with hours of its own is open during them. */
export type DayState = 'open' | 'closed' | 'holiday';

const DAY_MINUTES = 1440;
const DAY_MS = DAY_MINUTES * 60_000;

/** From this month on, the holidays of the next year should be known. */
const DECEMBER = 12;

/** Whether `calendar` is open; hours that began yesterday last into today, whatever today is. @param now UTC ms */
export function stateAt(calendar: Calendar, now: number): DayState {
  const { year, month, day, hour, minute } = localTime(now, calendar.zone);
  const midnight = Date.UTC(year, month - 1, day);
  const minutes = hour * 60 + minute;
  if (covers(hoursOn(calendar, midnight), minutes)) return 'open';
  if (covers(hoursOn(calendar, midnight - DAY_MS), minutes + DAY_MINUTES)) return 'open';
  return isAmong(calendar.lists.holidays, dateOf(midnight)) ? 'holiday' : 'closed';
}

/**
 * Years whose holidays `calendar` should list and does not: the present one, from December on the next one too. None for
 * a calendar without any holidays. @param now UTC ms
 */
export function missingYears({ lists, zone }: Pick<Calendar, 'lists' | 'zone'>, now: number): number[] {
  if (lists.years.length === 0) return [];
  const { year, month } = localTime(now, zone);
  const needed = month >= DECEMBER ? [year, year + 1] : [year];
  return needed.filter((one) => !lists.years.includes(one));
}

/** The date of a day, such as `2026-02-17`. @param midnight its begin in UTC ms, as if its zone were UTC */
export function dateOf(midnight: number): string {
  return new Date(midnight).toISOString().slice(0, 10);
}

/** Why a day has the hours that it has: its own, those of holidays or of days that are worked instead, or of its weekday. */
export type DayKind = 'special' | 'holiday' | 'workday' | 'weekday';

/** The hours that begin on a day. @param midnight its begin in UTC ms, as if its zone were UTC */
export function planOf(
  calendar: Calendar,
  midnight: number,
): { readonly kind: DayKind; readonly hours: readonly Span[] } {
  const { lists, specialDays, holidayHours, workdayHours, week } = calendar;
  const date = dateOf(midnight);
  const special = specialDays.find((days) => includes(days, date));
  if (special) return { kind: 'special', hours: special.hours };
  if (isAmong(lists.holidays, date)) return { kind: 'holiday', hours: holidayHours };
  if (isAmong(lists.workdays, date)) return { kind: 'workday', hours: workdayHours };
  const sundayFirst = new Date(midnight).getUTCDay();
  return { kind: 'weekday', hours: week[(sundayFirst + 6) % 7] ?? [] };
}

/** A day of a calendar, for people. */
export interface PlannedDay {
  /** Such as `2026-02-17`. */
  readonly date: string;
  readonly kind: DayKind;
  /** Such as `09:00-17:00`; none: closed. An end that is not after the begin is on the next day. */
  readonly hours: readonly string[];
}

/** The days from today on. @param now UTC ms */
export function plannedDays(calendar: Calendar, now: number, count: number): PlannedDay[] {
  const { year, month, day } = localTime(now, calendar.zone);
  return Array.from({ length: count }, (_, index) => {
    const midnight = Date.UTC(year, month - 1, day) + index * DAY_MS;
    const { kind, hours } = planOf(calendar, midnight);
    return { date: dateOf(midnight), kind, hours: hours.map(spanText) };
  });
}

/** As an admin writes it. */
export function spanText({ from, to }: Span): string {
  const clock = (minutes: number): string =>
    [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
  return `${clock(from)}-${clock(to > DAY_MINUTES ? to - DAY_MINUTES : to)}`;
}

function hoursOn(calendar: Calendar, midnight: number): readonly Span[] {
  return planOf(calendar, midnight).hours;
}

function isAmong(list: readonly Days[], date: string): boolean {
  return list.some((days) => includes(days, date));
}

function includes({ first, last }: Days, date: string): boolean {
  return first <= date && date <= last;
}

function covers(hours: readonly Span[], minutes: number): boolean {
  return hours.some(({ from, to }) => from <= minutes && minutes < to);
}
