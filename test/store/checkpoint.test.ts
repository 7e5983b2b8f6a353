import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { checkpointElsewhere } from '../../src/store/checkpoint.ts';
import { connect, type Database } from '../../src/store/connect.ts';

let folder: string;
let database: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-checkpoint-'));
  database = connect(join(folder, 'x.db'), 20);
  database.script('create table note (text text)');
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Commits more than the database would let stand before it tidies up by itself. */
function write(commits: number): void {
  const insert = database.prepare('insert into note values (?)');
  for (let count = 0; count < commits; count += 1) database.unit(() => insert.run('x'.repeat(2000)).changes);
}
const inFile = (): number => statSync(database.file).size;

it('commits_reach_the_database_file_though_the_thread_that_commits_never_waits_for_it', async () => {
  const stop = checkpointElsewhere(database, silentLog);
  expect(database.prepare('pragma wal_autocheckpoint').get()).toEqual({ wal_autocheckpoint: 0 });
  write(3000);
  for (let tries = 0; tries < 200 && inFile() < 3000 * 2000; tries += 1) await sleep(50);
  expect(inFile()).toBeGreaterThan(3000 * 2000);
  await stop();
});

it('after_its_end_the_database_does_it_by_itself_again', async () => {
  await checkpointElsewhere(database, silentLog)();
  const before = inFile();
  write(3000);
  expect(inFile()).toBeGreaterThan(before);
});

it('a_thread_that_fails_leaves_it_to_the_database', async () => {
  const said: unknown[] = [];
  const log = { ...silentLog, error: (fields: object) => void said.push(fields) };
  const stop = checkpointElsewhere({ ...database, file: join(folder, 'is-not-there.db') }, log);
  await stop();
  expect(said).toHaveLength(1);
  const before = inFile();
  write(3000);
  expect(inFile()).toBeGreaterThan(before);
});

it('a_reader_that_takes_his_time_keeps_nobody_from_writing', async () => {
  const stop = checkpointElsewhere(database, silentLog);
  const reader = connect(database.file);
  reader.script('begin');
  reader.prepare('select count(*) from note').get();
  // More than the thread lets stand before it wants the log emptied.
  write(18_000);
  await sleep(2500);
  for (let tries = 0; tries < 20; tries += 1) {
    write(1);
    await sleep(50);
  }
  reader.script('commit');
  reader.close();
  await stop();
});
