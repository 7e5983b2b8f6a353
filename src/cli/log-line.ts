import { cleanText } from '../base/text.ts';

/** Of a line that is not ours, characters. */
const LONGEST = 2000;

/** A line of the daemon's log. */
export interface LogLine {
  /** UTC ms; undefined for what is no line of ours, such as a crash report. */
  readonly at?: number;
  /** As pino counts: 30 is info, 40 warn, 50 error. */
  readonly level: number;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Names of the levels, as they are asked for. */
export const LEVELS: Readonly<Record<string, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
};

/** Reads a line. What is not JSON is shown as it is, as an error: it is part of a crash report. */
export function readLogLine(text: string): LogLine {
  const parsed = jsonOf(text);
  if (!parsed) return { level: 50, message: text, fields: {} };
  const { level, time, msg, ...fields } = parsed;
  const at = typeof time === 'string' ? Date.parse(time) : Number(time);
  return {
    ...(isTime(at) && { at }),
    level: typeof level === 'number' ? level : 30,
    message: String(msg ?? ''),
    fields,
  };
}

/** A line for programs: one of ours without what a terminal would obey, anything else as the message of one. */
export function jsonLine(text: string): string {
  const { level, message } = readLogLine(text);
  return jsonOf(text)
    ? cleanText(text, Number.POSITIVE_INFINITY)
    : JSON.stringify({ level, msg: cleanText(message, LONGEST) });
}

/** What is to be shown. */
export interface LogFilter {
  readonly call?: string;
  /** UTC ms. */
  readonly since?: number;
  readonly level: number;
}

/** Tells, line after line, which are wanted. Lines without a time belong to the one before them. */
export function logFilter({ call, since, level }: LogFilter): (line: LogLine) => boolean {
  let inTime = since === undefined;
  return (line) => {
    if (line.at !== undefined && since !== undefined) inTime = line.at >= since;
    const mine = call === undefined || Object.values(line.fields).includes(call);
    return inTime && mine && line.level >= level;
  };
}

/** The fields in few words: `call=call-1 reason="no answer"`. */
export function fieldsText(fields: LogLine['fields']): string {
  return Object.entries(fields)
    .filter(([name]) => name !== 'stack')
    .map(([name, value]) => `${name}=${valueText(value)}`)
    .join(' ');
}

/** Milliseconds in `90s`, `10m`, `2h`, `1d`; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  return count === undefined ? undefined : Number(count) * (units[unit ?? ''] ?? 0);
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return /^[\w.:/+*@-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value) ?? '';
}

/** What a Date can hold (ECMA-262, 21.4.1.1). */
function isTime(at: number): boolean {
  return Math.abs(at) <= 8.64e15;
}

function jsonOf(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
