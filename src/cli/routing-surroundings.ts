import type { Agent } from '../agent/agent.ts';
import { allAgents } from '../agent/store.ts';
import { messageOf } from '../base/errors.ts';
import { CampaignStore } from '../campaign/store.ts';
import type { RoutingSurroundings } from '../engine/routing-names.ts';
import { EventLog } from '../engine/store.ts';
import { storeFile } from '../setup/prepare.ts';
import { seedDemonstration } from '../setup/seed.ts';
import type { Settings } from '../setup/settings.ts';
import { connect, type Database } from '../store/connect.ts';
import { migrate } from '../store/migrate.ts';
import { readDatabase } from '../store/read-only.ts';
import { readFlowFolder } from './flow-folder.ts';
import { knowledgeOf } from './knowledge.ts';

/** Who sends callers to a queue. */
export interface QueueUse {
  readonly queue: string;
  /** `file:line` of a flow, or a campaign. */
  readonly by: string;
}

interface Surroundings extends RoutingSurroundings {
  readonly uses: readonly QueueUse[];
  readonly remark: string;
}

interface Stored {
  readonly agents?: readonly Agent[];
  readonly uses: readonly QueueUse[];
}

/** What the rules are checked against; `remark` says what was not to be had, '' when all was. */
export async function routingSurroundings(settings: Settings): Promise<Surroundings> {
  const [flows, { uses, ...stored }] = await Promise.all([flowsOf(settings), storedIn(settings.data)]);
  return { ...flows, ...stored, uses: [...flows.uses, ...uses] };
}

async function flowsOf(settings: Settings): Promise<Pick<Surroundings, 'calendars' | 'uses'>> {
  try {
    const { knowledge } = await knowledgeOf(settings);
    const { shared, flows } = await readFlowFolder(settings.flows, knowledge);
    const uses = flows.flatMap(({ file, mentions }) =>
      mentions
        .filter(({ kind }) => kind === 'queue')
        .map(({ name, line }) => ({ queue: name, by: `${file}:${line}` })),
    );
    return { calendars: Object.keys(shared.calendars), uses };
  } catch {
    // The folder of flows has a command of its own that says what is wrong with it.
    return { uses: [] };
  }
}

async function storedIn(data: string): Promise<Stored & { readonly remark: string }> {
  try {
    const stored = await readDatabase(storeFile(data), storedOf);
    if (stored) return { ...stored, remark: '' };
  } catch (thrown) {
    return { uses: [], remark: `agents and campaigns were not checked: ${messageOf(thrown)}` };
  }
  return { ...(await demonstration()), remark: '' };
}

async function storedOf(database: Database): Promise<Stored> {
  const campaigns = await new CampaignStore(database, new EventLog(database)).list();
  const uses = campaigns.flatMap(({ id, fallback }) =>
    fallback.kind === 'queue' ? [{ queue: fallback.queue, by: `campaign ${id}` }] : [],
  );
  return { agents: allAgents(database), uses };
}

/** Before the first start, what it would put in. */
async function demonstration(): Promise<Stored> {
  const database = connect(':memory:');
  try {
    const now = Date.now();
    migrate(database, now);
    await seedDemonstration(database, now);
    return await storedOf(database);
  } finally {
    database.close();
  }
}
