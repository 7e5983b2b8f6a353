import { sql } from 'drizzle-orm';
import { index, integer, json, table, text, time, uniqueIndex, word } from '../store/columns.ts';
import type { CallbackOutcome, CallbackPlan } from './callback.ts';

/** Callers who want to be called back, and what became of it. */
export const callbackTable = table(
  'callback',
  {
    id: text('id').primaryKey(),
    call: text('call').notNull(),
    queue: text('queue').notNull(),
    number: text('number').notNull(),
    customerId: text('customer_id'),
    tier: text('tier').notNull(),
    language: text('language').notNull(),
    at: time('at').notNull(),
    /** Null in those of a version that kept no places: then it is `at`. */
    since: time('since'),
    plan: json<CallbackPlan>('plan'),
    attempts: integer('attempts').notNull().default(0),
    calls: integer('calls').notNull().default(0),
    /** Null for what is called by hand. */
    dueAt: time('due_at'),
    /** The call that is made for it now. */
    calling: text('calling'),
    /** Null while it is open, as the next two. */
    doneAt: time('done_at'),
    doneBy: text('done_by'),
    outcome: word<CallbackOutcome>('outcome'),
  },
  (callback) => [
    index('callback_open').on(callback.at, callback.id).where(sql`"done_at" is null`),
    uniqueIndex('callback_open_number').on(callback.number, callback.queue).where(sql`"done_at" is null`),
    index('callback_number').on(callback.number, callback.at),
    index('callback_done').on(callback.doneAt, callback.id).where(sql`"done_at" is not null`),
  ],
);
