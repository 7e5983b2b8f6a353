import { z } from 'zod';
import type { Api, ApiParts } from './api.ts';

const healthView = z
  .object({
    ready: z.boolean().describe('True only when a call that came in now would be answered'),
    problems: z.array(z.string()).describe('One sentence each: what is wrong and what to do'),
    pbx: z.string(),
    liveCalls: z.number().int(),
  })
  .meta({ id: 'Health' });
export type HealthView = z.output<typeof healthView>;

/** Whether the centre answers calls, for whoever watches over it. */
export function healthRoutes(api: Api, { centre }: ApiParts): void {
  api.get(
    '/health',
    {
      exposeHeadRoute: true,
      config: { allowed: 'everybody' },
      schema: {
        tags: ['system'],
        summary: 'Whether a call that came in now would be answered: 200 or 503',
        response: { 200: healthView, 503: healthView },
      },
    },
    async (_request, reply) => {
      const { ready, problems, pbx, liveCalls } = centre.health();
      return reply
        .status(ready ? 200 : 503)
        .send({ ready, problems: problems.map(withoutFolders), pbx, liveCalls });
    },
  );
}

/** Whoever asks from outside learns which file is meant, not where it lies. */
export function withoutFolders(problem: string): string {
  return problem.replace(/(?<![\w:/.-])\/(?:[^\s/"',;()]+\/)*([^\s/"',;()]+)/g, '$1');
}
