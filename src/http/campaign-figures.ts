import { z } from 'zod';
import { localTime, startOfDay } from '../base/zone.ts';
import { INTERESTS } from '../campaign/feedback.ts';
import type { Api, ApiParts } from './api.ts';
import { EVERY_ROLE } from './roles.ts';
import { scopeOf } from './scope.ts';

const count = z.number().int();

const campaignFigures = z
  .object({
    campaign: z.string(),
    live: count.describe('Callers who are here now'),
    callers: count.describe('Who keyed in its code today, by the zone of the centre'),
    connected: count.describe('Those of them who talked with somebody'),
    feedback: z.partialRecord(z.enum(INTERESTS), count).describe('What customers said, ever'),
  })
  .meta({ id: 'CampaignFigures', description: 'What the code of a campaign brought.' });
export type CampaignFiguresView = z.output<typeof campaignFigures>;

/** Tells what the codes of campaigns brought. */
export function campaignFigureRoutes(api: Api, { campaigns, centre, clock, flows }: ApiParts): void {
  api.get(
    '/api/campaigns/figures',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['campaigns'],
        summary: 'Callers by code today and now, and what was said, of each campaign',
        response: { 200: z.object({ items: z.array(campaignFigures) }) },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      const since = midnight(clock.now(), flows.zone());
      const here = Map.groupBy(centre.liveCalls(), ({ facts }) => facts.campaignId);
      const all = await campaigns.list();
      return {
        items: all
          .filter(({ branch }) => scope.sees(branch))
          .map(({ id }) => ({
            campaign: id,
            live: here.get(id)?.length ?? 0,
            ...campaigns.figures(id, since),
          })),
      };
    },
  );
}

/** When the day of `now` began in this zone, UTC ms. */
function midnight(now: number, zone: string): number {
  const { year, month, day } = localTime(now, zone);
  return startOfDay(year, month, day, zone);
}
