import type { Cell, TableWriter, ZoneClock } from './cell.ts';

/** Excel takes a file without it for one of the machine's own code page. */
const BYTE_ORDER_MARK = '\ufeff';
/** What a spreadsheet may take for the beginning of a formula, also after blanks, and in full width. */
const FORMULA = /^[\s\p{Cc}]*[=+\-@＝＋－＠|%]|^[\t\r\n]/u;

/** A table as CSV for spreadsheets: RFC 4180, UTF-8, and no text in it is a formula. */
export class CsvWriter implements TableWriter {
  readonly #clock: ZoneClock;
  readonly #encoder = new TextEncoder();
  #begun = false;

  constructor(clock: ZoneClock) {
    this.#clock = clock;
  }

  rows(rows: readonly (readonly Cell[])[]): Uint8Array[] {
    const lines = rows.map((row) => `${row.map((cell) => this.#field(cell)).join(',')}\r\n`);
    const begin = this.#begun ? '' : BYTE_ORDER_MARK;
    this.#begun = true;
    const text = begin + lines.join('');
    return text === '' ? [] : [this.#encoder.encode(text)];
  }

  end(): Uint8Array[] {
    return this.rows([]);
  }

  #field(cell: Cell): string {
    if (cell === null) return '';
    if (typeof cell === 'number') return String(cell);
    if (typeof cell === 'string') return quoted(defused(cell));
    return 'at' in cell ? this.#clock.text(cell.at) : String(Math.round(cell.share * 10_000) / 10_000);
  }
}

/** Text that no spreadsheet takes for a formula. */
export function defused(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
