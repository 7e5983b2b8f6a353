import { readFile } from 'node:fs/promises';
import { messageOf, Refused } from '../base/errors.ts';
import { CampaignStore } from '../campaign/store.ts';
import { readRouting } from '../engine/routing-file.ts';
import { EventLog } from '../engine/store.ts';
import { recordedIn } from '../ivr/flow-files.ts';
import type { Knowledge } from '../ivr/flow-set.ts';
import { wrongWish } from '../queue/rules.ts';
import { storeFile } from '../setup/prepare.ts';
import { seedDemonstration } from '../setup/seed.ts';
import type { Settings } from '../setup/settings.ts';
import { connect, type Database } from '../store/connect.ts';
import { migrate } from '../store/migrate.ts';
import { readDatabase } from '../store/read-only.ts';

/** Names of a kind; undefined where nobody can tell, and `remark` says why. */
interface Names {
  readonly names?: readonly string[];
  readonly remark: string;
}

export interface CentreKnowledge {
  readonly knowledge: Knowledge;
  /** What flows are not checked against as they will be when they run; '' when they are. */
  readonly remark: string;
}

/**
 * What flows may name: queues from the routing file, campaigns from the database of the data folder, or what the first start
 * would put into it.
 */
export async function knowledgeOf(settings: Settings): Promise<CentreKnowledge> {
  const [queues, campaigns] = await Promise.all([queuesIn(settings.routing), campaignsOf(settings.data)]);
  const names: Readonly<Record<string, readonly string[] | undefined>> = {
    queue: queues.names,
    campaign: campaigns.names,
    service: Object.keys(settings.services),
  };
  return {
    knowledge: {
      names: (kind) => names[kind],
      isRecorded: recordedIn(settings.flows),
      ...(queues.wrongWish && { wrongWish: queues.wrongWish }),
      now: () => Date.now(),
    },
    remark: [queues.remark, campaigns.remark].filter((remark) => remark !== '').join('; '),
  };
}

async function queuesIn(file: string): Promise<Names & Pick<Knowledge, 'wrongWish'>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const { rules } = readRouting(text, file);
  if (rules)
    return { names: [...rules.queues.keys()], wrongWish: (wish) => wrongWish(rules, wish), remark: '' };
  return { remark: 'queues were not checked: see npx carillon routing check' };
}

async function campaignsOf(data: string): Promise<Names> {
  const file = storeFile(data);
  try {
    const names = await readDatabase(file, campaignsIn);
    if (names) return { names, remark: '' };
  } catch (thrown) {
    const reason = thrown instanceof Refused ? thrown.message : `${file}: ${messageOf(thrown)}`;
    return { remark: `campaigns were not checked: ${reason}` };
  }
  return {
    names: await demonstrationCampaigns(),
    remark: "checked against the demonstration's campaigns: nothing is set up here yet",
  };
}

async function campaignsIn(database: Database): Promise<string[]> {
  const campaigns = await new CampaignStore(database, new EventLog(database)).list();
  return campaigns.map(({ id }) => id);
}

async function demonstrationCampaigns(): Promise<string[]> {
  const database = connect(':memory:');
  try {
    const now = Date.now();
    migrate(database, now);
    await seedDemonstration(database, now);
    return await campaignsIn(database);
  } finally {
    database.close();
  }
}
