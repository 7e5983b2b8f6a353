import { and, asc, desc, eq, gte, inArray, lt, max, ne, sum } from 'drizzle-orm';
import type { EventWriter, StepLeft } from '../engine/changes.ts';
import type { Database } from '../store/connect.ts';
import { SHARED_FILE } from './flow-set.ts';
import type { FlowArchive, FlowVersion, Release } from './history.ts';
import { type StepStat, stepStats } from './statistics.ts';
import { flowReleaseTable, flowVersionTable, stepStatTable } from './table.ts';

const HOUR_MS = 3_600_000;

/** The version of a flow that is gone. No text has this name. */
const WITHDRAWN = '';

/** Prepares the counting of steps that callers left, for use inside a unit of work. */
export function stepCounter(database: Database): (left: readonly StepLeft[]) => void {
  const add = database.prepare(
    `insert into step_stat (flow, version, step, exit, hour, count, total_ms) values (?, ?, ?, ?, ?, ?, ?)
     on conflict (flow, hour, version, step, exit) do update set
     count = count + excluded.count, total_ms = total_ms + excluded.total_ms`,
  );
  return (left) => {
    for (const { flow, version, step, exit, hour, count, totalMs } of summed(left))
      add.run(flow, version, step, exit, hour, count, totalMs);
  };
}

/** A commit may hold many callers who left the same step: one write for all of them. */
function summed(left: readonly StepLeft[]): Iterable<typeof stepStatTable.$inferInsert> {
  const sums = new Map<string, typeof stepStatTable.$inferInsert>();
  for (const { flow, version, step, exit, at, ms } of left) {
    const hour = hourOf(at);
    const key = JSON.stringify([flow, version, step, exit, hour]);
    const { count = 0, totalMs = 0 } = sums.get(key) ?? {};
    sums.set(key, { flow, version, step, exit, hour, count: count + 1, totalMs: totalMs + Math.round(ms) });
  }
  return sums.values();
}

function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS) * HOUR_MS;
}

export interface StepQuery {
  readonly flow: string;
  /** All versions together if unset. */
  readonly version?: string;
  /** When the step was left, UTC ms: from (inclusive) to (exclusive). Every hour counts whole that is touched. */
  readonly from: number;
  readonly to: number;
}

/** What became of callers in the steps of a flow. */
export class StepStats {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Per step, by name. @param live callers who are in a step now, by step */
  async of(
    { flow, version, from, to }: StepQuery,
    live: ReadonlyMap<string, number> = new Map(),
  ): Promise<StepStat[]> {
    const { step, exit, hour, count, totalMs } = stepStatTable;
    const sums = this.#database.query
      .select({ step, exit, count: sum(count).mapWith(Number), totalMs: sum(totalMs).mapWith(Number) })
      .from(stepStatTable)
      .where(
        and(
          eq(stepStatTable.flow, flow),
          version === undefined ? undefined : eq(stepStatTable.version, version),
          gte(hour, hourOf(from)),
          lt(hour, to),
        ),
      )
      .groupBy(step, exit)
      .orderBy(asc(step), asc(exit))
      .all();
    return stepStats(sums, live);
  }
}

/** Every version of the flows, and who let callers into it when. */
export class FlowHistory implements FlowArchive {
  readonly #database: Database;
  readonly #events: EventWriter;

  constructor(database: Database, events: EventWriter) {
    this.#database = database;
    this.#events = events;
  }

  async release(flow: FlowVersion, at: number, by: string): Promise<void> {
    const { name, version, file, signatures = {} } = flow;
    this.#events.commit(() => {
      const { query } = this.#database;
      // The same words may move to another file, and be read beside other flows.
      query
        .insert(flowVersionTable)
        .values({ ...flow, signatures })
        .onConflictDoUpdate({
          target: [flowVersionTable.name, flowVersionTable.version],
          set: { file, signatures },
        })
        .run();
      if (this.#last(name) === version) return [];
      query.insert(flowReleaseTable).values({ name, version, at, by }).run();
      return [{ type: 'FlowReleased', version: 1, at, data: { flow: name, version, by } }];
    });
  }

  async withdraw(name: string, at: number, by: string): Promise<void> {
    this.#events.commit(() => {
      if (!this.#last(name)) return [];
      this.#database.query.insert(flowReleaseTable).values({ name, version: WITHDRAWN, at, by }).run();
      return [{ type: 'FlowWithdrawn', version: 1, at, data: { flow: name, by } }];
    });
  }

  async find(name: string, version: string): Promise<FlowVersion | undefined> {
    return this.#database.query
      .select()
      .from(flowVersionTable)
      .where(and(eq(flowVersionTable.name, name), eq(flowVersionTable.version, version)))
      .get();
  }

  async holds(file: string, text: string): Promise<boolean> {
    const found = this.#database.query
      .select({ version: flowVersionTable.version })
      .from(flowVersionTable)
      .where(and(eq(flowVersionTable.file, file), eq(flowVersionTable.text, text)))
      .limit(1)
      .get();
    return found !== undefined;
  }

  async live(): Promise<FlowVersion[]> {
    const { query } = this.#database;
    const { name, version, seq } = flowReleaseTable;
    const last = query
      .select({ seq: max(seq) })
      .from(flowReleaseTable)
      .groupBy(name);
    const rows = query
      .select({ flow: flowVersionTable })
      .from(flowReleaseTable)
      .innerJoin(
        flowVersionTable,
        and(eq(flowVersionTable.name, name), eq(flowVersionTable.version, version)),
      )
      .where(inArray(seq, last))
      .orderBy(asc(seq))
      .all();
    return rows.map((row) => row.flow);
  }

  async releases(name: string): Promise<Release[]> {
    const { version, at, by, seq } = flowReleaseTable;
    return this.#database.query
      .select({ version, at, by })
      .from(flowReleaseTable)
      .where(eq(flowReleaseTable.name, name))
      .orderBy(desc(seq))
      .all();
  }

  /** Of every flow that callers ever entered. */
  async names(): Promise<string[]> {
    const { name } = flowReleaseTable;
    const rows = this.#database.query
      .selectDistinct({ name })
      .from(flowReleaseTable)
      .where(ne(name, SHARED_FILE))
      .orderBy(asc(name))
      .all();
    return rows.map((row) => row.name);
  }

  /** The version that callers enter now, '' for a flow that is gone. */
  #last(name: string): string | undefined {
    const { version, seq } = flowReleaseTable;
    return this.#database.query
      .select({ version })
      .from(flowReleaseTable)
      .where(eq(flowReleaseTable.name, name))
      .orderBy(desc(seq))
      .limit(1)
      .get()?.version;
  }
}
