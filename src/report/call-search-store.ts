import type { Database, Prepared } from '../store/connect.ts';
import { conditionsOf, DIRECTION_SQL, OUTCOME_SQL, type Part, RECORDED_SQL } from './call-conditions.ts';
import type { CallFilter, CallPlace, FoundCall, FoundCalls } from './call-filter.ts';

/** A page is given after this, full or not, ms: other questions wait. */
const BUDGET_MS = 250;
/** The first stretch of time that is looked through, ms. It grows as long as there is little in it. */
const FIRST_STRETCH_MS = 3_600_000;
const GROWS = 4;
/** A stretch that took longer than this was long enough, ms. */
const LONG_ENOUGH_MS = 40;
/** A recording that was made a moment ago is found after this, ms. */
const FOLDER_KNOWN_MS = 5_000;

/** Questions that are kept ready: an export asks the same one thousands of times. */
const KEPT = 50;

const LAST_ID = '\u{10ffff}';

interface Row extends Omit<FoundCall, 'recorded'> {
  readonly recorded: number;
}

/** Finds calls, the latest first, a stretch of time after the other: so that no question takes long, however rare what it looks for. */
export class CallSearch {
  readonly #database: Database;
  readonly #recordedCalls: () => readonly string[];
  readonly #kept = new Map<string, Prepared>();
  #recorded = { at: Number.NEGATIVE_INFINITY, ids: '[]' };

  /** @param recordedCalls ids of the calls that have a recording among the files */
  constructor(database: Database, recordedCalls: () => readonly string[]) {
    this.#database = database;
    this.#recordedCalls = recordedCalls;
  }

  /** @param before where the page before ended */
  find(filter: CallFilter, limit: number, before?: CallPlace): FoundCalls {
    const parts = conditionsOf(filter, () => this.#inFolder());
    const first = this.#firstStart();
    const from = Math.max(filter.from ?? 0, first ?? 0);
    const items: FoundCall[] = [];
    let place = startOf(filter, before);
    let stretchMs = FIRST_STRETCH_MS;
    const began = performance.now();
    if (first === undefined) return { items };
    place = this.#notAfterLast(place);
    while (place.at >= from) {
      const start = Math.max(from, place.at - stretchMs);
      const asked = performance.now();
      const found = this.#within(parts, start, place, limit - items.length);
      items.push(...found);
      const last = items.at(-1);
      if (items.length >= limit && last) return { items, next: { at: last.startedAt, id: last.id } };
      if (start === from) return { items };
      place = { at: start, id: '' };
      const now = performance.now();
      if (now - began > BUDGET_MS) return { items, next: place };
      if (now - asked < LONG_ENOUGH_MS) stretchMs *= GROWS;
    }
    return { items };
  }

  #within(parts: readonly Part[], start: number, before: CallPlace, limit: number): FoundCall[] {
    const conditions = ['c.started_at >= ?', '(c.started_at, c.id) < (?, ?)', ...parts.map(({ sql }) => sql)];
    const rows = this.#prepared(
      `${COLUMNS} from (select c.id from call c where ${conditions.join(' and ')} order by c.started_at desc, c.id desc limit ?) found
         join call c on c.id = found.id order by c.started_at desc, c.id desc`,
    ).all(
      this.#inFolder(),
      ...[start, before.at, before.id],
      ...parts.flatMap(({ values }) => [...values]),
      limit,
    ) as Row[];
    return rows.map((row) => ({ ...row, recorded: row.recorded === 1 }));
  }

  #prepared(sql: string): Prepared {
    const kept = this.#kept.get(sql) ?? this.#database.prepare(sql);
    if (this.#kept.size >= KEPT) this.#kept.clear();
    this.#kept.set(sql, kept);
    return kept;
  }

  #firstStart(): number | undefined {
    return this.#endOf('asc')?.at;
  }

  /** Nobody looks through years in which nothing is. */
  #notAfterLast(place: CallPlace): CallPlace {
    const last = this.#endOf('desc');
    return last && last.at < place.at ? { at: last.at, id: LAST_ID } : place;
  }

  #endOf(order: 'asc' | 'desc'): { readonly at: number } | undefined {
    return this.#database
      .prepare(`select started_at as at from call order by started_at ${order} limit 1`)
      .get() as { at: number } | undefined;
  }

  #inFolder(): string {
    const now = performance.now();
    if (now - this.#recorded.at > FOLDER_KNOWN_MS)
      this.#recorded = { at: now, ids: JSON.stringify(this.#recordedCalls()) };
    return this.#recorded.ids;
  }
}

const COLUMNS = `select c.id, ${DIRECTION_SQL} as direction, ${OUTCOME_SQL} as outcome,
  c.ani, c.ani_name as aniName, c.dnis, c.customer_id as customerId,
  (select name from customer where id = c.customer_id) as customerName,
  c.tier, c.campaign_id as campaignId, c.queue, c.agent_id as agentId,
  (select name from agent where id = c.agent_id) as agentName,
  c.started_at as startedAt, c.connected_at as connectedAt, c.ended_at as endedAt,
  c.ended_by as endedBy, c.end_cause as endCause, c.waited_ms as waitedMs, c.talked_ms as talkedMs,
  ${RECORDED_SQL} as recorded,
  coalesce((select group_concat(word, ', ') from (
    select distinct reason as word from call_note where call = c.id and done_at is not null and reason <> ''
    union select result from attempt where id = substr(c.id, 6) and result is not null)), '') as dispositions,
  coalesce((select max(sale) from call_note where call = c.id and done_at is not null), '') as sale,
  coalesce((select group_concat(word, char(10)) from (
    select text as word from call_note where call = c.id and done_at is not null and text <> ''
    union all select note from attempt where id = substr(c.id, 6) and note <> '')), '') as note`;

function startOf({ to }: CallFilter, before: CallPlace | undefined): CallPlace {
  const end = to === undefined ? { at: Number.MAX_SAFE_INTEGER, id: '' } : { at: to, id: '' };
  if (!before) return end;
  return before.at < end.at ? before : end;
}
