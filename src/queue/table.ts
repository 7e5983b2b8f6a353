import { duration, json, table, text } from '../store/columns.ts';
import type { Queue } from './queue.ts';

export const queueTable = table('queue', {
  name: text('name').primaryKey(),
  needs: json<Queue['needs']>('needs').notNull(),
  ringMs: duration('ring_ms').notNull(),
  wrapUpMs: duration('wrap_up_ms').notNull(),
  maxWaitMs: duration('max_wait_ms').notNull(),
  music: text('music').notNull(),
});
