import { ReportFold } from './fold.ts';
import type { Piece, ReportedLog } from './log-store.ts';
import type { SumsStore } from './sums-store.ts';

/** Rows of the log that are read at once; others are answered in between. */
const PIECE = 4_000;

/** Reads the log with a cursor, and adds what it tells to the sums. Where it was left is kept with them: nothing counts twice. */
export class ReportReader {
  readonly #log: Pick<ReportedLog, 'last' | 'piece' | 'branchesOf'>;
  readonly #sums: Pick<SumsStore, 'add' | 'bookmark' | 'forget'>;
  #fold: ReportFold;
  #seq: number;
  #at: number;

  constructor(
    log: Pick<ReportedLog, 'last' | 'piece' | 'branchesOf'>,
    sums: Pick<SumsStore, 'add' | 'bookmark' | 'forget'>,
  ) {
    this.#log = log;
    this.#sums = sums;
    const { seq, at, underWay } = sums.bookmark();
    this.#seq = seq;
    this.#at = at;
    this.#fold = this.#folding(underWay);
  }

  /** When the last event was that was read, UTC ms. */
  get readTo(): number {
    return this.#at;
  }

  /** Reads a piece. @returns true at the end of the log */
  read(): boolean {
    const last = this.#log.last();
    // The log is another one, such as a copy from before.
    if (last < this.#seq) this.#anew();
    if (last === this.#seq) return true;
    const piece = this.#log.piece(this.#seq, PIECE, last);
    this.#take(piece);
    return piece.isEnd;
  }

  /** Sums what agents have done until `now` (UTC ms); only at the end of the log. */
  settle(now: number): void {
    this.#fold.settle(now);
    this.#keep();
  }

  #take({ events, seq, at }: Piece): void {
    for (const event of events) this.#fold.take(event);
    this.#seq = seq;
    this.#at = at;
    this.#keep();
  }

  /** What could not be kept is read again. */
  #keep(): void {
    try {
      const bookmark = { seq: this.#seq, at: this.#at, underWay: this.#fold.underWay };
      this.#sums.add(this.#fold.drain(), bookmark);
    } catch (thrown) {
      const { seq, at, underWay } = this.#sums.bookmark();
      this.#seq = seq;
      this.#at = at;
      this.#fold = this.#folding(underWay);
      throw thrown;
    }
  }

  #anew(): void {
    this.#sums.forget();
    this.#seq = 0;
    this.#at = 0;
    this.#fold = this.#folding();
  }

  #folding(underWay?: ReturnType<SumsStore['bookmark']>['underWay']): ReportFold {
    return new ReportFold((call, agent) => this.#log.branchesOf(call, agent), underWay);
  }
}
