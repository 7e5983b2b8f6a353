import { integer, table, text, time } from './columns.ts';

/** What the database knows of itself, by name. */
export const markTable = table('mark', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
});

/** The daemon that runs the centre: the one that took over last. Its one row has the id 1. */
export const ownerTable = table('owner', {
  id: integer('id').primaryKey(),
  /** Grows by one with each daemon. */
  epoch: integer('epoch').notNull(),
  since: time('since').notNull(),
  pid: integer('pid').notNull(),
  host: text('host').notNull(),
});
