import { z } from 'zod';
import { Refused } from '../base/errors.ts';
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
      schema: {
        tags: ['flows'],
        summary: 'Reads the flow files again; 409 with every problem when a file was refused',
        response: { 200: flowsView },
      },
    },
    async (request) => {
      const problems = await flows.reload();
      log.info({ by: caller(request).id, problems: problems.length }, 'flows were read again');
      if (problems.length > 0) throw new Refused('flow-problems', sentenceOf(problems), { problems });
      return show(problems);
    },
  );
}

/** The first problem in the message, for whoever looks at that only. */
function sentenceOf(problems: readonly string[]): string {
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more, see details)` : '';
  return `Files with a problem keep their last good version. ${problems[0]}${more}`;
}
