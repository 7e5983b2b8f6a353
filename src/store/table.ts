import { table, text } from './columns.ts';

/** What the database knows of itself, by name. */
export const markTable = table('mark', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
});
