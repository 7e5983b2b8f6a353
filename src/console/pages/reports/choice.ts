import { serverNow } from '../../api.ts';
import { dayIn } from '../../parts/zone-day.ts';
import { me } from '../../session.ts';

export const KINDS = ['intervals', 'agents'] as const;
export const INTERVALS = ['15', '30', '60', 'day', 'span'] as const;
export const GROUPS = ['centre', 'queue', 'tier'] as const;

/** Which report is to be shown. */
export interface Choice {
  kind: (typeof KINDS)[number];
  /** Days such as 2026-11-22. */
  from: string;
  to: string;
  interval: (typeof INTERVALS)[number];
  by: (typeof GROUPS)[number];
  queues: string[];
  compare: boolean;
}

/** Spans that are asked for often: first and last day, counted back from today. */
export const SPANS = { today: [0, 0], yesterday: [1, 1], week: [6, 0], month: [29, 0] } as const;

/** A day so many before today, in the centre's zone. */
export function dayBefore(days: number): string {
  return shifted(dayIn(serverNow(), me.value?.zone ?? 'UTC'), -days);
}

/** The day so many days after this one. */
export function shifted(day: string, days: number): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) ? day : new Date(at + days * 86_400_000).toISOString().slice(0, 10);
}

/** What the API is asked for it. @param daysBack for the same days so much earlier */
export function queryOf(
  { kind, from, to, interval, by, queues }: Choice,
  daysBack = 0,
): Record<string, string> {
  const days = { from: shifted(from, -daysBack), to: shifted(to, -daysBack) };
  return kind === 'agents' ? days : { ...days, interval, by, queues: queues.join(',') };
}

/** From the address of the page; what is not there is as usual. */
export function choiceIn(query: Readonly<Record<string, unknown>>): Choice {
  const day = (name: string): string =>
    typeof query[name] === 'string' && /^\d{4}-\d\d-\d\d$/.test(query[name]) ? query[name] : dayBefore(0);
  const one = <const Words extends readonly string[]>(
    words: Words,
    name: string,
    usual: Words[number],
  ): Words[number] => words.find((word) => word === query[name]) ?? usual;
  return {
    kind: one(KINDS, 'kind', 'intervals'),
    from: day('from'),
    to: day('to'),
    interval: one(INTERVALS, 'interval', '60'),
    by: one(GROUPS, 'by', 'centre'),
    queues: typeof query.queues === 'string' && query.queues !== '' ? query.queues.split(',') : [],
    compare: query.compare === 'yes',
  };
}
