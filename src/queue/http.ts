import { z } from 'zod';
import type { QueueStatus } from '../engine/centre.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { numbersFor } from '../http/fields.ts';
import { EVERY_ROLE } from '../http/roles.ts';

const queueView = z
  .object({
    name: z.string(),
    needs: z.record(z.string(), z.number()).describe('What an agent needs: the least score per skill'),
    ringMs: z.number(),
    wrapUpMs: z.number(),
    maxWaitMs: z.number(),
    music: z.string(),
    loggedIn: z.number().int().describe('Agents with the skills who are logged in'),
    ready: z.number().int().describe('Those of them who are ready'),
    waiting: z.array(
      z.object({
        call: z.string(),
        since: z.number().describe('UTC milliseconds'),
        rank: z.number().describe('Higher is served first'),
        ani: z.string(),
        customerId: z.string().nullable(),
        tier: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Queue' });
export type QueueView = z.output<typeof queueView>;

/** Routes of queues. */
export function queueRoutes(api: Api, { centre }: ApiParts): void {
  api.get(
    '/api/queues',
    {
      config: { allowed: EVERY_ROLE },
      schema: {
        tags: ['queues'],
        summary: 'All queues, and who waits in them',
        response: { 200: z.object({ items: z.array(queueView) }) },
      },
    },
    async (request) => {
      const show = numbersFor(caller(request));
      const calls = new Map(centre.liveCalls().map((call) => [call.id, call]));
      const showWaiting = ({ call, since, rank }: QueueStatus['waiting'][number]) => {
        const { ani = '', facts } = calls.get(call) ?? {};
        return {
          call,
          since,
          rank,
          ani: show(ani),
          customerId: facts?.customerId ?? null,
          tier: facts?.tier ?? null,
        };
      };
      return {
        items: centre.queues().map(({ queue, waiting, loggedIn, ready }) => ({
          ...queue,
          needs: { ...queue.needs },
          loggedIn,
          ready,
          waiting: waiting.map(showWaiting),
        })),
      };
    },
  );
}
