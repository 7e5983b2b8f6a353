import type { LogEvent } from '../engine/changes.ts';
import type { Database } from '../store/connect.ts';
import { BEFORE_EVENTS, DAY_EVENTS, type DayReader, RULES_EVENT } from './day-reader.ts';

/** Rows of one piece. */
const PIECE = 20_000;
/** Who logged in earlier than this before the day is not there any more, ms. */
const LOOKS_BACK_MS = 24 * 3_600_000;
/** Who waits when the day is over is looked after for so long, ms. */
const LOOKS_ON_MS = 6 * 3_600_000;

/** Of an offer everything but these two is left where it is: it is the longest of all, and there is one for every call. */
const DATA = `iif(type = 'CallOffered', json_object('rule', data ->> 'rule', 'step', data -> 'step'), data)`;

interface Row {
  readonly type: string;
  readonly version: number;
  readonly at: number;
  readonly call: string | null;
  readonly agent: string | null;
  readonly data: string;
}

/**
 * Gives a day's events to its reader, piece by piece. `from` and `to` in UTC ms.
 * @returns how many events were read
 */
export function readEvents(database: Database, reader: DayReader, from: number, to: number): number {
  const first = firstSince(database, from - LOOKS_BACK_MS);
  const begin = firstSince(database, from);
  const end = firstSince(database, to + LOOKS_ON_MS);
  const rules = lastBefore(database, begin, RULES_EVENT);
  if (rules) reader.take(eventOf(rules));
  const before = givePieces(database, reader, BEFORE_EVENTS, { from: first, to: begin });
  return before + givePieces(database, reader, DAY_EVENTS, { from: begin, to: end });
}

function givePieces(
  database: Database,
  reader: DayReader,
  types: readonly string[],
  range: { readonly from: number; readonly to: number },
): number {
  const marks = types.map(() => '?').join(', ');
  const piece = database.prepare(
    `select type, version, at, call, agent, ${DATA} as data from event where seq >= ? and seq < ? and type in (${marks}) order by seq`,
  );
  let count = 0;
  for (let seq = range.from; seq < range.to && !reader.isComplete; seq += PIECE)
    for (const row of piece.all(seq, Math.min(seq + PIECE, range.to), ...types) as Row[]) {
      reader.take(eventOf(row));
      count += 1;
    }
  return count;
}

function lastBefore(database: Database, seq: number, type: string): Row | undefined {
  return database
    .prepare(
      'select type, version, at, call, agent, data from event where seq < ? and type = ? order by seq desc limit 1',
    )
    .get(seq, type) as Row | undefined;
}

function eventOf({ type, version, at, call, agent, data }: Row): LogEvent {
  return {
    type,
    version,
    at,
    ...(call !== null && { call }),
    ...(agent !== null && { agent }),
    data: JSON.parse(data) as LogEvent['data'],
  };
}

/** The place of the first event at or after `at` (UTC ms): the log is in the order of time, so that it is found by halving. */
function firstSince(database: Database, at: number): number {
  const next = database.prepare('select seq, at from event where seq >= ? order by seq limit 1');
  // Asked one by one: both in one question scan the log.
  let low = endOf(database, 'min') ?? 0;
  let high = (endOf(database, 'max') ?? -1) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = next.get(middle) as { seq: number; at: number } | undefined;
    if (!found || found.at >= at) high = middle;
    else low = found.seq + 1;
  }
  return low;
}

function endOf(database: Database, which: 'min' | 'max'): number | null {
  return (database.prepare(`select ${which}(seq) as seq from event`).get() as { seq: number | null }).seq;
}
