import { index, integer, json, sequence, table, text, time } from '../store/columns.ts';
import type { LogEvent } from './changes.ts';

/** The append-only log of business events. */
export const eventTable = table(
  'event',
  {
    seq: sequence('seq'),
    type: text('type').notNull(),
    version: integer('version').notNull(),
    at: time('at').notNull(),
    call: text('call'),
    agent: text('agent'),
    data: json<LogEvent['data']>('data').notNull(),
  },
  (event) => [index('event_call').on(event.call)],
);
