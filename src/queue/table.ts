import { sql } from 'drizzle-orm';
import { duration, index, json, table, text, time, uniqueIndex, word } from '../store/columns.ts';
import type { CallbackOutcome } from './callback.ts';
import type { Queue } from './queue.ts';

export const queueTable = table('queue', {
  name: text('name').primaryKey(),
  needs: json<Queue['needs']>('needs').notNull(),
  ringMs: duration('ring_ms').notNull(),
  wrapUpMs: duration('wrap_up_ms').notNull(),
  maxWaitMs: duration('max_wait_ms').notNull(),
  music: text('music').notNull(),
});

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
    /** Null while it is open, as the next two. */
    doneAt: time('done_at'),
    doneBy: text('done_by'),
    outcome: word<CallbackOutcome>('outcome'),
  },
  (callback) => [
    index('callback_open').on(callback.at, callback.id).where(sql`"done_at" is null`),
    uniqueIndex('callback_open_number').on(callback.number, callback.queue).where(sql`"done_at" is null`),
    index('callback_done').on(callback.doneAt, callback.id).where(sql`"done_at" is not null`),
  ],
);
