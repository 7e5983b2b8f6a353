import { eq } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { markTable } from './table.ts';

/** What was noted under `name` about the database itself, if anything. */
export function markOf(database: Database, name: string): string | undefined {
  return database.query.select().from(markTable).where(eq(markTable.name, name)).get()?.value;
}

/** Notes `value` under `name`. */
export function setMark(database: Database, name: string, value: string): void {
  database.query
    .insert(markTable)
    .values({ name, value })
    .onConflictDoUpdate({ target: markTable.name, set: { value } })
    .run();
}
