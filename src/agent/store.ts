import { asc, eq } from 'drizzle-orm';
import { Refused } from '../base/errors.ts';
import type { Database } from '../store/connect.ts';
import { upserter } from '../store/writer.ts';
import type { Agent } from './agent.ts';
import { areScores } from './skills.ts';
import { agentTable, phoneTable } from './table.ts';

/** A SIP account of one of our phones. The password goes to the PBX's configuration and nowhere else. */
export type Phone = typeof phoneTable.$inferSelect;

/**
 * Prepares the writing of agents' states, for use inside a unit of work. Name and skills are written only with a new
 * agent: they are the administrator's.
 */
export function agentStateWriter(database: Database): (agent: Agent) => void {
  return upserter(database, agentTable, ['state']);
}

/** All agents with the states they were in, by id. @throws Refused `bad-agent` for a row that matching would fail at */
export function allAgents(database: Database): Agent[] {
  return database.query.select().from(agentTable).orderBy(asc(agentTable.id)).all().map(checked);
}

function checked(agent: Agent): Agent {
  if (areScores(agent.skills)) return agent;
  throw new Refused(
    'bad-agent',
    `The skills of agent ${agent.id} in the database are not a score per skill, such as {"service": 8}. Mend them, then start again.`,
  );
}

/** Agents as the administrator keeps them, and the phones that there are. */
export class AgentStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds an agent, or changes his name, home and skills; the state of one who is there stays. */
  async save(agent: Agent): Promise<void> {
    const { name, homeExtension, skills } = agent;
    this.#database.query
      .insert(agentTable)
      .values(agent)
      .onConflictDoUpdate({ target: agentTable.id, set: { name, homeExtension, skills } })
      .run();
  }

  /** By extension, passwords included. */
  async phones(): Promise<Phone[]> {
    return this.#database.query.select().from(phoneTable).orderBy(asc(phoneTable.extension)).all();
  }

  async phone(extension: string): Promise<Phone | undefined> {
    return this.#database.query.select().from(phoneTable).where(eq(phoneTable.extension, extension)).get();
  }

  async savePhone(phone: Phone): Promise<void> {
    const { password, name } = phone;
    this.#database.query
      .insert(phoneTable)
      .values(phone)
      .onConflictDoUpdate({ target: phoneTable.extension, set: { password, name } })
      .run();
  }
}
