import { AgentStore } from '../agent/store.ts';
import { CampaignStore } from '../campaign/store.ts';
import type { KnownSources } from '../engine/class-of-service-names.ts';
import { EventLog } from '../engine/store.ts';
import { storeFile } from '../setup/prepare.ts';
import type { Settings } from '../setup/settings.ts';
import type { Database } from '../store/connect.ts';
import { readDatabase } from '../store/read-only.ts';
import { readFlowFolder } from './flow-folder.ts';
import { knowledgeOf } from './knowledge.ts';

/** Whom the rules of class of service can name: flows by their files; phones and campaigns where a database is set up. */
export async function knownSources(settings: Settings): Promise<KnownSources> {
  const { knowledge } = await knowledgeOf(settings);
  const flow = await readFlowFolder(settings.flows, knowledge).then(
    ({ flows }) => flows.map(({ name }) => name),
    () => undefined,
  );
  const stored = await readDatabase(storeFile(settings.data), namesIn).catch(() => undefined);
  return { flow, ...stored };
}

async function namesIn(database: Database): Promise<KnownSources> {
  const phones = await new AgentStore(database, new EventLog(database)).phones();
  const campaigns = await new CampaignStore(database, new EventLog(database)).list();
  return { phone: phones.map(({ extension }) => extension), campaign: campaigns.map(({ id }) => id) };
}
