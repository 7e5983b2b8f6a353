import { randomBytes } from 'node:crypto';
import { type Database, damaged } from '../store/connect.ts';

const VERSION = 1;

/**
 * A lead waits in exactly one place: as `fresh` in the order of its list, as `again` or `callback` by when it is due. The tally is kept by
 * triggers, so that it cannot say anything else than the leads; it saves counting millions, and looking where nothing is.
 */
const SCHEMA = `
create table about (name text primary key, value text not null) without rowid;

create table list (
  n integer primary key,
  id text not null unique,
  campaign text not null,
  name text not null,
  position integer not null,
  is_on integer not null,
  created_at integer not null
);
create index list_campaign on list (campaign, position, n);

create table zone_set (n integer primary key, zones text not null unique);

create table lead (
  n integer primary key,
  list integer not null references list (n),
  person text not null,
  name text not null,
  numbers text not null,
  next_number integer not null,
  zone integer not null,
  fields text not null,
  priority integer not null,
  standing text not null,
  due_at integer not null,
  agent text,
  attempts integer not null,
  last_outcome text,
  done_reason text,
  seen_import integer not null,
  seen_line integer not null
);

create table lead_number (
  number text not null,
  list integer not null,
  lead integer not null,
  primary key (number, list)
) without rowid;

create table tally (
  list integer not null,
  zone integer not null,
  standing text not null,
  was_dialled integer not null,
  reason text not null,
  leads integer not null,
  primary key (list, standing, zone, was_dialled, reason)
) without rowid;

create table import (
  n integer primary key,
  id text not null unique,
  list integer not null references list (n),
  path text not null,
  options text not null,
  status text not null,
  problem text not null,
  encoding text not null,
  bytes integer not null,
  bytes_read integer not null,
  starts integer not null,
  line integer not null,
  rows integer not null,
  added integer not null,
  changed integer not null,
  unchanged integer not null,
  refused integer not null,
  numbers_refused integer not null,
  refused_bytes integer not null,
  started_at integer not null,
  ended_at integer
);
`;

export const LEAD_INDEXES = `
create unique index lead_person on lead (person, list);
create index lead_fresh on lead (list, zone, priority desc, n) where standing = 'fresh';
create index lead_again on lead (list, zone, due_at, n) where standing = 'again';
create index lead_callback on lead (list, zone, due_at, n) where standing = 'callback';
`;

const TALLY_ROW = (row: 'old' | 'new', by: 1 | -1): string => `
  insert into tally values (${row}.list, ${row}.zone, ${row}.standing, ${row}.attempts > 0, ifnull(${row}.done_reason, ''), ${by})
  on conflict do update set leads = leads + ${by};`;

export const LEAD_TRIGGERS = `
create trigger lead_added after insert on lead begin ${TALLY_ROW('new', 1)} end;
create trigger lead_moved after update of zone, standing, attempts, done_reason on lead
when old.zone <> new.zone or old.standing <> new.standing or (old.attempts > 0) <> (new.attempts > 0)
  or old.done_reason is not new.done_reason
begin ${TALLY_ROW('old', -1)} ${TALLY_ROW('new', 1)} end;
`;

/** What the database may keep of itself in memory, KiB. */
const CACHE_KIB = 65_536;

/**
 * Makes the tables of `lists.db` where they are not, and looks whether they are ours.
 * @returns the mark of this very database, which is in the ids of its leads: those of a lost one name nobody in the next
 * @throws Refused `bad-store` for a database of a later version
 */
export function prepareLists(database: Database): string {
  database.script(`pragma cache_size = -${CACHE_KIB}; pragma temp_store = memory`);
  const { user_version: version } = database.prepare('pragma user_version').get() as { user_version: number };
  if (version > VERSION)
    throw damaged(database.file, 'it was written by a later version: update Carillon, or move it away');
  if (version === 0)
    database.unit(() => {
      database.script(SCHEMA + LEAD_INDEXES + LEAD_TRIGGERS);
      const mark = randomBytes(4).toString('hex');
      database.prepare("insert into about values ('mark', ?), ('settled', '0')").run(mark);
      database.script(`pragma user_version = ${VERSION}`);
    });
  const row = database.prepare("select value from about where name = 'mark'").get() as { value: string };
  return row.value;
}
