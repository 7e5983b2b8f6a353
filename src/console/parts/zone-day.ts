const DAY_MS = 86_400_000;

/** The day of a moment in a zone, such as `2026-11-22`. @param ms UTC */
export function dayIn(ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return parts.format(ms);
}

/** What the clocks of a zone show, such as `2026-11-22 14:05`. @param ms UTC */
export function clockIn(ms: number, zone: string): string {
  return new Date(ms + offsetAt(ms, zone)).toISOString().slice(0, 16).replace('T', ' ');
}

/**
 * When the clocks of a zone show this, UTC ms; undefined for what is no time. The earlier moment where they show it twice; where
 * they leap over it, the moment that the old clock would have shown it. @param clock such as `2026-11-22 14:05`
 */
export function momentIn(clock: string, zone: string): number | undefined {
  const shown = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$/.test(clock)
    ? Date.parse(`${clock.replace(' ', 'T')}Z`)
    : Number.NaN;
  if (Number.isNaN(shown)) return undefined;
  // What the clocks are ahead by a day before and after: it changes at most once between.
  const [before, after] = [shown - DAY_MS, shown + DAY_MS].map((ms) => shown - offsetAt(ms, zone)) as [
    number,
    number,
  ];
  const fits = [before, after].filter((ms) => ms + offsetAt(ms, zone) === shown);
  return fits[0] ?? before;
}

/** When a day begins in a zone, UTC ms; undefined for what is no day. @param day such as `2026-11-22` */
export function startOfDayIn(day: string, zone: string): number | undefined {
  const midnight = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(midnight)) return undefined;
  const near = midnight - offsetAt(midnight, zone);
  // Clocks may be changed between the two.
  return midnight - offsetAt(near, zone);
}

/** When a day ends in a zone: the beginning of the next one, UTC ms. */
export function endOfDayIn(day: string, zone: string): number | undefined {
  const start = startOfDayIn(day, zone);
  return start === undefined ? undefined : startOfDayIn(dayIn(start + 1.5 * DAY_MS, zone), zone);
}

/** How far the zone's clocks are ahead of UTC then, ms. */
function offsetAt(ms: number, zone: string): number {
  const shown = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(ms);
  const part = (type: string): string => shown.find((one) => one.type === type)?.value ?? '00';
  const local = `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}Z`;
  return Date.parse(local) - Math.floor(ms / 1000) * 1000;
}
