import { join } from 'node:path';
import { AgentStore, type Phone } from '../agent/store.ts';
import { EventLog } from '../engine/store.ts';
import { TokenStore } from '../http/store.ts';
import { connect, type Database, refusalFor } from '../store/connect.ts';
import { markOf, setMark } from '../store/marks.ts';
import { migrate } from '../store/migrate.ts';
import type { Secrets } from './secrets.ts';
import { seedDemonstration } from './seed.ts';
import type { Settings } from './settings.ts';
import { ensureUsers } from './users.ts';

export interface PreparedData {
  /** The SIP accounts that the PBX has to know. */
  readonly phones: readonly Phone[];
  /** Whether this was the first run, which put the demonstration centre in. */
  readonly seeded: boolean;
}

/** Where the database of the data folder `data` lies. */
export function storeFile(data: string): string {
  return join(data, 'carillon.db');
}

/**
 * Makes the database ready: its schema up to date, a demonstration centre in it when it is new, the first admin's token
 * known, and somebody who can sign in. Closes it again. The data folder has to be there.
 * @param onProgress is told what is done, a short sentence each
 * @throws Refused as `connect` and `migrate` do
 */
export async function prepareData(
  settings: Pick<Settings, 'data'>,
  secrets: Pick<Secrets, 'adminToken' | 'consolePassword'>,
  onProgress: (step: string) => void,
): Promise<PreparedData> {
  const file = storeFile(settings.data);
  const database = connect(file);
  try {
    return await prepare(database, secrets, onProgress);
  } catch (error) {
    throw refusalFor(error, file);
  } finally {
    database.close();
  }
}

/** The mark of a database that has had its demonstration centre, whatever became of it since. */
const SEEDED = 'demonstration';

async function prepare(
  database: Database,
  { adminToken, consolePassword }: Pick<Secrets, 'adminToken' | 'consolePassword'>,
  onProgress: (step: string) => void,
): Promise<PreparedData> {
  const now = Date.now();
  if (migrate(database, now).length > 0) onProgress('The database is up to date.');
  const seeded = markOf(database, SEEDED) === undefined;
  if (seeded) {
    await seedDemonstration(database, now);
    setMark(database, SEEDED, String(now));
    onProgress('A demonstration centre is in the database.');
  }
  await new TokenStore(database).ensureAdmin(adminToken, now);
  await ensureUsers(database, consolePassword, seeded, now);
  const agents = new AgentStore(database, new EventLog(database));
  await agents.completeWebPhones();
  return { phones: await agents.phones(), seeded };
}
