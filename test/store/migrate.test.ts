import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { CampaignStore } from '../../src/campaign/store.ts';
import { CustomerStore } from '../../src/customer/store.ts';
import { connect, DAEMON_BUSY_MS } from '../../src/store/connect.ts';
import { knownMigrations, migrate } from '../../src/store/migrate.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { START, storesOf } from './examples.ts';

const fileIn = (folder = temporaryFolder()) => join(folder, 'carillon.db');

function refusalOf(work: () => unknown): { id?: string; message?: string } {
  try {
    work();
  } catch (error) {
    return error as { id: string; message: string };
  }
  return {};
}

test('an empty file gets the whole schema, once', () => {
  const file = fileIn();
  const database = connect(file);
  const tags = knownMigrations().map((migration) => migration.tag);
  expect(migrate(database, START)).toEqual(tags);
  expect(migrate(database, START)).toEqual([]);
  database.close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const again = connect(file);
  expect(migrate(again, START)).toEqual([]);
  again.close();
});

test('the schema of the migrations is the one that the tables declare', async () => {
  const { generateSQLiteDrizzleJson, generateSQLiteMigration } = await import('drizzle-kit/api');
  const tables = await Promise.all(
    [
      'agent',
      'audit',
      'branch',
      'call',
      'campaign',
      'contact',
      'customer',
      'desk',
      'dialer',
      'engine',
      'http',
      'ivr',
      'queue',
      'store',
      'user',
    ].map((folder) => import(`../../src/${folder}/table.ts`)),
  );
  const newest = knownMigrations().length - 1;
  const snapshot = new URL(
    `../../src/store/migrations/meta/${String(newest).padStart(4, '0')}_snapshot.json`,
    import.meta.url,
  );
  const declared = await generateSQLiteDrizzleJson(Object.assign({}, ...tables));
  expect(await generateSQLiteMigration(JSON.parse(readFileSync(snapshot, 'utf8')), declared)).toEqual([]);
});

test('a file of an older version gets what is missing and keeps its rows', () => {
  const database = connect(fileIn());
  migrate(database, START);
  database.script("insert into phone (extension, password, name) values ('1001', 'secret', '张伟')");
  const later = [...knownMigrations(), { tag: '9999_later', sql: 'alter table phone add column room text' }];
  expect(migrate(database, START + 1, later)).toEqual(['9999_later']);
  expect(database.prepare('select * from phone').get()).toMatchObject({ extension: '1001', room: null });
  database.close();
});

test('a file from before flows had a history keeps its customers and campaigns, and its live call goes on', async () => {
  const database = connect(fileIn());
  const before = knownMigrations().filter(({ tag }) => tag < '0002');
  migrate(database, START, before);
  database.script(`
    insert into customer values ('cu1', '孙丽', 'vip', 'zh-CN', 'a note');
    insert into customer_number values ('13800138000', 'cu1', 0);
    insert into campaign values ('m1', '春季', '8001', 0, 1, 2, '{"kind":"phone","extension":"2001"}', 20000, '{"kind":"none"}', '');
    insert into call (id, channel, source, ani, ani_name, dnis, language, flow, flow_version, step, started_at, waited_ms, talked_ms, state)
    values ('c1', 'ch1', 'outside', '13800138000', '', '95533', 'en', 'hotline', 'v1', 'main', ${START}, 0, 0,
      '{"phase":{"at":"flow"},"variables":{"choice":"3"},"run":3}');`);
  migrate(database, START + 1);
  const { events, store } = storesOf(database);
  expect(await new CustomerStore(database, events).byNumber('13800138000')).toMatchObject({
    id: 'cu1',
    flow: '',
  });
  expect(await new CampaignStore(database, events).byCode('8001')).toMatchObject({ id: 'm1', persona: '' });
  expect((await store.load()).calls).toMatchObject([
    {
      facts: { persona: '', variables: { choice: '3' } },
      stack: [],
      cursor: { step: 'main', run: 3, entry: 3, since: START },
    },
  ]);
  database.close();
});

test('a step that fails leaves the file as it was', () => {
  const database = connect(fileIn());
  migrate(database, START);
  const broken = { tag: '9999_broken', sql: 'create table half (id text); insert into nowhere values (1)' };
  expect(() => migrate(database, START, [...knownMigrations(), broken])).toThrow(/nowhere/);
  expect(database.prepare("select 1 from sqlite_schema where name = 'half'").get()).toBeUndefined();
  expect(migrate(database, START)).toEqual([]);
  expect(database.prepare('pragma foreign_keys').get()).toEqual({ foreign_keys: 1 });
  database.close();
});

test('a file of a newer version is refused with the way out', () => {
  const file = fileIn();
  const database = connect(file);
  migrate(database, START, [...knownMigrations(), { tag: '9999_tomorrow', sql: 'select 1' }]);
  const { id, message } = refusalOf(() => migrate(database, START));
  expect(id).toBe('store-newer');
  expect(message).toContain(file);
  expect(message).toContain('9999_tomorrow');
  database.close();
});

test('a file that is no database is refused, and left as it is', () => {
  const file = fileIn();
  writeFileSync(file, 'these are not the calls you are looking for\n'.repeat(100));
  const { id, message } = refusalOf(() => connect(file));
  expect(id).toBe('bad-store');
  expect(message).toMatch(/carillon\.db is damaged.*move it away/);
  expect(readFileSync(file, 'utf8')).toMatch(/^these are not/);
});

test('a file that is damaged inside is refused', () => {
  const file = fileIn();
  const database = connect(file);
  migrate(database, START);
  database.close();
  const bytes = readFileSync(file);
  bytes.fill(0xa5, 8192, bytes.length - 4096);
  writeFileSync(file, bytes);
  const { id } = refusalOf(() => migrate(connect(file), START));
  expect(id).toBe('bad-store');
});

test("another program's database is refused", () => {
  const file = fileIn();
  const other = new Sqlite(file);
  other.exec('create table recipes (id integer)');
  other.close();
  const { id, message } = refusalOf(() => migrate(connect(file), START));
  expect(id).toBe('bad-store');
  expect(message).toContain('tables of another program');
});

test('a folder that is not there is said to be so', () => {
  const file = join(temporaryFolder(), 'nowhere', 'carillon.db');
  expect(refusalOf(() => connect(file)).id).toBe('no-right');
  expect(existsSync(file)).toBe(false);
});

test("another process's lock holds up the thread for as short as was asked", () => {
  const file = fileIn();
  const database = connect(file, DAEMON_BUSY_MS);
  migrate(database, START);
  const other = new Sqlite(file);
  other.exec('begin immediate');
  const before = performance.now();
  expect(() => database.unit(() => undefined)).toThrow(/locked/);
  expect(performance.now() - before).toBeLessThan(500);
  other.exec('rollback');
  expect(database.unit(() => 'written')).toBe('written');
  other.close();
  database.close();
});

test('a unit of work that awaits is undone and refused', () => {
  const database = connect(fileIn());
  migrate(database, START);
  const work = (async () => {
    database.script("insert into phone (extension, password, name) values ('1', 'x', 'y')");
  }) as unknown as () => undefined;
  expect(() => database.unit(work)).toThrow(/promise/);
  expect(database.prepare('select count(*) as n from phone').get()).toEqual({ n: 0 });
  database.close();
});
