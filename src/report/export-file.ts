import type { Cell, TableWriter } from './cell.ts';

/** A part of the file is given out when it has so many bytes. */
const PART_BYTES = 128 * 1024;

/** Rows of a table, a piece at a time; undefined at its end. */
export type RowSource = () => readonly (readonly Cell[])[] | undefined;

/** An export that is under way: its file is made as it is taken, and nothing of it is kept. */
export class ExportFile {
  readonly #writer: TableWriter;
  readonly #source: RowSource;
  #ready: Uint8Array[] = [];
  #bytes = 0;
  #isOver = false;

  /** @param head names of the columns */
  constructor(writer: TableWriter, head: readonly Cell[], source: RowSource) {
    this.#writer = writer;
    this.#source = source;
    this.#keep(writer.rows([head]));
  }

  /** Works on the file for a moment. @returns true when there is a part, or the end */
  work(): boolean {
    if (!this.#isOver && this.#bytes < PART_BYTES) {
      const rows = this.#source();
      this.#isOver = rows === undefined;
      this.#keep(rows ? this.#writer.rows(rows) : this.#writer.end());
    }
    return this.#isOver || this.#bytes >= PART_BYTES;
  }

  /** The part that is ready; undefined at the end. */
  take(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#bytes === 0) return undefined;
    const part = new Uint8Array(this.#bytes);
    let at = 0;
    for (const piece of this.#ready) {
      part.set(piece, at);
      at += piece.length;
    }
    this.#ready = [];
    this.#bytes = 0;
    return part;
  }

  #keep(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      this.#ready.push(piece);
      this.#bytes += piece.length;
    }
  }
}

/** Rows that are at hand. */
export function rowsAtHand(rows: readonly (readonly Cell[])[], piece: number): RowSource {
  let next = 0;
  return () => {
    if (next >= rows.length) return undefined;
    next += piece;
    return rows.slice(next - piece, next);
  };
}
