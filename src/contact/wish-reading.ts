import { cleanText } from '../base/text.ts';
import { CsvReader, type CsvRow } from '../list/csv.ts';
import { formOf, piecesOf } from '../list/file.ts';
import { readHeadings } from '../list/headings.ts';
import { NUMBER_FAULTS, type NumberRules, readNumber } from '../list/phone-number.ts';

/** A row from which no number could be taken. */
export interface RefusedRow {
  /** From 1. */
  readonly line: number;
  /** What stands there, cut. */
  readonly text: string;
  readonly reason: string;
}

/** What a piece of a file gave. */
export interface NumbersRead {
  readonly numbers: readonly string[];
  readonly refused: readonly RefusedRow[];
  /** How far the file is read, 0 to 1. */
  readonly done: number;
}

/** Much of a row helps nobody to find it, characters. */
const SHOWN = 60;

/**
 * The numbers of a file, piece by piece: of each column that is headed as one of telephone numbers, or of the first column of a file that
 * begins with a number. UTF-8, GB18030 and UTF-16 are recognised.
 * @throws Refused when it is no text, or has no column of numbers
 */
export async function* numbersIn(path: string, rules: NumberRules): AsyncGenerator<NumbersRead> {
  const { bytes, encoding, separator } = await formOf(path, {});
  const decoder = new TextDecoder(encoding);
  const reader = new CsvReader(separator);
  let columns: readonly number[] | undefined;
  let bytesRead = 0;
  const take = (rows: readonly CsvRow[]): NumbersRead => {
    const taken = { numbers: [] as string[], refused: [] as RefusedRow[], done: bytesRead / bytes };
    for (const row of rows) {
      if (!columns && 'cells' in row) {
        columns = columnsOf(row.cells, rules);
        if (columns.length > 0) continue;
        columns = [0];
      }
      takeRow(row, columns ?? [0], rules, taken);
    }
    return taken;
  };
  for await (const piece of piecesOf(path)) {
    bytesRead += piece.length;
    yield take(reader.push(decoder.decode(piece, { stream: true })));
  }
  yield take([...reader.push(decoder.decode()), ...reader.end()]);
}

/** None for a row that is no heading. @throws Refused `no-phone-column` */
function columnsOf(cells: readonly string[], rules: NumberRules): number[] {
  if (readNumber(cells[0] ?? '', rules).kind === 'number') return [];
  const { roles } = readHeadings(cells);
  return roles.flatMap((role, index) => (role === 'phone' ? [index] : []));
}

function takeRow(
  row: CsvRow,
  columns: readonly number[],
  rules: NumberRules,
  taken: { readonly numbers: string[]; readonly refused: RefusedRow[] },
): void {
  const refuse = (text: string, reason: string): void => {
    taken.refused.push({ line: row.line, text: cleanText(text, SHOWN), reason });
  };
  if (!('cells' in row)) return refuse(row.text, 'cannot be read as a row: look at its quotation marks');
  for (const column of columns) {
    const cell = row.cells[column] ?? '';
    const reading = readNumber(cell, rules);
    if (reading.kind === 'number') taken.numbers.push(reading.number);
    else if (reading.kind === 'fault') refuse(cell, NUMBER_FAULTS[reading.fault]);
  }
}
