import { z } from 'zod';
import { seenPhones } from '../agent/http.ts';
import type { Api, ApiParts } from './api.ts';
import { KEEPING_READERS, SUPERVISORS } from './roles.ts';
import { scopeOf } from './scope.ts';

const names = z.array(z.string());

const campaignChoices = z
  .object({
    phones: z.array(z.object({ extension: z.string(), name: z.string() })),
    queues: names,
    flows: names,
    personas: names,
    policies: names.describe('Of contact, the usual one first'),
  })
  .meta({ id: 'CampaignChoices', description: 'What the settings of campaigns may name.' });
export type CampaignChoices = z.output<typeof campaignChoices>;

const READERS = [...new Set([...KEEPING_READERS, ...SUPERVISORS])];

/** Tells what the settings of campaigns may name, so that nobody has to know it by heart. */
export function campaignChoiceRoutes(api: Api, parts: ApiParts): void {
  const { centre, flows, dialer } = parts;
  api.get(
    '/api/campaigns/choices',
    {
      config: { allowed: READERS, scope: 'branch' },
      schema: {
        tags: ['campaigns'],
        summary: 'The phones, queues, flows, personas and policies that a campaign may name',
        response: { 200: campaignChoices },
      },
    },
    async (request) => {
      const phones = await seenPhones(parts, scopeOf(request));
      return {
        phones: phones
          .filter(({ kind }) => kind === 'desk')
          .map(({ extension, name }) => ({ extension, name })),
        queues: centre.queues().map(({ queue }) => queue.name),
        flows: flows.list().map(({ name }) => name),
        personas: [...flows.personas()],
        policies: [...(dialer?.policies.names() ?? [])],
      };
    },
  );
}
