import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Scope } from './scope.ts';

/** Rows that one question looks at where most belong to other branches; the page is short then, and `next` goes on behind them. */
const LOOKED_AT = 5000;
/** So many at a time, and the calls come in between. */
const AT_ONCE = 200;

/** A page of a list of which whoever asks sees only a part. */
export interface SeenPage<Row, Place, Item> {
  readonly scope: Scope;
  readonly limit: number;
  /** Where the page before ended. */
  readonly from: Place | undefined;
  readonly read: (from: Place | undefined, limit: number) => Promise<readonly Row[]>;
  readonly sees: (row: Row) => boolean;
  readonly placeOf: (row: Row) => Place;
  readonly cursorAt: (place: Place) => string;
  readonly show: (row: Row) => Item;
}

/** The page: as many rows as he sees, up to the limit, and where to go on; null at the end. */
export async function seenPage<Row, Place, Item>(
  asked: SeenPage<Row, Place, Item>,
): Promise<{ items: Item[]; next: string | null }> {
  const { scope, limit, read, sees, placeOf, cursorAt, show } = asked;
  const atOnce = scope.isWhole ? limit : Math.max(limit, AT_ONCE);
  const items: Item[] = [];
  let from = asked.from;
  for (let looked = 0; looked < LOOKED_AT; looked += atOnce) {
    if (looked > 0) await nextTurn();
    const rows = await read(from, atOnce);
    for (const row of rows) {
      from = placeOf(row);
      if (!sees(row)) continue;
      items.push(show(row));
      if (items.length === limit) return { items, next: cursorAt(from) };
    }
    if (rows.length < atOnce) return { items, next: null };
  }
  return { items, next: from === undefined ? null : cursorAt(from) };
}

/** The place of a row in a list that is ordered by time. */
export function momentOf({ at, id }: Moment): Moment {
  return { at, id };
}

/** The cursor behind such a place, as `pageCursor` reads it. */
export function cursorAtMoment({ at, id }: Moment): string {
  return `${at}_${id}`;
}

interface Moment {
  readonly at: number;
  readonly id: string;
}
