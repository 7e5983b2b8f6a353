import { localTime, startOfDay } from '../base/zone.ts';
import type { Days } from '../ivr/calendar.ts';
import { ASK_AGAIN_MS, refuse } from './case.ts';
import type { ContactRule, Refusal } from './contact.ts';
import type { ContactPolicy } from './data.ts';
import { hoursStateAt, isKnownZone, localDate, localText, nextOpening, type ZonedHours } from './hours.ts';

/** Dates on which the campaigns of a policy dial. */
export function ownDates(
  { ownDates: dates }: ContactPolicy,
  zones: readonly string[],
  now: number,
): Refusal | undefined {
  const known = zones.filter(isKnownZone);
  const closed = known.find((zone) => !isAmong(dates, localDate(now, zone)));
  if (dates.length === 0 || closed === undefined) return undefined;
  return refuse('campaign-dates', nextDates(dates, known, now), {
    date: localDate(now, closed),
    zone: closed,
  });
}

const isAmong = (dates: readonly Days[], date: string): boolean =>
  dates.some(({ first, last }) => first <= date && date <= last);

/** The first moment at which it is one of `dates` in all zones. */
function nextDates(dates: readonly Days[], zones: readonly string[], now: number): number | undefined {
  let at = now;
  // Each turn leaves a range behind.
  for (let turn = 0; turn <= dates.length; turn += 1) {
    const closed = zones.filter((zone) => !isAmong(dates, localDate(at, zone)));
    if (closed.length === 0) return at;
    const begins = closed.map((zone) => nextBegin(dates, at, zone));
    at = Math.max(...begins);
    if (at === Infinity) return undefined;
  }
  return undefined;
}

function nextBegin(dates: readonly Days[], at: number, zone: string): number {
  const date = localDate(at, zone);
  const next = dates
    .map(({ first }) => first)
    .filter((first) => first > date)
    .sort()[0];
  return next === undefined ? Infinity : startOfDate(next, zone);
}

/** The instant with which `date`, such as `2026-02-17`, begins in `zone`. */
function startOfDate(date: string, zone: string): number {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return startOfDay(year, month, day, zone);
}

/** Hours of the law, in each zone of the number. */
export function lawfulHours(
  { hours }: ContactPolicy,
  zones: readonly string[],
  now: number,
): Refusal | undefined {
  if (zones.length === 0) return refuse('unknown-zone', undefined, {});
  const all = zones.map((zone) => ({ hours, zone }));
  return closedAmong(all, now, { closed: 'calling-window', holiday: 'holiday' });
}

/** Hours of the campaign. */
export function ownHours(
  { ownHours: own }: ContactPolicy,
  zones: readonly string[],
  now: number,
): Refusal | undefined {
  if (!own) return undefined;
  const all = (own.zone === undefined ? zones : [own.zone]).map((zone) => ({ hours: own, zone }));
  return closedAmong(all, now, { closed: 'campaign-hours', holiday: 'campaign-hours' });
}

/** The same as whether nothing of the above forbids, without asking until when. */
export function isOpenAt(policy: ContactPolicy, zones: readonly string[], now: number): boolean {
  const { hours, ownHours: own, ownDates: dates } = policy;
  const isOpen = (one: ZonedHours): boolean => hoursStateAt(one, now) === 'open';
  return (
    zones.length > 0 &&
    zones.every((zone) => isOpen({ hours, zone })) &&
    (dates.length === 0 || zones.every((zone) => isAmong(dates, localDate(now, zone)))) &&
    (!own || (own.zone === undefined ? zones : [own.zone]).every((zone) => isOpen({ hours: own, zone })))
  );
}

/** What cannot be known comes first. */
const STATES = ['unknown-zone', 'unknown-year', 'holiday', 'closed'] as const;

function closedAmong(
  all: readonly ZonedHours[],
  now: number,
  rules: { readonly closed: ContactRule; readonly holiday: ContactRule },
): Refusal | undefined {
  const states = all.map((one) => hoursStateAt(one, now));
  const state = STATES.find((wanted) => states.includes(wanted));
  if (state === undefined) return undefined;
  const { hours, zone } = all[states.indexOf(state)]!;
  if (state === 'unknown-zone') return refuse(state, undefined, { zone });
  const detail = { zone, local: localText(now, zone), date: localDate(now, zone) };
  const opens = nextOpening(all, now);
  // Somebody may list the holidays any time.
  if (state === 'unknown-year') return refuse(state, opens ?? now + ASK_AGAIN_MS, detail);
  return refuse(rules[state], opens ?? endOfKnown(hours, zone, now), detail);
}

/** Where the next year is unknown, nobody can say that it never opens again. */
function endOfKnown(
  { lists: { years } }: ZonedHours['hours'],
  zone: string,
  now: number,
): number | undefined {
  const next = localTime(now, zone).year + 1;
  return years.length > 0 && !years.includes(next) ? startOfDay(next, 1, 1, zone) : undefined;
}
