import type { Refusal } from './row.ts';

/** What was not taken of a file, as its line in the list of refusals. */
export interface RefusedLine {
  readonly line: number;
  /** A row is refused as a whole; a number is left out of a row that was taken. */
  readonly what: 'row' | 'number';
  readonly refusal: Refusal;
  /** The row as it was written. */
  readonly text: string;
}

/** The beginning of the file, with a byte order mark: spreadsheets take it for another encoding without. */
export const REFUSED_HEADINGS = '\ufeffline,what,reason,explanation,row\r\n';

/** A line of the file of refusals, RFC 4180. */
export function refusedRow({ line, what, refusal, text }: RefusedLine): string {
  return `${[String(line), what, refusal.reason, refusal.sentence, text].map(csvCell).join(',')}\r\n`;
}

/**
 * A cell that no spreadsheet takes for a formula (OWASP, CSV injection): what begins like one gets an apostrophe in front.
 */
export function csvCell(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL hides what follows from us, not from a spreadsheet
  const harmless = /^[\s\u0000]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u.test(text) ? `'${text}` : text;
  return /[",;\r\n\t']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
