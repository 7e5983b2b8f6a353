import type { Agent } from '../agent/agent.ts';
import { allAgents } from '../agent/store.ts';
import { messageOf } from '../base/errors.ts';
import type { RoutingSurroundings } from '../engine/routing-names.ts';
import { storeFile } from '../setup/prepare.ts';
import { seedDemonstration } from '../setup/seed.ts';
import type { Settings } from '../setup/settings.ts';
import { connect } from '../store/connect.ts';
import { migrate } from '../store/migrate.ts';
import { readDatabase } from '../store/read-only.ts';
import { readFlowFolder } from './flow-folder.ts';
import { knowledgeOf } from './knowledge.ts';

/** The agents and calendars that the rules are checked against; `remark` says what was not to be had, '' when all was. */
export async function routingSurroundings(
  settings: Settings,
): Promise<RoutingSurroundings & { readonly remark: string }> {
  const [calendars, staff] = await Promise.all([calendarsOf(settings), agentsOf(settings.data)]);
  return { ...staff, ...(calendars ? { calendars } : {}) };
}

async function calendarsOf(settings: Settings): Promise<readonly string[] | undefined> {
  try {
    const { knowledge } = await knowledgeOf(settings);
    const { shared } = await readFlowFolder(settings.flows, knowledge);
    return Object.keys(shared.calendars);
  } catch {
    // The folder of flows has a command of its own that says what is wrong with it.
    return undefined;
  }
}

async function agentsOf(data: string): Promise<{ agents?: readonly Agent[]; remark: string }> {
  try {
    const agents = await readDatabase(storeFile(data), async (database) => allAgents(database));
    if (agents) return { agents, remark: '' };
  } catch (thrown) {
    return { remark: `agents were not checked: ${messageOf(thrown)}` };
  }
  return { agents: await demonstrationAgents(), remark: '' };
}

/** Before the first start, those whom it would put in. */
async function demonstrationAgents(): Promise<readonly Agent[]> {
  const database = connect(':memory:');
  try {
    const now = Date.now();
    migrate(database, now);
    await seedDemonstration(database, now);
    return allAgents(database);
  } finally {
    database.close();
  }
}
