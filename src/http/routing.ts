import { z } from 'zod';
import { ATTRIBUTE_TYPES } from '../queue/declarations.ts';
import { ORDERS, type Queue } from '../queue/queue.ts';
import type { Api, ApiParts } from './api.ts';
import { SUPERVISING_READERS } from './roles.ts';
import { scopeOf } from './scope.ts';

const expressions = z.array(z.string());
const declared = z.record(z.string(), z.object({ type: z.enum(ATTRIBUTE_TYPES), sensitive: z.boolean() }));

const queueRules = z.object({
  name: z.string(),
  ladder: z.array(
    z.object({
      afterMs: z.number().describe('After so long a wait these fit too'),
      needs: expressions,
    }),
  ),
  prefers: expressions,
  first: z.object({ who: z.array(z.string()), forMs: z.number() }),
  tiers: z
    .record(
      z.string(),
      z.object({
        goal: z.number().describe('Share that is answered in time'),
        targetMs: z.number(),
        priority: z.number(),
        bonusMs: z.number(),
      }),
    )
    .describe('By tier; others: everybody else'),
  ringMs: z.number(),
  wrapUpMs: z.number(),
  maxWaitMs: z.number(),
  maxWaiting: z.number(),
  music: z.string(),
  hours: z.string().describe('Calendar, empty for always'),
  overflow: z.array(z.object({ afterMs: z.number(), queue: z.string() })),
});

const routingView = z
  .object({
    order: z.enum(ORDERS),
    skills: z.array(z.string()),
    attributes: z.object({ agent: declared, caller: declared }),
    sensitiveUse: z.object({ permitted: z.array(z.string()), reason: z.string() }),
    queues: z.array(queueRules),
    problems: z
      .array(z.string())
      .describe('What is wrong with the file, the agents, or rules in use; for the head office'),
  })
  .meta({ id: 'Routing', description: 'The routing rules in force.' });
export type RoutingView = z.output<typeof routingView>;

/** The routing rules, for those who may see why calls go where they go. */
export function routingRoutes(api: Api, { routing }: ApiParts): void {
  api.get(
    '/api/routing',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'branch' },
      schema: {
        tags: ['queues'],
        summary: 'The routing rules in force, and what is wrong with the file',
        response: { 200: routingView },
      },
    },
    async (request) => {
      const { order, skills, attributes, sensitiveUse, queues } = routing.current();
      return {
        order,
        skills: [...skills],
        attributes: { agent: { ...attributes.agent }, caller: { ...attributes.caller } },
        sensitiveUse: { ...sensitiveUse, permitted: [...sensitiveUse.permitted] },
        queues: [...queues.values()].map(showQueue),
        // They name agents, whosever they are, and are the head office's to mend.
        problems: scopeOf(request).isWhole ? [...routing.problems()] : [],
      };
    },
  );
}

function showQueue({
  ladder,
  prefers,
  first,
  lanes,
  overflow,
  ...plain
}: Queue): z.output<typeof queueRules> {
  let begins = 0;
  return {
    ...plain,
    ladder: ladder.map(({ needs, forMs }) => {
      const step = { afterMs: begins, needs: needs.map(({ text }) => text) };
      begins += forMs;
      return step;
    }),
    prefers: prefers.map(({ text }) => text),
    first: { who: [...first.who], forMs: first.forMs },
    tiers: Object.fromEntries(Object.entries(lanes).map(([tier, lane]) => [tier || 'others', { ...lane }])),
    overflow: overflow.map((one) => ({ ...one })),
  };
}
