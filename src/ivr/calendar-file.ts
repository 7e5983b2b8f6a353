import { z } from 'zod';
import { isZone } from '../base/zone.ts';
import { type Calendar, type DayLists, type Days, dateOf, type Span } from './calendar.ts';
import type { Path, Report } from './report.ts';

const DAY_MINUTES = 1440;

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** `mon`, and `mon-fri` for all that follow each other in a week. */
const WEEKDAY_KEYS: ReadonlyMap<string, readonly number[]> = new Map(
  WEEKDAYS.flatMap((first, from) =>
    WEEKDAYS.slice(from).map((last, length) => [
      length === 0 ? first : `${first}-${last}`,
      Array.from({ length: length + 1 }, (_, index) => from + index),
    ]),
  ),
);

const DAY_KEYS = [...WEEKDAY_KEYS.keys(), 'holiday', 'workday'];

// ── what an admin writes ─────────────────────────────────────────────────────────────────────────────────────────────

const SPAN = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;
const WHOLE_DAY = '00:00-24:00';
const SPAN_HINT = 'hours such as 09:00-17:00, a list of them, or closed';

/** `09:00-12:00`; an end that is not after the begin is on the next day. Undefined for anything else. */
function readSpan(text: string): Span | undefined {
  const [found, hour, minute, toHour = '24', toMinute = '00'] = SPAN.exec(text) ?? [];
  if (found === undefined) return undefined;
  const from = Number(hour) * 60 + Number(minute);
  const to = Number(toHour) * 60 + Number(toMinute);
  return { from, to: to > from ? to : to + DAY_MINUTES };
}

/** `closed`, hours, or a list of hours in their order. */
const hours = z
  .union([
    z.string(SPAN_HINT).meta({ pattern: `${SPAN.source}|^closed$` }),
    z
      .array(z.string(SPAN_HINT).meta({ pattern: SPAN.source }))
      .min(1, 'write closed when there are no hours')
      .max(24),
  ])
  .transform((written, context): readonly Span[] => {
    const spans: Span[] = [];
    if (written === 'closed') return spans;
    const texts = typeof written === 'string' ? [written] : written;
    for (const [index, text] of texts.entries()) {
      const refuse = (message: string): void => {
        context.addIssue({ code: 'custom', message, path: typeof written === 'string' ? [] : [index] });
      };
      const span = readSpan(text);
      const before = spans.at(-1);
      if (!span) refuse(`"${text}" cannot be read: write ${SPAN_HINT}`);
      else if (span.to - span.from === DAY_MINUTES && text !== WHOLE_DAY)
        refuse(`"${text}" ends when it begins: write ${WHOLE_DAY} for the whole day`);
      else if (before && span.from < before.to)
        refuse(`"${text}" begins before the hours in front of it end: put them in order, without overlap`);
      else spans.push(span);
    }
    return spans;
  })
  .describe('Hours such as 09:00-17:00, a list of them, or closed; 22:00-06:00 ends on the next day')
  .meta({ examples: ['09:00-17:00', 'closed'] });

const DATES = /^(\d\d-\d\d)(?:\.\.(\d\d-\d\d))?$/;

const dates = z
  .string('a day such as "05-01" (month-day), or days such as "05-01..05-05"')
  .regex(DATES, 'a day such as "05-01" (month-day), or days such as "05-01..05-05"')
  .meta({ examples: ['05-01', '05-01..05-05'] });

const year = z.string().regex(/^2\d{3}$/, 'a year such as 2026');

const yearly = z.record(year, z.array(dates, 'a list of days, such as ["05-01"]').max(366));

/** Fields of the shared file that hold for every calendar, and that a calendar may have for itself. */
export const dayLists = {
  holidays: yearly.optional().describe('Public holidays by year, as ["01-01..01-03", "05-01"]'),
  workdays: yearly
    .optional()
    .describe('Days by year that are worked although their weekday is not, as ["02-14"]'),
};

export const zone = z
  .string('a time zone is needed here, such as zone: Asia/Shanghai')
  .refine(isZone, 'there is no such time zone: write one such as Asia/Shanghai')
  .meta({ examples: ['Asia/Shanghai', 'Europe/Berlin'] });

