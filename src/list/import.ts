import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { messageOf, Refused } from '../base/errors.ts';
import { checkSpace } from '../setup/data-folder.ts';
import { CsvReader, type CsvRow } from './csv.ts';
import { checkDigest, formOf, piecesOf } from './file.ts';
import { type Columns, readHeadings } from './headings.ts';
import type { ImportCount, ImportRow, Imports } from './imports.ts';
import type { Intake } from './intake.ts';
import type { ImportOptions, ImportStatus } from './list.ts';
import { REFUSED_HEADINGS, type RefusedLine, refusedRow } from './refused.ts';
import { type Refusal, type RowRules, readRow, refusalOf } from './row.ts';
import type { ListStore } from './store.ts';

/** A file at which so many threads ended is not read again. */
const MOST_STARTS = 5;
/** What an import does at a time, ms: for so long, whoever wants the next lead waits. */
const SPELL_MS = 2;

/** So much of the disk is left to the calls, bytes; it is looked at each time that so much was read, bytes. */
const KEPT_FREE = 512 * 2 ** 20;
const LOOK_EVERY = 16 * 2 ** 20;

export interface ImportParts {
  readonly store: ListStore;
  readonly intake: Intake;
  readonly imports: Imports;
  /** Where the refused rows of this import go. */
  readonly refusedFile: string;
  /** @throws Refused when they cannot be read */
  readonly rules: (country: string | undefined) => Promise<RowRules>;
  /** Lets others work. */
  readonly turn: () => Promise<void>;
  readonly isCancelled: () => boolean;
  /** UTC ms. */
  readonly now: () => number;
}

/** Imports a file, or goes on with it where an earlier thread ended. Never rejects: how it ended is written down. */
export async function runImport(row: ImportRow, parts: ImportParts): Promise<void> {
  const options = JSON.parse(row.options) as ImportOptions;
  const [status, problem] = await new FileImport(row, options, parts).run();
  parts.imports.end(row.n, status, problem, parts.now());
}

class FileImport {
  readonly #row: ImportRow;
  readonly #options: ImportOptions;
  readonly #parts: ImportParts;
  readonly #count: ImportCount;
  #columns?: Columns;
  #isCut = false;
  #refusals = '';
  #refusedFile?: number;

