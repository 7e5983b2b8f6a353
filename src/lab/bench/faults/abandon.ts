import { seededRandom } from '../../../base/random.ts';
import { Sight } from './api.ts';
import { type CentreOptions, startCentre } from './centre.ts';
import { Crowd, humanly, staff } from './crowd.ts';
import { leftovers } from './leftovers.ts';
import { Town } from './town.ts';

const CALLERS = 1_000;
const PER_SECOND = 15;
const PATIENCE_MS = 60_000;

/** What is left of callers who hung up at any moment. */
export interface Abandon {
  /** Channels and bridges of Asterisk, and calls that the daemon takes for live, a minute later. */
  readonly orphans: number;
  /** Agents who are still in an offer or a talk then. */
  readonly stuck: number;
  /** How long it took until nothing was left, ms. */
  readonly cleanMs: number;
  /** How often callers got how far: events of the log by their type. */
  readonly reached: Readonly<Record<string, number>>;
}

/** Lets 1,000 callers hang up at seeded random moments over every step of a visit. */
export async function abandon(
  options: CentreOptions & { readonly seed: number; readonly callers?: number },
): Promise<Abandon> {
  const centre = await startCentre(options);
  const random = seededRandom(options.seed);
  const town = await Town.open(centre.rig, humanly(random));
  const sight = new Sight(centre.rig);
  try {
    const goHome = await staff(town, sight, humanly(random));
    const crowd = new Crowd(town, random);
    await crowd.visit(options.callers ?? CALLERS, PER_SECOND);
    await goHome();
    const { channels, bridges, calls, stuck, afterMs } = await leftovers(sight, PATIENCE_MS);
    return {
      orphans: channels + bridges + calls,
      stuck,
      cleanMs: afterMs,
      reached: await sight.eventCounts(REACHED),
    };
  } finally {
    town.close();
    await centre.stop();
  }
}

const REACHED = [
  'CallArrived',
  'CallQueued',
  'CallOffered',
  'CallDialled',
  'LegFailed',
  'CallConnected',
  'CampaignCodeRefused',
  'VoicemailLeft',
  'CallEnded',
];
