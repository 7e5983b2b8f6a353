import { Refused } from '../base/errors.ts';
import { type LocalTime, localTime, startOfDay } from '../base/zone.ts';
import { QUARTER_MS, quarterOf } from './sums.ts';

/** What a row of an interval report covers. */
export const INTERVALS = ['15', '30', '60', 'day', 'span'] as const;
export type Interval = (typeof INTERVALS)[number];

/** UTC ms: from (inclusive) to (exclusive). */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Rows of one report, for each queue: a month of quarters of an hour. */
const MOST_INTERVALS = 31 * 96 + 4;
/** Longest span of one report, days. */
const MOST_DAYS = 2 * 366;
const DAY_MS = 86_400_000;

const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
const MINUTE = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)$/;

/**
 * Whole days in `zone`, from the first to the last, each such as 2026-11-22.
 * @throws Refused `bad-span`
 */
export function daysSpan(first: string, last: string, zone: string): Span {
  const from = dayStart(first, zone);
  const to = nextDay(dayStart(last, zone), zone);
  if (to <= from) throw new Refused('bad-span', `"from" (${first}) is after "to" (${last})`);
  if (to - from > MOST_DAYS * DAY_MS + DAY_MS / 2)
    throw new Refused('bad-span', `From "from" to "to" are more than ${MOST_DAYS} days: ask in parts`);
  return { from, to };
}

/**
 * A moment as it stands in a query: UTC milliseconds, a day, or a minute such as 2026-11-22T08:30 on the clocks of `zone`. Of a day as an
 * `end` it is the end. A minute that the clocks leave out is the one after the gap; of one that they show twice it is the first.
 * @throws Refused `bad-span`
 */
export function momentIn(text: string, zone: string, end = false): number {
  if (/^\d{1,16}$/.test(text)) return Number(text);
  const [, day, hour, minute] = MINUTE.exec(text) ?? [];
  if (day === undefined) {
    const start = dayStart(text, zone);
    return end ? nextDay(start, zone) : start;
  }
  if (Number(hour) > 23 || Number(minute) > 59) throw notUnderstood(text);
  return minuteOf(dayStart(day, zone), Number(hour) * 60 + Number(minute), zone);
}

/** The beginnings of the intervals of a span, in order, and its end. @throws Refused `bad-span` when they are too many */
export function intervalsOf({ from, to }: Span, interval: Interval, zone: string): number[] {
  if (interval === 'span') return [from, to];
  const starts =
    interval === 'day' ? dayStarts(from, to, zone) : clockStarts(from, to, Number(interval), zone);
  if (starts.length > MOST_INTERVALS)
    throw new Refused(
      'bad-span',
      `That would be ${starts.length} intervals: ask for a shorter span or longer intervals`,
    );
  return [...starts, to];
}

/** A moment on the clocks of `zone`: 2026-11-22 08:30. */
export function clockText(ms: number, zone: string): string {
  const { hour, minute, ...day } = localTime(ms, zone);
  return `${dateText(day)} ${two(hour)}:${two(minute)}`;
}

/** Its day: 2026-11-22. */
export function dayText(ms: number, zone: string): string {
  return dateText(localTime(ms, zone));
}

/** The beginning of a day such as 2026-11-22, UTC ms. @throws Refused `bad-span` */
function dayStart(text: string, zone: string): number {
  const [, year = '', month = '', day = ''] = DAY.exec(text) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const exists =
    year >= '1970' && date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day);
  if (!exists) throw notUnderstood(text);
  return startOfDay(Number(year), Number(month), Number(day), zone);
}

function nextDay(start: number, zone: string): number {
  // Some days have 23 or 25 hours; 30 hours on is always within the next one.
  const { year, month, day } = localTime(start + 30 * 3_600_000, zone);
  return startOfDay(year, month, day, zone);
}

/** The first moment of a day at which its clocks show this minute, or one after it. */
function minuteOf(start: number, minute: number, zone: string): number {
  const end = nextDay(start, zone);
  for (let at = start; at < end; at += QUARTER_MS) {
    const { hour, minute: past } = localTime(at, zone);
    const shown = hour * 60 + past;
    if (shown >= minute) return at;
    if (minute - shown < QUARTER_MS / 60_000) return at + (minute - shown) * 60_000;
  }
  return end;
}

function dayStarts(from: number, to: number, zone: string): number[] {
  const { year, month, day } = localTime(from, zone);
  const starts: number[] = [];
  for (let at = startOfDay(year, month, day, zone); at < to; at = nextDay(at, zone))
    starts.push(Math.max(at, from));
  return starts;
}

/** By what the clocks show, because there are zones whose hours begin at half past ours. */
function clockStarts(from: number, to: number, minutes: number, zone: string): number[] {
  const first = quarterOf(from);
  const ahead = (localTime(first, zone).minute % minutes) * 60_000;
  const count = Math.ceil((to - first + ahead) / (minutes * 60_000));
  return Array.from({ length: Math.max(0, count) }, (_, index) =>
    Math.max(from, first - ahead + index * minutes * 60_000),
  );
}

function notUnderstood(text: string): Refused {
  return new Refused(
    'bad-span',
    `"${text.slice(0, 40)}" is no moment: write a day such as 2026-11-22, a minute such as 2026-11-22T08:30, or UTC milliseconds`,
  );
}

function dateText({ year, month, day }: Pick<LocalTime, 'year' | 'month' | 'day'>): string {
  return `${year}-${two(month)}-${two(day)}`;
}

const two = (number: number): string => String(number).padStart(2, '0');
