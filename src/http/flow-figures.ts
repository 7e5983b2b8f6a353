import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { language } from '../ivr/grammar.ts';
import { flowParams, unknownFlow, version } from '../ivr/http.ts';
import { drawFlow } from '../ivr/picture.ts';
import { callersIn, type StepStat } from '../ivr/statistics.ts';
import type { Api, ApiParts } from './api.ts';
import { momentQuery } from './fields.ts';
import { EVERY_ROLE, STAFF_READERS } from './roles.ts';

const DAY_MS = 24 * 3_600_000;
/** Longest span of one question, days: it is answered on the thread that the calls run on. */
const LONGEST_DAYS = 31;

const stepView = z.object({
  step: z.string(),
  entered: z.number().int().describe('Callers who left it, and those who are in it now'),
  live: z.number().int().describe('Callers who are in it now; 0 for a span that has ended'),
  byExit: z.record(z.string(), z.number().int()).describe('How many left it, by exit'),
  hungUp: z.number().int().describe('Those who hung up in it'),
  dropOff: z.number().describe('Share of those who hung up among those who left it, 0 to 1'),
  meanMs: z.number().nullable().describe('Mean time spent in it, milliseconds'),
});

const stepsView = z
  .object({ from: z.number(), to: z.number(), items: z.array(stepView) })
  .meta({ id: 'FlowSteps', description: 'What became of callers in the steps of a flow.' });
export type FlowStepsView = z.output<typeof stepsView>;

const figuresView = z
  .object({
    items: z.array(
      z.object({
        flow: z.string(),
        entered: z.number().int().describe('Callers who came to its first step'),
        hungUp: z.number().int(),
      }),
    ),
  })
  .meta({ id: 'FlowFigures' });
export type FlowFiguresView = z.output<typeof figuresView>;

const moments = {
  from: momentQuery.optional().describe('UTC milliseconds, a day before `to` if unset; hours count whole'),
  to: momentQuery.optional().describe('UTC milliseconds, now if unset'),
};

/** An SVG may hold scripts; this one may load and run nothing, wherever it is opened. */
const NOTHING_ACTIVE =
  "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/** Routes of what becomes of callers in flows. */
export function flowFigureRoutes(api: Api, parts: ApiParts): void {
  stepsRoute(api, parts);
  pictureRoute(api, parts);
  allRoute(api, parts);
}

function allRoute(api: Api, parts: ApiParts): void {
  api.get(
    '/api/flow-figures',
    {
      config: { allowed: EVERY_ROLE, scope: 'centre' },
      schema: {
        tags: ['flows'],
        summary: 'How many callers entered each flow that runs, and how many hung up in it',
        querystring: z.strictObject(moments),
        response: { 200: figuresView },
      },
    },
    async (request) => {
      const items = parts.flows.list().map(async ({ name }) => {
        const { stats } = await figuresOf(parts, name, request.query);
        const start = parts.flows.byName(name)?.start;
        const entered = stats.find(({ step }) => step === start)?.entered ?? 0;
        return { flow: name, entered, hungUp: stats.reduce((sum, one) => sum + one.hungUp, 0) };
      });
      return { items: await Promise.all(items) };
    },
  );
}

function stepsRoute(api: Api, parts: ApiParts): void {
  api.get(
    '/api/flows/:name/steps',
    {
      config: { allowed: EVERY_ROLE, scope: 'centre' },
      schema: {
        tags: ['flows'],
        summary: 'What became of callers in each step of a flow, in the order of its file',
        params: flowParams,
        querystring: z.strictObject({
          ...moments,
          version: version.optional().describe('All versions together if unset'),
        }),
        response: { 200: stepsView },
      },
    },
    async (request) => {
      const { name } = request.params;
      const { flows, history } = parts;
      if (!flows.byName(name) && (await history.releases(name)).length === 0) throw unknownFlow(name);
      const { from, to, stats } = await figuresOf(parts, name, request.query);
      return { from, to, items: inOrder(stats, [...(flows.byName(name)?.steps.keys() ?? [])]).map(showStep) };
    },
  );
}

function pictureRoute(api: Api, parts: ApiParts): void {
  api.get(
    '/api/flows/:name/picture',
    {
      config: { allowed: STAFF_READERS, scope: 'centre' },
      schema: {
        tags: ['flows'],
        summary: 'A picture of a flow that runs; with `from` or `to`, how many callers went where',
        params: flowParams,
        querystring: z.strictObject({
          ...moments,
          language: language.optional().describe("In which words are shown, the flow's first if unset"),
          labels: language.optional().describe("Of the words that are not the flow's own, en if unset"),
        }),
        response: {
          200: { description: 'The picture', content: { 'image/svg+xml': { schema: z.unknown() } } },
        },
      },
    },
    async (request, reply) => {
      const { from, to, language: shown, labels } = request.query;
      const flow = parts.flows.byName(request.params.name);
      if (!flow) throw unknownFlow(request.params.name);
      const counted = from !== undefined || to !== undefined;
      const figures = counted ? await figuresOf(parts, flow.name, { from, to }) : undefined;
      const stats =
        figures &&
        new Map(
          figures.stats.map(({ step, entered, hungUp, byExit }) => [
            step,
            { entered, dropped: hungUp, byExit },
          ]),
        );
      reply.header('content-security-policy', NOTHING_ACTIVE).type('image/svg+xml; charset=utf-8');
      return reply.send(drawFlow(flow, { language: shown, labels, stats }));
    },
  );
}

interface Span {
  readonly from?: number;
  readonly to?: number;
}

/** @throws Refused `bad-span` */
async function figuresOf(
  { stepStats, centre, clock }: ApiParts,
  flow: string,
  asked: Span & { readonly version?: string },
): Promise<{ readonly from: number; readonly to: number; readonly stats: readonly StepStat[] }> {
  const now = clock.now();
  const { to = now, version } = asked;
  const { from = Math.max(0, to - DAY_MS) } = asked;
  if (from > to) throw new Refused('bad-span', '"from" is after "to"');
  if (to - from > LONGEST_DAYS * DAY_MS)
    throw new Refused('bad-span', `From "from" to "to" are more than ${LONGEST_DAYS} days: ask in parts`);
  const live =
    from <= now && now <= to ? callersIn(centre.liveCalls(), flow, version) : new Map<string, number>();
  return { from, to, stats: await stepStats.of({ flow, version, from, to }, live) };
}

/** Steps of the running flow in the order of its file, then those that only older versions have. */
function inOrder(stats: readonly StepStat[], steps: readonly string[]): StepStat[] {
  const place = (step: string): number => (steps.includes(step) ? steps.indexOf(step) : steps.length);
  return [...stats].sort((a, b) => place(a.step) - place(b.step));
}

function showStep({ byExit, meanMs, ...stat }: StepStat): FlowStepsView['items'][number] {
  return { ...stat, byExit: { ...byExit }, meanMs: meanMs ?? null };
}
