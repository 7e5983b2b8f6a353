import { randomBytes } from 'node:crypto';
import { and, asc, eq, ne } from 'drizzle-orm';
import { Refused } from '../base/errors.ts';
import type { Authorship, EventWriter, LogEvent } from '../engine/changes.ts';
import type { Database } from '../store/connect.ts';
import { known } from '../store/known.ts';
import { upserter } from '../store/writer.ts';
import type { Agent } from './agent.ts';
import { areScores } from './skills.ts';
import { storedState } from './stored-state.ts';
import { agentTable, phoneTable } from './table.ts';
import { hasWebPhone, webPhoneOf } from './web-phone.ts';

/** A SIP account of one of our phones. The password goes to the PBX's configuration and nowhere else. */
export type Phone = typeof phoneTable.$inferSelect;
/** One that is put in: on a desk, and of the head office, unless it says otherwise. */
export type NewPhone = typeof phoneTable.$inferInsert;

/**
 * Prepares the writing of agents' states, for use inside a unit of work. Everything else is written only with a new agent: it
 * is the administrator's.
 */
export function agentStateWriter(database: Database): (agent: Agent) => void {
  const write = upserter(database, agentTable, ['state']);
  return (agent) => write(rowOf(agent));
}

/** All agents with the states they were in, by id. @throws Refused `bad-agent` for a row that matching would fail at */
export function allAgents(database: Database): Agent[] {
  return database.query.select().from(agentTable).orderBy(asc(agentTable.id)).all().map(agentOf).map(checked);
}

function agentOf({ branch, ...row }: typeof agentTable.$inferSelect): Agent {
  return { ...known(row), ...(branch !== '' && { branch }) };
}

function checked(agent: Agent): Agent {
  const isMap = typeof agent.attributes === 'object' && !Array.isArray(agent.attributes);
  if (areScores(agent.skills) && isMap) return { ...agent, state: storedState(agent.state) };
  throw new Refused(
    'bad-agent',
    `The skills of agent ${agent.id} in the database are not a score per skill, such as {"service": 8}, or his attributes are not a value per name. Mend them, then start again.`,
  );
}

function rowOf(agent: Agent): typeof agentTable.$inferInsert {
  const { attributes = {}, outside = null, branch = '' } = agent;
  return { ...agent, attributes, outside, branch };
}

/** Agents as the administrator keeps them, and the phones that there are. */
export class AgentStore {
  readonly #database: Database;
  readonly #events: EventWriter;

  constructor(database: Database, events: EventWriter) {
    this.#database = database;
    this.#events = events;
  }

  /**
   * Adds an agent, or changes everything of him but his state.
   * @param made goes to the log as `AgentChanged`; what set-up puts in does not
   * @throws Refused `phone-taken` when his home phone is another agent's
   */
  async save(agent: Agent, made?: Authorship): Promise<void> {
    const { id: _id, state: _state, ...facts } = rowOf(agent);
    this.#events.commit(() => {
      this.#checkFree(agent);
      this.#database.query
        .insert(agentTable)
        .values(rowOf(agent))
        .onConflictDoUpdate({ target: agentTable.id, set: facts })
        .run();
      this.#keepWebPhone(agent);
      return made ? [changeOf('AgentChanged', agent, made)] : [];
    });
  }

  /** Forgets an agent; the log keeps what he did. */
  async remove(agent: Agent, made: Authorship): Promise<void> {
    this.#events.commit(() => {
      this.#database.query.delete(agentTable).where(eq(agentTable.id, agent.id)).run();
      this.#dropWebPhone(agent);
      return [changeOf('AgentRemoved', agent, made)];
    });
  }

  /** True for the id of an agent on file. */
  async isAgent(id: string): Promise<boolean> {
    const { query } = this.#database;
    return (
      query.select({ id: agentTable.id }).from(agentTable).where(eq(agentTable.id, id)).get() !== undefined
    );
  }

  /** The branch that an agent belongs to; undefined where there is no such agent. */
  branchOf(id: string): string | undefined {
    const { branch } = agentTable;
    return this.#database.query.select({ branch }).from(agentTable).where(eq(agentTable.id, id)).get()
      ?.branch;
  }

  #checkFree({ id, homeExtension }: Agent): void {
    if (homeExtension === '') return;
    const other = this.#database.query
      .select()
      .from(agentTable)
      .where(and(eq(agentTable.homeExtension, homeExtension), ne(agentTable.id, id)))
      .get();
    if (other)
      throw new Refused(
        'phone-taken',
        `${homeExtension} is the home phone of ${other.name} (${other.id}): give one of the two another`,
        { extension: homeExtension, agent: other.id },
      );
  }

  /** By extension, passwords included. */
  async phones(): Promise<Phone[]> {
    return this.#database.query.select().from(phoneTable).orderBy(asc(phoneTable.extension)).all();
  }

  async phone(extension: string): Promise<Phone | undefined> {
    return this.#database.query.select().from(phoneTable).where(eq(phoneTable.extension, extension)).get();
  }

  async savePhone(phone: NewPhone): Promise<void> {
    const { password, name } = phone;
    this.#database.query
      .insert(phoneTable)
      .values(phone)
      .onConflictDoUpdate({ target: phoneTable.extension, set: { password, name } })
      .run();
  }

  /** Makes the phones in pages that are missing, such as those of agents of a version before this one. */
  async completeWebPhones(): Promise<void> {
    for (const agent of allAgents(this.#database)) this.#keepWebPhone(agent);
  }

  /** Gives the phone in the page of an agent another secret. */
  async renewWebPhone(agent: string): Promise<void> {
    this.#database.query
      .update(phoneTable)
      .set({ password: newSecret() })
      .where(eq(phoneTable.extension, webPhoneOf(agent)))
      .run();
  }

  /** The account of his phone in the page goes with the agent; its secret stays as it was made. */
  #keepWebPhone(agent: Agent): void {
    if (!hasWebPhone(agent)) return this.#dropWebPhone(agent);
    const { name, branch = '' } = agent;
    const phone = {
      extension: webPhoneOf(agent.id),
      password: newSecret(),
      name,
      branch,
      kind: 'web',
    } as const;
    this.#database.query
      .insert(phoneTable)
      .values(phone)
      .onConflictDoUpdate({ target: phoneTable.extension, set: { name, branch } })
      .run();
  }

  #dropWebPhone({ id }: Agent): void {
    this.#database.query
      .delete(phoneTable)
      .where(eq(phoneTable.extension, webPhoneOf(id)))
      .run();
  }
}

function newSecret(): string {
  return randomBytes(24).toString('base64url');
}

/** Scores and attributes are on file, not in the log. */
function changeOf(
  type: 'AgentChanged' | 'AgentRemoved',
  { id, name }: Agent,
  { by, at }: Authorship,
): LogEvent {
  return { type, version: 1, at, agent: id, data: { name, by } };
}
