import type { LogEvent } from '../engine/changes.ts';
import type { Database } from '../store/connect.ts';
import { REPORTED } from './fold.ts';

/** Of what is long only what is summed is taken out of the database. */
const DATA = `iif(type = 'CallOffered', '{}', iif(type in ('CallQueued', 'CallRequeued'), json_object('queue', data ->> 'queue',
  'tier', data ->> 'tier', 'since', data ->> 'since', 'from', data ->> 'from', 'goal', data ->> 'goal', 'targetMs', data ->> 'targetMs'),
  iif(type = 'AgentStateChanged', json_object('state', data ->> 'state', 'reason', data ->> 'reason'), data)))`;

interface Row {
  readonly type: string;
  readonly version: number;
  readonly at: number;
  readonly call: string | null;
  readonly agent: string | null;
  readonly data: string;
}

/** A piece of the log, as far as reports are made of it. */
export interface Piece {
  readonly events: readonly LogEvent[];
  /** The last row that was looked at; 0 when the log is empty. */
  readonly seq: number;
  /** When it was, UTC ms. */
  readonly at: number;
  readonly isEnd: boolean;
}

/** The centre's database as reports read it. */
export class ReportedLog {
  readonly #database: Database;
  readonly #piece;
  readonly #place;
  readonly #branches;

  constructor(database: Database) {
    this.#database = database;
    const types = REPORTED.map((type) => `'${type}'`).join(', ');
    this.#piece = database.prepare(
      `select type, version, at, call, agent, ${DATA} as data from event where seq > ? and seq <= ? and type in (${types}) order by seq`,
    );
    this.#place = database.prepare('select at from event where seq = ?');
    this.#branches = database.prepare(
      `select (select branch from customer where id = c.customer_id) as customer,
         (select branch from agent where id = coalesce(?, c.agent_id)) as agent,
         coalesce((select branch from campaign where id = c.campaign_id), (select branch from outbound_campaign where id = c.campaign_id)) as campaign
       from call c where c.id = ?`,
    );
  }

  /** The last row there is; 0 for none. */
  last(): number {
    return this.#end('desc');
  }

  /** The rows after `after`, so many at most. @param last what `last` told */
  piece(after: number, rows: number, last: number): Piece {
    const start = Math.max(after, this.#end('asc') - 1);
    const seq = Math.min(start + rows, last);
    const found = this.#piece.all(start, seq) as Row[];
    const at = (this.#place.get(seq) as { at: number } | undefined)?.at ?? found.at(-1)?.at ?? 0;
    return { events: found.map(eventOf), seq, at, isEnd: seq >= last };
  }

  /** The branches of a call's customer, agent and campaign, as JSON; the head office where there is none of them. */
  branchesOf(call: string, agent: string | undefined): string {
    const row = this.#branches.get(agent ?? null, call) as Record<string, string | null> | undefined;
    const branches = [...new Set(Object.values(row ?? {}).filter((branch) => branch !== null))].sort();
    return JSON.stringify(branches.length === 0 ? [''] : branches);
  }

  #end(order: 'asc' | 'desc'): number {
    const row = this.#database.prepare(`select seq from event order by seq ${order} limit 1`).get();
    return (row as { seq: number } | undefined)?.seq ?? 0;
  }
}

function eventOf({ type, version, at, call, agent, data }: Row): LogEvent {
  return {
    type,
    version,
    at,
    ...(call !== null && { call }),
    ...(agent !== null && { agent }),
    data: JSON.parse(data) as LogEvent['data'],
  };
}