  constructor(row: ImportRow, options: ImportOptions, parts: ImportParts) {
    this.#row = row;
    this.#options = options;
    this.#parts = parts;
    const { line, rows, added, changed, unchanged, refused, numbers_refused, refused_bytes, bytes_read } =
      row;
    this.#count = {
      line,
      rows,
      added,
      changed,
      unchanged,
      refused,
      numbers_refused,
      refused_bytes,
      bytes_read,
    };
  }

  async run(): Promise<[ImportStatus, string]> {
    if (this.#row.starts >= MOST_STARTS)
      return [
        'failed',
        'The keeper of the lists ended at it again and again. Look at its log, and split the file.',
      ];
    try {
      this.#parts.imports.begin(this.#row.n);
      mkdirSync(dirname(this.#parts.refusedFile), { recursive: true, mode: 0o700 });
      this.#refusedFile = openSync(
        this.#parts.refusedFile,
        this.#count.refused_bytes === 0 ? 'w' : 'r+',
        0o600,
      );
      if (!(await this.#readAll())) return ['cancelled', 'It was cancelled: the rows that were read stay.'];
      ftruncateSync(this.#refusedFile, this.#count.refused_bytes);
      return this.#ending();
    } catch (thrown) {
      if (thrown instanceof Refused) return [this.#count.rows === 0 ? 'refused' : 'failed', thrown.message];
      return ['failed', `${messageOf(thrown)}. The rows that were read stay; import the file again.`];
    } finally {
      if (this.#refusedFile !== undefined) closeSync(this.#refusedFile);
    }
  }

  #ending(): [ImportStatus, string] {
    if (!this.#columns) return ['refused', 'The file has no headings and no rows.'];
    if (this.#count.rows === 0) return ['refused', 'The file has headings and no rows.'];
    if (this.#isCut)
      return [
        'finished',
        'The file ends in the middle of a row: perhaps only a part of it came. Import the whole file; rows that are here already stay as they are.',
      ];
    return ['finished', ''];
  }

  /** @returns false when it was cancelled */
  async #readAll(): Promise<boolean> {
    const { imports, rules, turn } = this.#parts;
    const form = await formOf(this.#row.path, this.#options);
    const sha256 = this.#options.expected?.sha256;
    if (sha256 !== undefined) await checkDigest(this.#row.path, sha256, turn);
    const rowRules = await rules(this.#options.country);
    imports.noteForm(this.#row.n, form.bytes, form.encoding);
    const reader = new CsvReader(form.separator);
    const decoder = new TextDecoder(form.encoding);
    let [bytesRead, lookAt] = [0, 0];
    for await (const piece of piecesOf(this.#row.path)) {
      if (bytesRead >= lookAt) {
        checkSpace(this.#parts.refusedFile, KEPT_FREE);
        lookAt += LOOK_EVERY;
      }
      bytesRead += piece.length;
      this.#count.bytes_read = bytesRead;
      if (!(await this.#takeAll(reader.push(decoder.decode(piece, { stream: true })), rowRules)))
        return false;
    }
    const last = [...reader.push(decoder.decode()), ...reader.end()];
    return this.#takeAll(last, rowRules);
  }

  async #takeAll(rows: readonly CsvRow[], rules: RowRules): Promise<boolean> {
    let at = 0;
    while (at < rows.length) {
      at = this.#takeSome(rows, at, rules);
      await this.#parts.turn();
      if (this.#parts.isCancelled()) return false;
    }
    return true;
  }

  /** Takes rows for a spell, with what they count, as one unit. @returns where to go on */
  #takeSome(rows: readonly CsvRow[], from: number, rules: RowRules): number {
    const { store, intake, imports } = this.#parts;
    const before = { ...this.#count, last: intake.last, zones: store.zoneSets.size };
    const until = performance.now() + SPELL_MS;
    let at = from;
    try {
      store.database.unit(() => {
        do {
          this.#take(rows[at]!, rules);
          at += 1;
        } while (at < rows.length && performance.now() < until);
        this.#writeRefusals();
        imports.count(this.#row.n, this.#count);
      });
    } catch (thrown) {
      const { last, zones, ...count } = before;
      Object.assign(this.#count, count);
      intake.cutTo(last);
      store.zoneSets.cutTo(zones);
      throw thrown;
    }
    return at;
  }

  #take(row: CsvRow, rules: RowRules): void {
    if (!this.#columns) {
      this.#columns = headingsIn(row, this.#options);
      return;
    }
    // An earlier thread was that far.
    if (row.line <= this.#count.line) return;
    this.#count.line = row.line;
    if ('fault' in row) {
      this.#isCut ||= row.fault === 'cut-off';
      this.#refuse(row, refusalOf(row.fault));
      return;
    }
    const reading = readRow(row.cells, this.#columns, rules);
    if (reading === 'blank') return;
    if ('refusal' in reading) {
      this.#refuse(row, reading.refusal);
      return;
    }
    const origin = { list: this.#row.list, import: this.#row.n, line: row.line };
    const taken = this.#parts.intake.take(reading.draft, origin);
    if (taken.kind === 'refused') {
      this.#refuse(row, taken.refusal);
      return;
    }
    this.#count.rows += 1;
    this.#count[taken.kind] += 1;
    for (const refusal of [...reading.left, ...taken.left.map(ownedNumber)]) this.#leave(row, refusal);
  }

  #refuse(row: CsvRow, refusal: Refusal): void {
    this.#count.rows += 1;
    this.#count.refused += 1;
    this.#note({ line: row.line, what: 'row', refusal, text: row.text });
  }

  #leave(row: CsvRow, refusal: Refusal): void {
    this.#count.numbers_refused += 1;
    this.#note({ line: row.line, what: 'number', refusal, text: row.text });
  }

  #note(line: RefusedLine): void {
    this.#refusals += refusedRow(line);
  }

  /** Before the unit is committed: what it does not count is written over. */
  #writeRefusals(): void {
    if (this.#refusals === '') return;
    const headings = this.#count.refused_bytes === 0 ? REFUSED_HEADINGS : '';
    const bytes = Buffer.from(headings + this.#refusals);
    this.#refusals = '';
    writeSync(this.#refusedFile!, bytes, 0, bytes.length, this.#count.refused_bytes);
    this.#count.refused_bytes += bytes.length;
  }
}

/** @throws Refused where the file cannot be read as a list */
function headingsIn(row: CsvRow, { columns }: ImportOptions): Columns {
  if ('fault' in row)
    throw new Refused(
      'bad-headings',
      `The first line, the headings, ${refusalOf(row.fault).sentence.replace(/^The line /, '')}`,
    );
  return readHeadings(row.cells, columns);
}

function ownedNumber(number: string): Refusal {
  return { reason: 'number-twice', sentence: `The number ${number} is that of another lead of this list.` };
}
