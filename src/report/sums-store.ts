import type { Database } from '../store/connect.ts';
import type { AgentSums } from './agent-report.ts';
import type { UnderWay } from './fold.ts';
import type { LaneSums, StaffTime } from './interval-report.ts';
import {
  AGENT_COUNTS,
  type AgentCounts,
  LONGEST,
  noAgentCounts,
  QUEUE_COUNTS,
  type QueueCounts,
  type Sums,
} from './sums.ts';
import { SUMS_VERSION, sumsSchema } from './sums-schema.ts';

const QUEUE_KEY = ['at', 'queue', 'tier', 'branches'];
const AGENT_KEY = ['at', 'agent'];
const TIME_KEY = ['at', 'agent', 'state', 'reason'];

/** Where the log was left, and what was under way there. */
export interface Bookmark {
  readonly seq: number;
  /** When its last event was, UTC ms. */
  readonly at: number;
  readonly underWay: UnderWay;
}

const BEGINNING: Bookmark = { seq: 0, at: 0, underWay: { waits: {}, agents: {} } };

/** Keeps what was summed, in a database of its own: it can be summed anew at any time, as far back as the log goes. */
export class SumsStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    if (!isOfThisVersion(database)) this.forget();
  }

  /** Everything is summed anew. */
  forget(): void {
    this.#database.unit(() => {
      for (const table of ['about', 'branch_set', 'queue_sum', 'agent_sum', 'agent_time'])
        this.#database.script(`drop table if exists ${table}`);
      this.#database.script(sumsSchema(QUEUE_COUNTS, AGENT_COUNTS));
      this.#note('version', SUMS_VERSION);
    });
  }

  bookmark(): Bookmark {
    const row = this.#database.prepare(`select value from about where name = 'bookmark'`).get();
    return row ? (JSON.parse((row as { value: string }).value) as Bookmark) : BEGINNING;
  }

  /** All of it, or nothing. */
  add(sums: Sums, bookmark: Bookmark): void {
    const queue = this.#adder('queue_sum', QUEUE_KEY, QUEUE_COUNTS);
    const agent = this.#adder('agent_sum', AGENT_KEY, AGENT_COUNTS);
    const time = this.#adder('agent_time', TIME_KEY, ['ms']);
    const branches = this.#database.prepare('insert or ignore into branch_set (branches) values (?)');
    this.#database.unit(() => {
      for (const row of sums.queues) {
        queue(row);
        branches.run(row.branches);
      }
      for (const row of sums.agents) agent(row);
      for (const row of sums.times) time(row);
      this.#note('bookmark', JSON.stringify(bookmark));
    });
  }

  /**
   * What came of callers in each interval.
   * @param starts beginnings of the intervals, and the end of the last one
   * @param queues only these; @param branches only calls of these; undefined: all
   */
  lanes(starts: readonly number[], queues?: readonly string[], branches?: readonly string[]): LaneSums[] {
    const sets = branches && this.#setsWith(new Set(branches));
    const conditions = [
      ...(queues ? ['queue in (select value from json_each(?))'] : []),
      ...(sets ? ['branches in (select value from json_each(?))'] : []),
    ];
    const values = [queues, sets].flatMap((list) => (list ? [JSON.stringify(list)] : []));
    const summed = QUEUE_COUNTS.map((name) => `${name === LONGEST ? 'max' : 'sum'}("${name}") as "${name}"`);
    const statement = this.#database.prepare(
      `select queue, tier, ${summed.join(', ')} from queue_sum where ${['at >= ? and at < ?', ...conditions].join(' and ')} group by queue, tier`,
    );
    return stretches(starts).flatMap(([at, end]) =>
      (statement.all(at, end, ...values) as ({ queue: string; tier: string } & QueueCounts)[]).map(
        ({ queue, tier, ...counts }) => ({ at, queue, tier, counts }),
      ),
    );
  }

  /** Time of these agents, all if undefined, in each interval. @param starts as in `lanes` */
  staff(starts: readonly number[], agents?: readonly string[]): StaffTime[] {
    const statement = this.#database.prepare(
      `select coalesce(sum(case when state in ('reserved', 'ringing', 'talking', 'hold', 'wrap-up') then ms end), 0) as busyMs,
         coalesce(sum(case when state = 'ready' then ms end), 0) as readyMs, coalesce(sum(ms), 0) as loggedInMs
       from agent_time where at >= ? and at < ?${agents ? ' and agent in (select value from json_each(?))' : ''}`,
    );
    const values = agents ? [JSON.stringify(agents)] : [];
    return stretches(starts).map(([at, end]) => ({
      at,
      ...(statement.get(at, end, ...values) as Omit<StaffTime, 'at'>),
    }));
  }

  /** What was summed of agents, from (inclusive) to (exclusive), UTC ms. */
  agents(from: number, to: number): AgentSums[] {
    const summed = AGENT_COUNTS.map((name) => `sum("${name}") as "${name}"`).join(', ');
    const counts = new Map(
      (
        this.#database
          .prepare(`select agent, ${summed} from agent_sum where at >= ? and at < ? group by agent`)
          .all(from, to) as ({ agent: string } & AgentCounts)[]
      ).map(({ agent, ...rest }) => [agent, rest]),
    );
    const times = this.#database
      .prepare(
        'select agent, state, reason, sum(ms) as ms from agent_time where at >= ? and at < ? group by agent, state, reason',
      )
      .all(from, to) as { agent: string; state: string; reason: string; ms: number }[];
    const byAgent = Map.groupBy(times, ({ agent }) => agent);
    return [...new Set([...counts.keys(), ...byAgent.keys()])].map((agent) => ({
      agent,
      counts: counts.get(agent) ?? noAgentCounts(),
      times: (byAgent.get(agent) ?? []).map(({ agent: _agent, ...time }) => time),
    }));
  }

  /** The names of queues that ever had a caller. */
  queues(): string[] {
    const rows = this.#database.prepare('select distinct queue from queue_sum order by queue').all();
    return (rows as { queue: string }[]).map(({ queue }) => queue);
  }

  close(): void {
    this.#database.close();
  }

  #setsWith(branches: ReadonlySet<string>): string[] {
    const rows = this.#database.prepare('select branches from branch_set').all() as { branches: string }[];
    return rows
      .map(({ branches: set }) => set)
      .filter((set) => (JSON.parse(set) as string[]).some((branch) => branches.has(branch)));
  }

  #adder(table: string, key: readonly string[], names: readonly string[]): (row: object) => void {
    const columns = [...key, ...names];
    const more = names.map((name) =>
      name === LONGEST
        ? `"${name}" = max("${name}", excluded."${name}")`
        : `"${name}" = "${name}" + excluded."${name}"`,
    );
    const statement = this.#database.prepare(
      `insert into ${table} (${columns.map((name) => `"${name}"`).join(', ')}) values (${columns.map(() => '?').join(', ')})
       on conflict (${key.join(', ')}) do update set ${more.join(', ')}`,
    );
    return (row) => {
      const values = row as Readonly<Record<string, string | number>>;
      statement.run(...columns.map((name) => values[name] ?? 0));
    };
  }

  #note(name: string, value: string): void {
    this.#database
      .prepare(
        'insert into about (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
      )
      .run(name, value);
  }
}

function isOfThisVersion(database: Database): boolean {
  const about = database.prepare(`select 1 from sqlite_schema where name = 'about'`).get();
  const row = about && database.prepare(`select value from about where name = 'version'`).get();
  return (row as { value?: string } | undefined)?.value === SUMS_VERSION;
}

/** Each beginning with the next one. */
function stretches(starts: readonly number[]): [number, number][] {
  return starts.slice(0, -1).map((start, index) => [start, starts[index + 1]!]);
}
