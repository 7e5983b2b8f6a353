import type { Database } from '../store/connect.ts';
import type { AgentDispositions, AgentNotes } from './agent-report.ts';

/** What agents noted, and who they are, in the centre's database. */
export class AgentFactsStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Of calls that were noted, from (inclusive) to (exclusive), UTC ms. */
  notes(from: number, to: number): AgentNotes[] {
    return this.#database
      .prepare(
        `select agent, sum(sale in ('offered', 'sold')) as opportunities, sum(sale = 'sold') as successes
         from call_note where done_at >= ? and done_at < ? group by agent`,
      )
      .all(from, to) as AgentNotes[];
  }

  /** Of attempts that were made then. */
  dispositions(from: number, to: number): AgentDispositions[] {
    return this.#database
      .prepare(
        `select agent, coalesce(result, '') as result, count(*) as attempts
         from attempt where at >= ? and at < ? and agent is not null group by agent, result`,
      )
      .all(from, to) as AgentDispositions[];
  }

  /** The agents of these branches, all if undefined. */
  ofBranches(branches: readonly string[] | undefined): { readonly id: string; readonly name: string }[] {
    const own = branches ? ' where branch in (select value from json_each(?))' : '';
    const values = branches ? [JSON.stringify(branches)] : [];
    return this.#database.prepare(`select id, name from agent${own} order by id`).all(...values) as {
      id: string;
      name: string;
    }[];
  }
}
