import { Refused } from '../base/errors.ts';
import { readYaml } from './yaml.ts';

/** A calendar as somebody fills it in: what stands in the file, as text. */
export interface CalendarForm {
  /** '' for that of the centre. */
  readonly zone: string;
  /** Hours by `mon`, `mon-fri`, `holiday` …; none: closed. */
  readonly open: Readonly<Record<string, readonly string[]>>;
  /** Hours by year and days, such as `12-31` or `05-01..05-05`. */
  readonly specialDays: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** Days of a year, `05-01` or `05-01..05-05`, with what they are. */
export interface NotedDays {
  readonly days: string;
  /** '' for none. */
  readonly note: string;
}

export type CalendarChange =
  /** `form` undefined: the calendar goes. */
  | { readonly calendar: string; readonly form?: CalendarForm | undefined }
  | { readonly list: 'holidays' | 'workdays'; readonly year: string; readonly days: readonly NotedDays[] };

/**
 * The text of a shared file with one calendar, or one year of a list of days, written anew. All other lines stay as they are, and
 * comments stay with what they are about.
 * @throws Refused `calendar-as-text` where the file is written in a way that only people can change
 */
export function writeCalendar(text: string, change: CalendarChange): string {
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  const written = 'calendar' in change ? withCalendar(lines, change) : withDays(lines, change);
  const after = `${written.join('\n')}\n`;
  if (!says(text, after, change))
    throw new Refused(
      'calendar-as-text',
      'shared.yaml is written in a way that this form does not understand: edit it as text.',
    );
  return after;
}

/** The notes behind the days of a list, by year and days: comments at the end of their lines. */
export function notesIn(text: string, list: 'holidays' | 'workdays'): Map<string, string> {
  const lines = text.split(/\r?\n/);
  const block = blockOf(lines, list, 0, lines.length);
  const notes = new Map<string, string>();
  let year = '';
  for (const line of lines.slice(block?.start ?? 0, block?.end ?? 0)) {
    year = /^\s+["']?(\d{4})["']?:/.exec(line)?.[1] ?? year;
    const [, days, note] = /^\s*-\s*["']?([\d.-]+)["']?\s+#\s*(.*?)\s*$/.exec(line) ?? [];
    if (days !== undefined && note !== undefined) notes.set(`${year} ${days}`, note);
  }
  return notes;
}

// ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function withCalendar(
  lines: readonly string[],
  { calendar, form }: Extract<CalendarChange, { calendar: string }>,
): string[] {
  const all = blockOf(lines, 'calendars', 0, lines.length);
  if (!all)
    return form ? [...lines, '', 'calendars:', ...calendarLines(calendar, form, '  ', [])] : [...lines];
  const one = blockOf(lines, calendar, all.start + 1, all.end);
  const child = lines.slice(all.start + 1, all.end).find((line) => !isIdle(line));
  const indent = one ? indentOf(lines[one.start]!) : child === undefined ? '  ' : indentOf(child);
  const old = one ? lines.slice(one.start, one.end) : [];
  const fresh = form ? calendarLines(calendar, form, indent, old) : [];
  const [start, end] = one ? [one.start, one.end] : [all.end, all.end];
  return [...lines.slice(0, start), ...fresh, ...lines.slice(end)];
}

function calendarLines(name: string, form: CalendarForm, indent: string, old: readonly string[]): string[] {
  const comments = commentsOf(old);
  const line = (depth: number, key: string, value: string): string[] => {
    const { above = [], behind = '' } = comments.get(key) ?? {};
    const place = `${indent}${'  '.repeat(depth)}`;
    return [...above.map((one) => `${place}${one}`), `${place}${key}:${value && ` ${value}`}${behind}`];
  };
  const special = Object.entries(form.specialDays).filter(([, days]) => Object.keys(days).length > 0);
  const hasDayComments = special.some(([, days]) => Object.keys(days).some((day) => comments.has(day)));
  return [
    ...line(0, name, ''),
    ...(form.zone === '' ? [] : line(1, 'zone', form.zone)),
    ...line(1, 'open', mapText(form.open)),
    ...(special.length === 0 ? [] : line(1, 'special-days', '')),
    ...special.flatMap(([year, days]) =>
      hasDayComments
        ? [
            ...line(2, year, ''),
            ...Object.entries(days).flatMap(([day, hours]) => line(3, day, hoursText(hours))),
          ]
        : line(2, year, mapText(days)),
    ),
  ];
}

function withDays(
  lines: readonly string[],
  { list, year, days }: Extract<CalendarChange, { list: string }>,
): string[] {
  const all = blockOf(lines, list, 0, lines.length);
  const fresh = daysLines(year, days);
  if (!all) {
    const zone = lines.findIndex((line) => /^zone:/.test(line));
    return [...lines.slice(0, zone + 1), '', `${list}:`, ...fresh, ...lines.slice(zone + 1)];
  }
  const one = blockOf(lines, year, all.start + 1, all.end);
  const [start, end] = one ? [one.start, one.end] : [all.end, all.end];
  return [...lines.slice(0, start), ...fresh, ...lines.slice(end)];
}

function daysLines(year: string, days: readonly NotedDays[]): string[] {
  if (days.every(({ note }) => note === ''))
    return [`  ${year}: [${days.map((one) => one.days).join(', ')}]`];
  return [`  ${year}:`, ...days.map(({ days: text, note }) => `    - ${text}${note && ` # ${note}`}`)];
}

function mapText(hours: Readonly<Record<string, readonly string[]>>): string {
  const parts = Object.entries(hours).map(([key, spans]) => `${key}: ${hoursText(spans)}`);
  return `{ ${parts.join(', ')} }`;
}

function hoursText(spans: readonly string[]): string {
  if (spans.length === 0) return 'closed';
  return spans.length === 1 ? spans[0]! : `[${spans.join(', ')}]`;
}

// ── finding ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Block {
  readonly start: number;
  /** Behind the last line that belongs to it. */
  readonly end: number;
}

const isIdle = (line: string): boolean => /^\s*(#.*)?$/.test(line);
const indentOf = (line: string): string => /^\s*/.exec(line)![0];

/** The lines of a key that begins its line, with all that is indented below it. */
function blockOf(lines: readonly string[], key: string, from: number, to: number): Block | undefined {
  const isKey = (line: string): boolean =>
    [key, `"${key}"`, `'${key}'`].some((written) => line.trimStart().startsWith(`${written}:`));
  const start = lines.findIndex((line, at) => at >= from && at < to && isKey(line));
  if (start < 0) return undefined;
  const indent = indentOf(lines[start]!).length;
  let end = start + 1;
  for (let at = start + 1; at < to; at += 1) {
    if (lines[at]!.trim() === '') continue;
    if (indentOf(lines[at]!).length <= indent) break;
    end = at + 1;
  }
  return { start, end };
}

/** Comments by the key that they stand above or behind. */
function commentsOf(
  lines: readonly string[],
): Map<string, { readonly above: readonly string[]; readonly behind: string }> {
  const found = new Map<string, { above: string[]; behind: string }>();
  let above: string[] = [];
  for (const line of lines) {
    if (/^\s*#/.test(line)) above.push(line.trim());
    const key = /^\s*["']?([\p{L}\p{N}_.-]+)["']?:/u.exec(line)?.[1];
    if (key === undefined) continue;
    const behind = / +#.*$/.exec(line)?.[0].trimEnd() ?? '';
    if (above.length > 0 || behind !== '') found.set(key, { above, behind });
    above = [];
  }
  return found;
}

// ── looking at the result ────────────────────────────────────────────────────────────────────────────────────────────

type Tree = Record<string, unknown>;

/** Whether the new text says what was wanted, and all else as before. */
function says(before: string, after: string, change: CalendarChange): boolean {
  const old = contentOf(before);
  const now = contentOf(after);
  if (!old || !now) return false;
  const [part, key] = 'calendar' in change ? ['calendars', change.calendar] : [change.list, change.year];
  if (JSON.stringify(without(old, part, key)) !== JSON.stringify(without(now, part, key))) return false;
  return JSON.stringify(treeOf(now[part])?.[key] ?? null) === JSON.stringify(wantedBy(change));
}

function contentOf(text: string): Tree | undefined {
  return treeOf(readYaml(text, 'shared.yaml').content);
}

/** All but one thing; keys in order, so that it does not matter where something was added. */
function without(content: Tree, part: string, key: string): unknown {
  const { [key]: _, ...others } = treeOf(content[part]) ?? {};
  const rest = { ...content, [part]: others };
  return Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
}

function wantedBy(change: CalendarChange): unknown {
  if ('list' in change) return change.days.map(({ days }) => days);
  const { form } = change;
  if (!form) return null;
  const hours = (all: Readonly<Record<string, readonly string[]>>): Tree =>
    Object.fromEntries(
      Object.entries(all).map(([key, spans]) => [
        key,
        spans.length === 0 ? 'closed' : spans.length === 1 ? spans[0] : spans,
      ]),
    );
  const special = Object.entries(form.specialDays).filter(([, days]) => Object.keys(days).length > 0);
  return {
    ...(form.zone !== '' && { zone: form.zone }),
    open: hours(form.open),
    ...(special.length > 0 && {
      'special-days': Object.fromEntries(special.map(([year, days]) => [year, hours(days)])),
    }),
  };
}

function treeOf(value: unknown): Tree | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : undefined;
}
