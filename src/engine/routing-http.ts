import { z } from 'zod';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import type { EditingParts } from '../http/editing-parts.ts';
import { ADMINS, SUPERVISING_READERS } from '../http/roles.ts';
import { scopeOf } from '../http/scope.ts';
import { type CheckedTextView, fileText, fileVersion, spannedProblem } from '../ivr/editing-http.ts';
import type { CheckedRouting, RoutingText } from './routing-editor.ts';
import { fitsOf } from './routing-fits.ts';

const textView = z
  .object({
    text: z.string(),
    version: z.string().describe('Send it as `basedOn` when you save'),
    isInForce: z.boolean(),
    problems: z.array(spannedProblem),
    goesLive: z.boolean().describe('Whether these rules come into force'),
  })
  .meta({ id: 'RoutingFile' });
export type RoutingFileView = z.output<typeof textView>;

const fitView = z.object({
  queue: z.string(),
  afterMs: z.number().describe('After so long a wait'),
  needs: z.array(z.string()),
  dependsOnCaller: z.boolean().describe('Whether it depends on the caller who of them really fits'),
  agents: z
    .array(z.object({ id: z.string(), name: z.string() }))
    .describe('Those who did not fit an earlier step'),
});
const fitsView = z.object({ items: z.array(fitView) }).meta({ id: 'RoutingFits' });
export type RoutingFitsView = z.output<typeof fitsView>;

/** Routes to read and save the routing rules, and to see which agents fit where. */
export function routingFileRoutes(api: Api, parts: ApiParts, { routing }: EditingParts): void {
  readRoutes(api, parts, routing);
  saveRoute(api, parts, routing);
}

function readRoutes(api: Api, parts: ApiParts, routing: EditingParts['routing']): void {
  api.get(
    '/api/routing-file',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'centre' },
      schema: {
        tags: ['queues'],
        summary: 'The file of the routing rules, and what is wrong with it',
        response: { 200: textView },
      },
    },
    async () => {
      const found = await routing.read();
      return showText(found, await routing.check(found.text));
    },
  );
  api.post(
    '/api/routing-file/check',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'centre', audit: 'changes-nothing' },
      schema: {
        tags: ['queues'],
        summary: 'What would be if the file said this; nothing is written',
        body: z.strictObject({ text: fileText }),
        response: { 200: z.object({ problems: z.array(spannedProblem), goesLive: z.boolean() }) },
      },
    },
    async (request) => showChecked(await routing.check(request.body.text)),
  );
  api.get(
    '/api/routing/fits',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'branch' },
      schema: {
        tags: ['queues'],
        summary: 'Which agents fit which queue, and after which wait',
        response: { 200: fitsView },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      const agents = parts.centre.agents().filter(({ id }) => scope.seesAgent(id));
      return {
        items: fitsOf(parts.routing.current(), agents).map((fit) => ({
          ...fit,
          needs: [...fit.needs],
          agents: fit.agents.map(({ id, name }) => ({ id, name })),
        })),
      };
    },
  );
}

function saveRoute(api: Api, { events, clock, log }: ApiParts, routing: EditingParts['routing']): void {
  api.put(
    '/api/routing-file',
    {
      config: { allowed: ADMINS, scope: 'head-office' },
      schema: {
        tags: ['queues'],
        summary:
          'Saves the rules; 409 when somebody else changed them meanwhile, or when they have errors and that is not wanted',
        body: z.strictObject({
          text: fileText,
          basedOn: fileVersion,
          evenWithErrors: z.boolean().default(false),
        }),
        response: { 200: textView },
      },
    },
    async (request) => {
      const { text, basedOn, evenWithErrors } = request.body;
      const by = signed(caller(request));
      const saved = await routing.save(text, basedOn, evenWithErrors);
      const { version, isInForce } = saved;
      log.info({ by, version, isInForce }, 'the routing rules were saved');
      const data = { version, before: basedOn, isInForce, by };
      events.commit(() => [{ type: 'RoutingFileSaved', version: 1, at: clock.now(), data }]);
      return showText(saved, saved);
    },
  );
}

function showText({ text, version, isInForce }: RoutingText, checked: CheckedRouting): RoutingFileView {
  return { text, version, isInForce, ...showChecked(checked) };
}

function showChecked({ problems, goesLive }: CheckedRouting): CheckedTextView {
  return { problems: [...problems], goesLive };
}
