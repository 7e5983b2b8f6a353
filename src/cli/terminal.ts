import { styleText } from 'node:util';
import { messageOf, Refused } from '../base/errors.ts';
import { cleanText } from '../base/text.ts';

/** Longest line of a file's own words that is shown, characters. */
const LONGEST = 2000;

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** For people beside what scripts read. */
export function remark(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Coloured where the terminal shows colours. */
export function coloured(colour: 'red' | 'yellow' | 'green' | 'dim' | 'bold', text: string): string {
  return styleText(colour, text, { stream: process.stdout });
}

/** Words from a file without what a terminal would take for a command. */
export function harmless(text: string): string {
  return cleanText(text, LONGEST);
}

/** The refusal of a command that was not written as it has to be; its exit code is 2. */
export function badUsage(message: string): Refused {
  return new Refused('bad-usage', message);
}

/** The refusal of a file that somebody named and that cannot be read. */
export function unreadable(file: string, thrown: unknown): Refused {
  const isGone = (thrown as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  return badUsage(
    isGone ? `There is no file ${harmless(file)}.` : `${harmless(file)} cannot be read: ${messageOf(thrown)}`,
  );
}

/** A reader that closes early, as in `… | head`, ends the command quietly. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}

/** Whoever reads what we print may go away, and the disk that it is kept on may be full: what we do goes on all the same. */
export function goOnWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/** Rows in columns, each as wide as its widest cell; the last one is not filled up. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, columnsOf(cell));
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - columnsOf(cell))).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** East Asian wide and full-width signs (UAX #11), and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

/** How many columns of a terminal `text` takes: two for a Chinese character, none for a combining mark. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const sign of text) if (!/\p{M}/u.test(sign)) columns += WIDE.test(sign) ? 2 : 1;
  return columns;
}

/** `text` cut to so many columns of a terminal. */
export function cutToColumns(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = '';
  for (const sign of text) {
    if (columnsOf(kept + sign) >= columns) break;
    kept += sign;
  }
  return `${kept}…`;
}

/** `1 error`, `2 errors`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
