import { z } from 'zod';
import type { Api, ApiParts } from '../http/api.ts';
import { SUPERVISING_READERS } from '../http/roles.ts';
import { type Scope, scopeOf } from '../http/scope.ts';
import type { AgentRow } from './agent-report.ts';
import type { AgentQuestion, IntervalQuestion } from './asked.ts';
import { callRecordRoutes } from './call-record-http.ts';
import { exportRoutes } from './export-http.ts';
import { branchesOf, dayText as day, nulled, words } from './fields-http.ts';
import { GROUPINGS } from './interval-report.ts';
import type { ReportParts } from './parts.ts';
import { daysSpan, dayText, INTERVALS } from './span.ts';

const count = z.number().int();
const ms = z.number().describe('Milliseconds');
const share = z.number().nullable().describe('0 to 1; null where there is nothing to divide by');
const average = ms.nullable();

const figures = {
  offered: count.describe('Callers who began to wait'),
  requeued: count.describe('Of these, who had been served already and were put back'),
  answered: count,
  inTarget: count.describe('Answered within the target that held when they came'),
  abandoned: count.describe('Who hung up before anybody answered'),
  shortAbandoned: count.describe('Of these, who hung up within 5 s'),
  left: count.describe('Who went on without having been served: by a key, or because nobody came'),
  serviceLevel: share,
  serviceLevelWithoutShort: share,
  goal: share,
  targetMs: average,
  abandonmentRate: share,
  averageWaitMs: average.describe('Of those who were answered: ASA'),
  averageAbandonMs: average,
  longestWaitMs: ms,
  averageTalkMs: average,
  averageHoldMs: average,
  averageWrapUpMs: average,
  averageHandleMs: average.describe('Talk, hold and wrap-up: AHT'),
  callbacks: count,
  callbacksDone: count,
  occupancy: share.describe('Of all agents; only over the whole centre'),
};
const intervalRow = z.object({ at: ms, queue: z.string(), tier: z.string(), ...figures });

const readState = {
  zone: z.string(),
  days: z.object({ from: z.string(), to: z.string() }),
  readTo: z.number().describe('What happened until then is in it, UTC milliseconds'),
  isBehind: z.boolean().describe('Whether older events are still being read'),
};

const intervalView = z
  .object({
    items: z.array(intervalRow),
    total: z.object(figures),
    starts: z
      .array(z.number())
      .describe('Beginnings of all intervals, UTC milliseconds, and the end of the last'),
    ...readState,
  })
  .meta({ id: 'IntervalReport', description: 'docs/reports.md has the formulas.' });
export type IntervalReportView = z.output<typeof intervalView>;

const agentRow = z.object({
  agent: z.string(),
  name: z.string(),
  loggedInMs: ms,
  states: z.array(z.object({ state: z.string(), reason: z.string(), ms })),
  occupancy: share,
  offers: count,
  answered: count.describe('Calls of queues'),
  others: count.describe('Calls that came to him in another way'),
  ringNoAnswers: count,
  declined: count,
  transfers: count,
  averageTalkMs: average,
  averageHoldMs: average,
  averageWrapUpMs: average,
  averageHandleMs: average,
  opportunities: count.describe('Calls in which he offered something'),
  successes: count.describe('Of these, in which he sold something'),
  opportunityRate: share,
  successRate: share,
  dispositions: z
    .array(z.object({ result: z.string(), attempts: count }))
    .describe('Of campaigns; empty: nothing noted'),
});
const agentView = z
  .object({ items: z.array(agentRow), total: agentRow, ...readState })
  .meta({ id: 'AgentReport' });
export type AgentReportView = z.output<typeof agentView>;

/** Which days, and how they are cut. */
export const intervalQuery = z.strictObject({
  from: day.optional(),
  to: day.optional(),
  interval: z.enum(INTERVALS).default('60').describe('Minutes, `day`, or `span` for all in one'),
  by: z.enum(GROUPINGS).default('queue'),
  queues: words.optional(),
});
export const agentQuery = z.strictObject({
  from: day.optional(),
  to: day.optional(),
  agents: words.optional(),
});

