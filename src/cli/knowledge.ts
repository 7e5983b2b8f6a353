import { messageOf, Refused } from '../base/errors.ts';
import { CampaignStore } from '../campaign/store.ts';
import { EventLog } from '../engine/store.ts';
import { recordedIn } from '../ivr/flow-files.ts';
import type { Knowledge } from '../ivr/flow-set.ts';
import { QueueStore } from '../queue/store.ts';
import { storeFile } from '../setup/prepare.ts';
import { seedDemonstration } from '../setup/seed.ts';
import type { Settings } from '../setup/settings.ts';
import { connect, type Database } from '../store/connect.ts';
import { migrate } from '../store/migrate.ts';
import { readDatabase } from '../store/read-only.ts';

interface Names {
  readonly queue: readonly string[];
  readonly campaign: readonly string[];
}

export interface CentreKnowledge {
  readonly knowledge: Knowledge;
  /** What flows are not checked against as they will be when they run; '' when they are. */
  readonly remark: string;
}

/** What flows may name: from the database of the data folder, or what the first start would put into it. */
export async function knowledgeOf(settings: Settings): Promise<CentreKnowledge> {
  const { names, remark } = await namesFor(settings.data);
  return {
    knowledge: {
      names: (kind) => (kind === 'service' ? Object.keys(settings.services) : names?.[kind]),
      isRecorded: recordedIn(settings.flows),
      now: () => Date.now(),
    },
    remark,
  };
}

async function namesFor(data: string): Promise<{ names?: Names; remark: string }> {
  const file = storeFile(data);
  try {
    const names = await readDatabase(file, namesIn);
    if (names) return { names, remark: '' };
  } catch (thrown) {
    const reason = thrown instanceof Refused ? thrown.message : `${file}: ${messageOf(thrown)}`;
    return { remark: `queues and campaigns were not checked: ${reason}` };
  }
  return {
    names: await demonstrationNames(),
    remark: "checked against the demonstration's queues and campaigns: nothing is set up here yet",
  };
}

async function namesIn(database: Database): Promise<Names> {
  const queues = await new QueueStore(database).list();
  const campaigns = await new CampaignStore(database, new EventLog(database)).list();
  return { queue: queues.map((queue) => queue.name), campaign: campaigns.map((campaign) => campaign.id) };
}

async function demonstrationNames(): Promise<Names> {
  const database = connect(':memory:');
  try {
    const now = Date.now();
    migrate(database, now);
    await seedDemonstration(database, now);
    return await namesIn(database);
  } finally {
    database.close();
  }
}
