import { z } from 'zod';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { ADMINS, EVERY_ROLE } from '../http/roles.ts';

const flowsView = z
  .object({
    items: z.array(
      z.object({
        name: z.string(),
        version: z.string(),
        numbers: z.array(z.string()).describe('Dialled numbers that lead to it'),
        file: z.string(),
      }),
    ),
    problems: z
      .array(z.string())
      .describe('What is wrong in the files; such a flow keeps its last good version'),
  })
  .meta({ id: 'Flows' });
export type FlowsView = z.output<typeof flowsView>;

/** Routes of IVR flows. */
export function flowRoutes(api: Api, { flows, log }: ApiParts): void {
  const show = (problems: readonly string[]): FlowsView => ({
    items: flows.list().map((flow) => ({ ...flow, numbers: [...flow.numbers] })),
    problems: [...problems],
  });
  api.get(
    '/api/flows',
    {
      config: { allowed: EVERY_ROLE },
      schema: {
        tags: ['flows'],
        summary: 'The flows that run, and problems in their files',
        response: { 200: flowsView },
      },
    },
    async () => show(flows.problems()),
  );
  api.post(
    '/api/flows/reload',
    {
      config: { allowed: ADMINS },
      schema: { tags: ['flows'], summary: 'Reads the flow files again', response: { 200: flowsView } },
    },
    async (request) => {
      const problems = await flows.reload();
      log.info({ by: caller(request).id, problems: problems.length }, 'flows were read again');
      return show(problems);
    },
  );
}
