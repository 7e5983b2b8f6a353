import { performance } from 'node:perf_hooks';
import { seededRandom } from '../../../base/random.ts';
import type { ListKeeper } from '../../../list/keeper.ts';
import { quantile } from '../routing/sample.ts';
import { CAMPAIGNS, zonesOfCampaign } from './many-leads.ts';

/** Leads of a campaign that are in hand: what 100 agents and what rings for them come to. */
const IN_HAND = 300;
const AT_ONCE = 20;
const WARM_UP = 300;
const COUNTED = 4_000;
const SEED = 7;
const AGAIN_MS = 3_600_000;

/** What it takes on the thread of the calls, with the way to the other thread and back, ms. */
export interface NextLeadTimes {
  readonly nextLeadP50Ms: number;
  readonly nextLeadP99Ms: number;
  /** Twenty at once, as the engine takes them. */
  readonly nextTwentyP99Ms: number;
  readonly settleP99Ms: number;
}

/** Takes leads of all campaigns in turns and works them off. @param now UTC ms */
export async function nextLeadTimes(keeper: ListKeeper, now: number): Promise<NextLeadTimes> {
  const random = seededRandom(SEED);
  const inHand = new Map(CAMPAIGNS.map((campaign) => [campaign, [] as string[]]));
  const [one, twenty, settled]: number[][] = [[], [], []];
  let seq = await keeper.lastSettledSeq();
  for (let round = 0; round < WARM_UP + COUNTED; round += 1) {
    const campaign = CAMPAIGNS[Math.floor(random() * CAMPAIGNS.length)]!;
    const hand = inHand.get(campaign)!;
    const count = round % 4 === 3 || hand.length < IN_HAND ? AT_ONCE : 1;
    const query = { campaign, count, now, zones: zonesOfCampaign(campaign), except: hand };
    const before = performance.now();
    const leads = await keeper.next(query);
    const took = performance.now() - before;
    if (leads.length !== count) throw new Error(`${campaign} has no leads left`);
    if (round >= WARM_UP) (count === 1 ? one! : twenty!).push(took);
    hand.push(...leads.map(({ id }) => id));
    for (const lead of hand.splice(0, Math.max(0, hand.length - IN_HAND))) {
      seq += 1;
      const isDone = random() < 0.4;
      const fate = isDone
        ? ({ next: 'done', reason: 'sale' } as const)
        : ({ next: 'again', dueAt: now + AGAIN_MS } as const);
      const at = performance.now();
      await keeper.settle([{ seq, lead, attempts: 1, outcome: isDone ? 'connected' : 'busy', fate }]);
      settled!.push(performance.now() - at);
    }
  }
  return {
    nextLeadP50Ms: quantile(one!, 0.5),
    nextLeadP99Ms: quantile(one!, 0.99),
    nextTwentyP99Ms: quantile(twenty!, 0.99),
    settleP99Ms: quantile(settled!, 0.99),
  };
}
