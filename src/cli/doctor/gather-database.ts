import { existsSync, statSync } from 'node:fs';
import { AgentStore, type Phone } from '../../agent/store.ts';
import { messageOf } from '../../base/errors.ts';
import { EventLog } from '../../engine/store.ts';
import { storeFile } from '../../setup/prepare.ts';
import type { Database } from '../../store/connect.ts';
import { knownMigrations } from '../../store/migrate.ts';
import { readDatabase } from '../../store/read-only.ts';
import type { DatabaseFacts } from './database.ts';

/** A file larger than this takes long to read through, bytes. */
const READ_THROUGH = 2 ** 30;

/** What the database says, besides how it is itself. */
export interface StoredFacts {
  readonly database: DatabaseFacts;
  /** UTC ms, 0 for never. */
  readonly lastEventAt: number;
  /** Those that should be able to register; undefined when they cannot be read. */
  readonly phones?: readonly Phone[];
}

export async function databaseFacts(data: string): Promise<StoredFacts> {
  const file = storeFile(data);
  const sizes = { bytes: sizeOf(file), walBytes: sizeOf(`${file}-wal`) };
  const nothing = { exists: existsSync(file), fault: '', verdict: '', missing: [], unknown: [], ...sizes };
  if (!nothing.exists) return { database: nothing, lastEventAt: 0 };
  try {
    const found = await readDatabase(file, async (database) => ({
      verdict: sizes.bytes > READ_THROUGH ? '' : verdictOn(database),
      ...stepsOf(database),
      lastEventAt: lastEventIn(database),
      phones: await new AgentStore(database, new EventLog(database)).phones(),
    }));
    if (!found) return { database: nothing, lastEventAt: 0 };
    const { lastEventAt, phones, ...own } = found;
    return { database: { ...nothing, ...own }, lastEventAt, phones };
  } catch (thrown) {
    return { database: { ...nothing, fault: messageOf(thrown) }, lastEventAt: 0 };
  }
}

function verdictOn(database: Database): string {
  const row = database.prepare('select quick_check as verdict from pragma_quick_check').get();
  return (row as { verdict: string }).verdict.split('\n')[0] ?? '';
}

function stepsOf(database: Database): { missing: string[]; unknown: string[] } {
  const rows = database.prepare('select tag from migration').all() as { tag: string }[];
  const applied = rows.map(({ tag }) => tag);
  const known = knownMigrations().map(({ tag }) => tag);
  return {
    missing: known.filter((tag) => !applied.includes(tag)),
    unknown: applied.filter((tag) => !known.includes(tag)),
  };
}

function lastEventIn(database: Database): number {
  const row = database.prepare('select at from event order by seq desc limit 1').get();
  return (row as { at: number } | undefined)?.at ?? 0;
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}