export const calendarFile = z.strictObject({
  zone: zone.optional().describe('Where these hours are kept, unless it is the zone of the centre'),
  open: z
    .record(
      z
        .string()
        .refine(
          (key) => DAY_KEYS.includes(key),
          'a day such as mon, days such as mon-fri, holiday or workday',
        )
        .meta({ enum: DAY_KEYS }),
      hours,
    )
    .refine((open) => Object.keys(open).length > 0, 'say when it is open, such as mon-fri: 09:00-17:00')
    .describe(
      'Hours by weekday; a day that is not named is closed. holiday: closed unless named; workday: as on a Monday',
    ),
  holidays: dayLists.holidays.describe('Its own holidays, instead of all those of the file'),
  workdays: dayLists.workdays.describe('Its own working days, instead of all those of the file'),
  'special-days': z
    .record(year, z.record(dates, hours))
    .default({})
    .describe('Days with hours of their own, by year, as { "12-31": 09:00-12:00 }'),
});

type Yearly = z.output<typeof yearly>;
export type CalendarFile = z.output<typeof calendarFile>;

// ── what becomes of it ───────────────────────────────────────────────────────────────────────────────────────────────

/** @param path of the thing in the file that has the lists; days that do not exist or are there twice are reported */
export function readDayLists(
  lists: { holidays?: Yearly; workdays?: Yearly },
  path: Path,
  report: Report,
): DayLists {
  const taken = new DayBook(report);
  const listed = (kind: 'holidays' | 'workdays'): Days[] =>
    Object.entries(lists[kind] ?? {}).flatMap(([year, list]) =>
      list.flatMap((text, index) => taken.enter(year, text, [...path, kind, year, index]) ?? []),
    );
  const years = Object.keys(lists.holidays ?? {}).map(Number);
  return { holidays: listed('holidays'), workdays: listed('workdays'), years };
}

/** A calendar that has holidays or working days of its own has nothing of `ordinary`. */
export function readCalendar(
  file: CalendarFile,
  ordinary: { readonly zone: string; readonly lists: DayLists },
  path: Path,
  report: Report,
): Calendar {
  const { open, holidays, workdays, 'special-days': special } = file;
  const isOwn = holidays !== undefined || workdays !== undefined;
  const week = readWeek(open, [...path, 'open'], report);
  const taken = new DayBook(report);
  const specialDays = Object.entries(special).flatMap(([year, list]) =>
    Object.entries(list).flatMap(([text, hours]) => {
      const days = taken.enter(year, text, [...path, 'special-days', year, text]);
      return days ? [{ ...days, hours }] : [];
    }),
  );
  return {
    zone: file.zone ?? ordinary.zone,
    week,
    holidayHours: open.holiday ?? [],
    workdayHours: open.workday ?? week[0] ?? [],
    lists: isOwn ? readDayLists(file, path, report) : ordinary.lists,
    specialDays,
  };
}

function readWeek(open: CalendarFile['open'], path: Path, report: Report): readonly (readonly Span[])[] {
  const week: (readonly Span[] | undefined)[] = WEEKDAYS.map(() => undefined);
  for (const [key, spans] of Object.entries(open)) {
    const days = WEEKDAY_KEYS.get(key) ?? [];
    const twice = days.find((day) => week[day]);
    if (twice !== undefined)
      report.add([...path, key], `${WEEKDAYS[twice]} is there twice`, 'name each day once');
    for (const day of days) week[day] = spans;
  }
  return week.map((spans) => spans ?? []);
}

/** Takes every day once. */
class DayBook {
  readonly #report: Report;
  readonly #taken = new Map<string, Days[]>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** The days that `05-01..05-05` stands for in `year`; undefined, and reported, when it cannot be had. */
  enter(year: string, text: string, path: Path): Days | undefined {
    const [, from = '', to = from] = DATES.exec(text) ?? [];
    const days = { first: `${year}-${from}`, last: `${year}-${to}` };
    const taken = this.#taken.get(year) ?? [];
    const wrong = whyNot(days) ?? twiceIn(taken, days);
    if (wrong !== undefined) {
      this.#report.add(path, ...wrong);
      return undefined;
    }
    this.#taken.set(year, taken);
    taken.push(days);
    return days;
  }
}

type Wording = readonly [message: string, hint: string];

function whyNot({ first, last }: Days): Wording | undefined {
  const missing = [first, last].find((date) => !exists(date));
  if (missing !== undefined) return [`there is no ${missing}`, 'write month-day, such as 02-14'];
  return first > last ? [`${last} is before ${first}`, 'list each year by itself'] : undefined;
}

function twiceIn(taken: readonly Days[], { first, last }: Days): Wording | undefined {
  const other = taken.find((days) => days.first <= last && first <= days.last);
  const date = other && [first, other.first].sort()[1];
  return date === undefined
    ? undefined
    : [`${date} is there twice`, 'list each day once, in one of the lists'];
}

function exists(date: string): boolean {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight) && dateOf(midnight) === date;
}
