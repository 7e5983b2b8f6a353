import { connect, type Database } from '../../../store/connect.ts';
import { migrate } from '../../../store/migrate.ts';

const DAY_MS = 86_400_000;
/** The calls are of so many days, the last of them yesterday. */
export const DAYS = 90;
/** Of so many of the latest calls there are events: six each. */
export const WITH_EVENTS = 100_000;
export const AGENTS = 300;

/**
 * Fills a centre's database with calls, written straight into its tables: one in ten was given up, one in three is of a customer, one in a
 * hundred has a note.
 * @param now UTC ms
 */
export function fillCalls(file: string, calls: number, now: number): void {
  const database = connect(file);
  try {
    migrate(database, now);
    database.script('pragma synchronous = off');
    const start = now - DAYS * DAY_MS;
    database.unit(() => {
      people(database);
      callRows(database, calls, start, (DAYS * DAY_MS) / calls);
      noteRows(database);
      eventRows(database);
    });
    database.script('pragma wal_checkpoint(truncate)');
  } finally {
    database.close();
  }
}

/** Numbers from 0. */
const rows = (count: number): string =>
  `with recursive row (n) as (select 0 union all select n + 1 from row where n < ${count - 1})`;
const agent = `'a' || (1000 + n % ${AGENTS})`;
/** In no order, so that neighbours differ. */
const mixed = '((n * 7919) % 1000003)';

function people(database: Database): void {
  database.script(`
    insert into branch (id, name, parent) values ('wuhan', '武汉', ''), ('beijing', '北京', '');
    ${rows(AGENTS)} insert into agent (id, name, home_extension, skills, state, branch)
      select 'a' || (1000 + n), '坐席' || n, '1' || n, '{}', '{"at":"logged-out","since":0}', iif(n % 10 = 0, 'wuhan', '') from row;
    ${rows(20_000)} insert into customer (id, name, tier, language, note, branch)
      select 'cu' || n, '客户' || n, iif(n % 5 = 0, 'vip', 'gold'), 'zh-CN', '', iif(n % 50 = 0, 'beijing', '') from row;`);
}

function callRows(database: Database, calls: number, start: number, everyMs: number): void {
  const answered = `${mixed} % 10 <> 0`;
  database.script(`
    ${rows(calls)} insert into call (id, channel, source, ani, ani_name, dnis, customer_id, tier, language, queue, agent_id,
      started_at, connected_at, ended_at, ended_by, end_cause, waited_ms, talked_ms)
    select 'call-' || printf('%08d', n), 'ch-' || n, 'outside', printf('138%08d', ${mixed}), '', '95533',
      iif(${mixed} % 3 = 0, 'cu' || (${mixed} % 20000), null), 'gold', 'zh-CN', iif(n % 4 = 0, 'loans', 'cards'),
      iif(${answered}, ${agent}, null), at, iif(${answered}, at + 12000, null), at + 120000,
      iif(${mixed} % 2 = 0, 'caller', 'carillon'), 'normal', 12000, iif(${answered}, 108000, 0)
    from (select n, cast(${start} + n * ${everyMs} as integer) as at from row);`);
}

function noteRows(database: Database): void {
  database.script(`
    insert into call_note (call, agent, version, text, reason, sale, at, done_at)
    select id, agent_id, 1, '客户咨询' || rowid || '，已答复。', 'inquiry', iif(rowid % 3 = 0, 'sold', 'offered'), ended_at, ended_at
    from call where rowid % 100 = 0 and agent_id is not null;`);
}

function eventRows(database: Database): void {
  const of = `select id, agent_id, queue, started_at as at, row_number() over (order by started_at) as n
    from (select * from call order by started_at desc limit ${WITH_EVENTS})`;
  const insert = 'insert into event (type, version, at, call, agent, data)';
  const who = `coalesce(agent_id, 'a1000')`;
  database.script(`
    ${insert}
    select type, 1, at + after, iif(type = 'AgentStateChanged', null, id), iif(type in ('CallQueued', 'CallEnded'), null, ${who}),
      iif(type = 'AgentStateChanged', json_object('state', state), json_object('queue', queue, 'tier', 'gold', 'since', at, 'goal', 0.8,
        'targetMs', 20000, 'queueWaitedMs', 12000, 'abandoned', json(iif(agent_id is null, 'true', 'false'))))
    from (${of}) join (
      select 1 as step, 'CallQueued' as type, 0 as after, '' as state
      union all select 2, 'AgentStateChanged', 12000, 'talking'
      union all select 3, 'CallConnected', 12000, ''
      union all select 4, 'AgentStateChanged', 120000, 'wrap-up'
      union all select 5, 'CallEnded', 120000, ''
      union all select 6, 'AgentStateChanged', 130000, 'ready')
    where agent_id is not null or type in ('CallQueued', 'CallEnded')
    order by at + after, n, step;`);
}
