import { strToU8, Zip, ZipDeflate } from 'fflate';
import type { Cell, TableWriter, ZoneClock } from './cell.ts';
import { aroundSheets, rowText, SHEET_END, sheetStart } from './xlsx-parts.ts';

/** Rows that a sheet can have. */
const MOST_ROWS = 1_048_576;
/** Good enough: more takes twice the time for a tenth of the size. */
const LEVEL = 2;

export interface Workbook {
  /** Name of its sheet; those that follow it are numbered. */
  readonly sheet: string;
  /** What stands in the last row of a sheet that is full. @param next name of the sheet on which it goes on */
  readonly goesOn: (next: string) => string;
  readonly clock: ZoneClock;
  /** When it is made, UTC ms. */
  readonly at: number;
  /** Of a sheet; fewer in tests. */
  readonly mostRows?: number;
}

/** A table as an XLSX file, written as a stream: of the file nothing is kept. Its first row names the columns, on each sheet. */
export class XlsxWriter implements TableWriter {
  readonly #book: Workbook;
  readonly #mostRows: number;
  readonly #zip: Zip;
  readonly #sheets: string[] = [];
  #ready: Uint8Array[] = [];
  #sheet?: ZipDeflate;
  #head?: readonly Cell[];
  #count = 0;

  constructor(book: Workbook) {
    this.#book = book;
    this.#mostRows = book.mostRows ?? MOST_ROWS;
    this.#zip = new Zip((error, piece) => {
      if (error) throw error;
      this.#ready.push(piece);
    });
  }

  rows(rows: readonly (readonly Cell[])[]): Uint8Array[] {
    let text = '';
    for (const row of rows) {
      this.#head ??= row;
      // The last row of a sheet is kept for what says that it goes on.
      if (this.#count === this.#mostRows - 1) {
        this.#push(
          text + rowText([this.#book.goesOn(this.#nameOf(this.#sheets.length + 1))], this.#book.clock),
        );
        this.#endSheet();
        text = '';
      }
      if (!this.#sheet) {
        text += this.#beginSheet();
        if (row === this.#head) continue;
      }
      text += rowText(row, this.#book.clock);
      this.#count += 1;
    }
    this.#push(text);
    return this.#taken();
  }

  end(): Uint8Array[] {
    if (!this.#sheet) this.#push(this.#beginSheet());
    this.#endSheet();
    for (const [name, text] of Object.entries(aroundSheets(this.#sheets))) {
      const file = this.#file(name);
      file.push(strToU8(text), true);
    }
    this.#zip.end();
    return this.#taken();
  }

  #beginSheet(): string {
    const number = this.#sheets.length + 1;
    this.#sheets.push(this.#nameOf(number));
    this.#sheet = this.#file(`xl/worksheets/sheet${number}.xml`);
    const head = this.#head ?? [];
    this.#count = 1;
    return sheetStart(head.map(widthOf)) + rowText(head, this.#book.clock, true);
  }

  #endSheet(): void {
    this.#sheet?.push(strToU8(SHEET_END), true);
    this.#sheet = undefined;
  }

  #push(text: string): void {
    if (text !== '') this.#sheet?.push(strToU8(text));
  }

  #file(name: string): ZipDeflate {
    const file = new ZipDeflate(name, { level: LEVEL });
    file.mtime = this.#book.at;
    this.#zip.add(file);
    return file;
  }

  #nameOf(number: number): string {
    return number === 1 ? this.#book.sheet : `${this.#book.sheet} ${number}`;
  }

  #taken(): Uint8Array[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready.filter((piece) => piece.length > 0);
  }
}

/** Wide enough for the name of the column, and for a moment. */
function widthOf(head: Cell): number {
  return Math.max(12, Math.min(30, String(head).length * 2));
}
