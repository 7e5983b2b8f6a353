import { existsSync } from 'node:fs';
import { messageOf, Refused } from '../base/errors.ts';
import { connect, type Database, refusalFor } from './connect.ts';

/**
 * Asks a database that another process may be writing; every write through it fails. Undefined when there is no such file.
 * @throws Refused as `connect` does, and `old-store` when its tables are not those of this version
 */
export async function readDatabase<T>(
  file: string,
  read: (database: Database) => Promise<T>,
): Promise<T | undefined> {
  if (!existsSync(file)) return undefined;
  const database = connect(file);
  try {
    database.script('pragma query_only = on');
    return await read(database);
  } catch (thrown) {
    // drizzle wraps what the driver threw.
    const { cause = thrown } = thrown as { cause?: unknown };
    if (!/^no such (table|column)/.test(messageOf(cause))) throw refusalFor(thrown, file);
    throw new Refused(
      'old-store',
      `${file} is of an older version. Run npm start, which brings it up to date.`,
    );
  } finally {
    database.close();
  }
}
