/** An instant on a wall clock. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** 1 is Monday, 7 Sunday (ISO 8601). */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** To make one costs a hundred times what using it does. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/**
 * What clock and calendar show in `zone`.
 * @param ms UTC; years before 1 are not for it. @param zone IANA name, see `isZone`
 * @throws RangeError for a zone or an instant that does not exist
 */
export function localTime(ms: number, zone: string): LocalTime {
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  return {
    year: number('year'),
    month: number('month'),
    day: number('day'),
    weekday: WEEKDAYS.indexOf(parts.get('weekday') ?? '') + 1,
    hour: number('hour'),
    minute: number('minute'),
  };
}

/** The instant, UTC ms, with which a day begins in `zone`; where clocks go forward at midnight, the first one that there is. */
export function startOfDay(year: number, month: number, day: number, zone: string): number {
  const asIfUtc = Date.UTC(year, month - 1, day);
  const offsetAt = (ms: number): number => {
    const there = localTime(ms, zone);
    return (
      Date.UTC(there.year, there.month - 1, there.day, there.hour, there.minute) -
      Math.floor(ms / 60_000) * 60_000
    );
  };
  const guess = asIfUtc - offsetAt(asIfUtc);
  const start = asIfUtc - offsetAt(guess);
  // Between the two the clocks go forward: the day begins with the later one.
  return offsetAt(start) === offsetAt(guess) ? start : Math.max(guess, start);
}

/** True for a name in the IANA time zone database, such as `Asia/Shanghai`; an offset such as `+08:00` is none. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    makeFormatter(name);
    return true;
  } catch (thrown) {
    if (thrown instanceof RangeError) return false;
    throw thrown;
  }
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (!formatter) {
    formatter = makeFormatter(zone);
    formatters.set(zone, formatter);
  }
  return formatter;
}

function makeFormatter(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    // h23, because others call midnight 24:00.
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
  });
}
