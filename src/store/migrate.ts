import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Refused } from '../base/errors.ts';
import { type Database, damaged, refusalFor } from './connect.ts';

/** One step of the schema: a file of SQL that drizzle-kit generated. */
export interface Migration {
  readonly tag: string;
  readonly sql: string;
}

/** Files up to this size are read through before use, which takes less than a second; bytes. */
const CHECKED_WHOLE = 64 * 2 ** 20;

const HISTORY = 'create table if not exists migration (tag text primary key, applied_at integer not null)';

/** The steps of the schema that this program knows, oldest first. */
export function knownMigrations(): Migration[] {
  const folder = new URL('./migrations/', import.meta.url);
  const journal = JSON.parse(readFileSync(new URL('meta/_journal.json', folder), 'utf8')) as {
    entries: { tag: string }[];
  };
  return journal.entries.map(({ tag }) => ({
    tag,
    sql: readFileSync(fileURLToPath(new URL(`${tag}.sql`, folder)), 'utf8'),
  }));
}

/**
 * Brings the schema up to date; each step whole or not at all, with nothing copied first.
 * @param now UTC ms, kept with each step
 * @returns the tags of the steps that were applied now
 * @throws Refused `store-newer` when a newer Carillon has been at this file, `bad-store` when it is damaged or not ours
 */
export function migrate(database: Database, now: number, migrations = knownMigrations()): string[] {
  try {
    checkWhole(database);
    checkOurs(database);
    database.script(HISTORY);
    return applyMissing(database, now, migrations);
  } catch (error) {
    throw refusalFor(error, database.file);
  }
}

function applyMissing(database: Database, now: number, migrations: readonly Migration[]): string[] {
  const rows = database.prepare('select tag from migration').all() as { tag: string }[];
  const applied = new Set(rows.map((row) => row.tag));
  checkNotNewer(database, applied, migrations);
  const missing = migrations.filter((migration) => !applied.has(migration.tag));
  if (missing.length === 0) return [];
  // Steps that rebuild a table drop the old one; with enforcement on, that would delete what refers to it.
  database.script('pragma foreign_keys = off');
  try {
    const note = database.prepare('insert into migration (tag, applied_at) values (?, ?)');
    for (const { tag, sql } of missing)
      database.unit(() => {
        database.script(sql);
        note.run(tag, now);
      });
  } finally {
    database.script('pragma foreign_keys = on');
  }
  return missing.map((migration) => migration.tag);
}

function checkWhole(database: Database): void {
  const { bytes } = database
    .prepare('select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()')
    .get() as { bytes: number };
  if (bytes > CHECKED_WHOLE) return;
  const { verdict } = database.prepare('select quick_check as verdict from pragma_quick_check').get() as {
    verdict: string;
  };
  if (verdict !== 'ok') throw damaged(database.file, verdict.split('\n')[0] ?? '');
}

function checkOurs(database: Database): void {
  const tables = database
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    .all() as { name: string }[];
  if (tables.length > 0 && !tables.some((table) => table.name === 'migration'))
    throw damaged(database.file, 'it holds tables of another program');
}

function checkNotNewer(
  database: Database,
  applied: ReadonlySet<string>,
  migrations: readonly Migration[],
): void {
  const known = new Set(migrations.map((migration) => migration.tag));
  const strange = [...applied].find((tag) => !known.has(tag));
  if (strange === undefined) return;
  throw new Refused(
    'store-newer',
    `${database.file} was written by a newer Carillon (it has "${strange}"). Start that version, or a newer one.`,
  );
}
