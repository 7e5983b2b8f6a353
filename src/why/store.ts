import { and, desc, eq, gte, inArray, isNotNull, lt, or } from 'drizzle-orm';
import { callTable } from '../call/table.ts';
import { spellingsOf } from '../customer/customer.ts';
import type { LogEvent } from '../engine/changes.ts';
import { callbackTable } from '../queue/table.ts';
import type { Database } from '../store/connect.ts';

/** More than these are not named. */
const NAMED = 5;

/**
 * Ids of the calls that somebody may mean, the latest first: the one of this id, else those whose ids begin so, else the last one of
 * this phone number; or `last`, of a customer: from outside, or one that waited in a queue.
 */
export function findCalls(database: Database, wanted: string): string[] {
  const { query } = database;
  const { id, ani, startedAt, source, queue } = callTable;
  const latest = [desc(startedAt), desc(id)] as const;
  if (wanted === 'last')
    return query
      .select({ id })
      .from(callTable)
      .where(or(eq(source, 'outside'), isNotNull(queue)))
      .orderBy(...latest)
      .limit(1)
      .all()
      .map((row) => row.id);
  // Every id that begins so lies between it and it with the last sign that there is.
  const named = query
    .select({ id })
    .from(callTable)
    .where(and(gte(id, wanted), lt(id, `${wanted}\u{10ffff}`)))
    .orderBy(...latest)
    .limit(NAMED)
    .all()
    .map((row) => row.id);
  if (named.includes(wanted)) return [wanted];
  if (named.length > 0) return named;
  return query
    .select({ id })
    .from(callTable)
    .where(inArray(ani, spellingsOf(wanted)))
    .orderBy(...latest)
    .limit(1)
    .all()
    .map((row) => row.id);
}

/** The events of a call, those about callbacks with what the book of callbacks knows of them: who asked, and what became of it. */
export function withCallbacks<Event extends LogEvent>(database: Database, events: readonly Event[]): Event[] {
  return events.map((event) => {
    const { type, data } = event;
    if (type !== 'CallbackRequested' && type !== 'CallbackCalled') return event;
    const { id, call: askedIn, calls, outcome } = callbackTable;
    const book = database.query
      .select({ askedIn, calls, outcome })
      .from(callbackTable)
      .where(eq(id, String(data.callback)))
      .get();
    return book ? { ...event, data: { ...data, ...book } } : event;
  });
}