/** Routes of reports. */
export function reportRoutes(api: Api, parts: ApiParts): void {
  const { reports } = parts;
  if (!reports) return;
  const own = { ...parts, reports };
  callRecordRoutes(api, own);
  intervalRoute(api, own);
  agentRoute(api, own);
  queueNamesRoute(api, own);
  exportRoutes(api, own);
}

type Parts = ApiParts & { readonly reports: ReportParts };

function intervalRoute(api: Api, { reports, clock }: Parts): void {
  api.get(
    '/api/reports/intervals',
    {
      config: { allowed: [...SUPERVISING_READERS, 'viewer'], scope: 'branch' },
      schema: {
        tags: ['reports'],
        summary: 'What became of callers, interval by interval',
        querystring: intervalQuery,
        response: { 200: intervalView },
      },
    },
    async (request) => {
      const now = clock.now();
      const { question, days } = intervalsAsked(request.query, reports.zone(), now, scopeOf(request));
      const { rows, total, starts, ...read } = await reports.ask('intervals', question, now);
      const items = rows.map(nulled);
      return { items, total: nulled(total), starts: [...starts], ...read, zone: question.zone, days };
    },
  );
}

function agentRoute(api: Api, { reports, clock }: Parts): void {
  api.get(
    '/api/reports/agents',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'branch' },
      schema: {
        tags: ['reports'],
        summary: 'What agents did, agent by agent',
        querystring: agentQuery,
        response: { 200: agentView },
      },
    },
    async (request) => {
      const now = clock.now();
      const zone = reports.zone();
      const { question, days } = agentsAsked(request.query, zone, now, scopeOf(request));
      const { rows, total, ...read } = await reports.ask('agents', question, now);
      return { items: rows.map(showAgent), total: showAgent({ ...total, name: '' }), ...read, zone, days };
    },
  );
}

function queueNamesRoute(api: Api, { reports }: Parts): void {
  api.get(
    '/api/reports/queues',
    {
      config: { allowed: [...SUPERVISING_READERS, 'viewer'], scope: 'centre' },
      schema: {
        tags: ['reports'],
        summary: 'The queues that reports know, those that are gone too',
        response: { 200: z.object({ items: z.array(z.string()) }) },
      },
    },
    async () => ({ items: [...(await reports.ask('queues'))] }),
  );
}

interface Days {
  readonly from: string;
  readonly to: string;
}

/** @throws Refused `bad-span` */
export function intervalsAsked(
  query: z.output<typeof intervalQuery>,
  zone: string,
  now: number,
  scope: Scope,
): { readonly question: IntervalQuestion; readonly days: Days } {
  const days = daysOf(query, zone, now);
  const { interval, by, queues } = query;
  const branches = branchesOf(scope);
  const question = {
    ...daysSpan(days.from, days.to, zone),
    ...{ interval, by, zone },
    ...(queues && queues.length > 0 && { queues }),
    ...(branches && { branches }),
  };
  return { question, days };
}

/** @throws Refused `bad-span` */
export function agentsAsked(
  query: z.output<typeof agentQuery>,
  zone: string,
  now: number,
  scope: Scope,
): { readonly question: AgentQuestion; readonly days: Days } {
  const days = daysOf(query, zone, now);
  const branches = branchesOf(scope);
  const question = {
    ...daysSpan(days.from, days.to, zone),
    ...(query.agents && query.agents.length > 0 && { agents: query.agents }),
    ...(branches && { branches }),
  };
  return { question, days };
}

/** One day that is named is both. */
function daysOf(query: { readonly from?: string; readonly to?: string }, zone: string, now: number): Days {
  const from = query.from ?? query.to ?? dayText(now, zone);
  return { from, to: query.to ?? from };
}

function showAgent(row: AgentRow & { readonly name: string }): AgentReportView['total'] {
  return nulled({ ...row, states: [...row.states], dispositions: [...row.dispositions] });
}
