import { SEPARATORS, type Separator } from './list.ts';

/** A row of a CSV file. `line`: where it begins, from 1. */
export type CsvRow =
  | { readonly line: number; readonly text: string; readonly cells: readonly string[] }
  | { readonly line: number; readonly text: string; readonly fault: CsvFault };

export type CsvFault = 'open-quote' | 'after-quote' | 'too-long' | 'cut-off';

/** No row is longer, characters: what is kept in memory of a file whose quotation mark is not closed. */
export const LONGEST_ROW = 64_000;
/** No row has more lines: one of text that a person wrote into a cell. */
const MOST_LINES = 64;
/** How much of a row that is too long is told, characters. */
const TOLD = 1_000;

/**
 * Reads CSV (RFC 4180) piece by piece, with lines that end in CR, LF or both, and with what is not as it should be: a quotation mark that is not
 * closed costs its own line, not those after it. A quoted row of several lines must have as many cells as the first row has, else
 * its mark was not meant to go on. Empty lines are left out. Memory is bounded by a piece and `LONGEST_ROW`.
 */
export class CsvReader {
  #separator: string;
  #rest = '';
  #line = 1;
  /** Cells of the first row. */
  #width = 0;
  #isFirst = true;
  /** The present line was refused because it is too long; what is left of it is let go. */
  #isSkipping = false;
  #endedInCr = false;

  constructor(separator: Separator) {
    this.#separator = separator;
  }

  /** Rows that are complete with this piece of the text. */
  push(piece: string): CsvRow[] {
    this.#rest += this.#oneKindOfLineEnd(piece);
    return this.#rows(false);
  }

  /** The rows that only the end of the text completes. */
  end(): CsvRow[] {
    return this.#rows(true);
  }

  #oneKindOfLineEnd(piece: string): string {
    const text = this.#endedInCr && piece.startsWith('\n') ? piece.slice(1) : piece;
    if (piece !== '') this.#endedInCr = piece.endsWith('\r');
    return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  }

  #rows(isEnd: boolean): CsvRow[] {
    const rows: CsvRow[] = [];
    const text = this.#rest;
    let at = 0;
    while (at < text.length) {
      const newline = text.indexOf('\n', at);
      const end = newline < 0 ? text.length : newline;
      if (this.#isSkipping) {
        this.#isSkipping = newline < 0;
        at = this.#pass(end, newline);
        continue;
      }
      if (end - at > LONGEST_ROW) {
        rows.push({ line: this.#line, text: text.slice(at, at + TOLD), fault: 'too-long' });
        this.#isSkipping = newline < 0;
        at = this.#pass(end, newline);
        continue;
      }
      if (newline < 0 && !isEnd) break;
      const line = text.slice(at, end);
      if (!line.includes('"')) {
        this.#plain(line, rows);
        at = this.#pass(end, newline);
        continue;
      }
      const quoted = readQuoted(text, at, this.#separator, isEnd);
      if (quoted === 'more' && !isEnd && text.length - at <= LONGEST_ROW) break;
      at = this.#quoted(text, at, end, quoted, rows);
    }
    this.#rest = text.slice(at);
    return rows;
  }

  /** Goes on behind a line's end. */
  #pass(end: number, newline: number): number {
    if (newline >= 0) this.#line += 1;
    return newline < 0 ? end : end + 1;
  }

  #plain(line: string, rows: CsvRow[]): void {
    if (this.#isFirst && /^sep=.$/i.test(line)) {
      // What spreadsheets write for each other.
      const separator = SEPARATORS.find((known) => known === line.at(-1));
      if (separator) this.#separator = separator;
      return;
    }
    if (line !== '') this.#keep({ line: this.#line, text: line, cells: line.split(this.#separator) }, rows);
  }

  #keep(row: CsvRow & { readonly cells: readonly string[] }, rows: CsvRow[]): void {
    if (this.#isFirst) this.#width = row.cells.length;
    this.#isFirst = false;
    rows.push(row);
  }

  /** @returns where to go on: behind the row, or behind its first line where it is no row */
  #quoted(text: string, at: number, lineEnd: number, quoted: Quoted, rows: CsvRow[]): number {
    const isRow = typeof quoted === 'object' && this.#isRow(quoted, text, at, lineEnd);
    if (isRow) {
      const whole = text.slice(at, quoted.end);
      this.#keep({ line: this.#line, text: whole, cells: quoted.cells }, rows);
      this.#line += linesIn(whole);
      return this.#pass(quoted.end, quoted.end < text.length ? quoted.end : -1);
    }
    const isLastLine = lineEnd === text.length;
    const fault = quoted === 'after-quote' ? quoted : isLastLine ? 'cut-off' : 'open-quote';
    rows.push({ line: this.#line, text: text.slice(at, lineEnd), fault });
    return this.#pass(lineEnd, isLastLine ? -1 : lineEnd);
  }

  #isRow({ cells, end }: QuotedCells, text: string, at: number, lineEnd: number): boolean {
    if (end <= lineEnd) return true;
    if (end - at > LONGEST_ROW || linesIn(text.slice(at, end)) >= MOST_LINES) return false;
    return this.#isFirst || cells.length === this.#width;
  }
}

/** The separator of a file: the one that its first line has most of, outside of quotation marks. */
export function separatorOf(firstLine: string): Separator {
  const bare = firstLine.replace(/"[^"]*"/g, '');
  const counts = SEPARATORS.map((separator) => bare.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))]!;
}

interface QuotedCells {
  readonly cells: readonly string[];
  /** Behind the row, before its line's end. */
  readonly end: number;
}

/** `more`: its end is not in the text. */
type Quoted = QuotedCells | 'more' | 'after-quote';

/** Reads a row with quotation marks. @param isEnd no more text will come */
function readQuoted(text: string, from: number, separator: string, isEnd: boolean): Quoted {
  const cells: string[] = [];
  let at = from;
  for (;;) {
    if (text[at] !== '"') {
      const end = cellEnd(text, at, separator);
      cells.push(text.slice(at, end));
      at = end;
    } else {
      const cell = quotedCell(text, at);
      if (!cell || (cell.end === text.length && !isEnd)) return 'more';
      cells.push(cell.value);
      at = cell.end;
    }
    if (at >= text.length) return isEnd ? { cells, end: at } : 'more';
    if (text[at] === '\n') return { cells, end: at };
    if (text[at] !== separator) return 'after-quote';
    at += 1;
  }
}

function cellEnd(text: string, from: number, separator: string): number {
  let at = from;
  while (at < text.length && text[at] !== separator && text[at] !== '\n') at += 1;
  return at;
}

/** The cell whose quotation mark opens at `from`; undefined when none closes it. Blanks behind it are let go. */
function quotedCell(
  text: string,
  from: number,
): { readonly value: string; readonly end: number } | undefined {
  let value = '';
  let at = from + 1;
  for (;;) {
    const mark = text.indexOf('"', at);
    if (mark < 0) return undefined;
    value += text.slice(at, mark);
    at = mark + 1;
    if (text[at] !== '"') break;
    value += '"';
    at += 1;
  }
  while (text[at] === ' ') at += 1;
  return { value, end: at };
}

function linesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
