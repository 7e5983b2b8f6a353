import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { spellingsOf } from '../customer/customer.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import {
  checkMaySearchNumbers,
  id,
  line,
  number,
  numbersFor,
  pageCursor,
  pageLimit,
  textFor,
} from '../http/fields.ts';
import type { Principal } from '../http/principal.ts';
import { SUPERVISING_READERS } from '../http/roles.ts';
import { type Scope, scopeOf } from '../http/scope.ts';
import { type CallFilter, DIRECTIONS, type FoundCall, OUTCOMES } from './call-filter.ts';
import { branchesOf, momentText } from './fields-http.ts';
import type { ReportParts } from './parts.ts';
import { momentIn } from './span.ts';

const at = z.number().describe('UTC milliseconds');
const ms = z.number().describe('Milliseconds');

const callRecordView = z
  .object({
    id: z.string(),
    direction: z.enum(DIRECTIONS),
    outcome: z
      .enum(OUTCOMES)
      .describe('unserved: left a queue without anybody; unreached: whom we called did not answer'),
    ani: z.string().describe("The other side's number, empty when hidden"),
    aniName: z.string(),
    dnis: z.string(),
    customerId: z.string().nullable(),
    customerName: z.string().nullable(),
    tier: z.string().nullable(),
    campaignId: z.string().nullable(),
    queue: z.string().nullable(),
    agentId: z.string().nullable().describe('Who talked last'),
    agentName: z.string().nullable(),
    startedAt: at,
    connectedAt: at.nullable(),
    endedAt: at.nullable(),
    endedBy: z.string().nullable(),
    endCause: z.string().nullable(),
    waitedMs: ms,
    talkedMs: ms,
    recorded: z.boolean().describe('Whether something of it was recorded'),
    dispositions: z.string().describe('What agents noted, with commas between'),
    sale: z.string().describe('none, offered or sold; empty when nothing was noted'),
    note: z.string(),
  })
  .meta({ id: 'CallRecord', description: 'A call as it is found.' });
export type CallRecordView = z.output<typeof callRecordView>;

const pageView = z.object({
  items: z.array(callRecordView),
  next: z
    .string()
    .nullable()
    .describe(
      'Give it as `cursor` to go on, also when the page was short: it was looked for long enough; null at the end',
    ),
  zone: z.string().describe('Of the centre'),
});
export type CallRecordPage = z.output<typeof pageView>;

/** What calls can be looked for by. */
export const callFilterFields = {
  from: momentText.optional().describe('Started then or later: a day, a minute, or UTC milliseconds'),
  to: momentText.optional().describe('Started before; of a day: until its end'),
  number: number.optional().describe('Number of the caller, or whom we called, in any spelling'),
  customer: id.optional(),
  agent: id.optional().describe('Who talked last'),
  queue: line(80).min(1).optional(),
  campaign: id.optional(),
  outcome: z.enum(OUTCOMES).optional(),
  direction: z.enum(DIRECTIONS).optional(),
  talkedS: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400)
    .optional()
    .describe('Talked for so long at least, seconds'),
  recorded: z.enum(['yes', 'no']).optional(),
  disposition: line(80).min(1).optional().describe('A contact reason, or what came of an attempt'),
  text: line(100).min(1).optional().describe('Stands in a note'),
};
const callFilter = z.strictObject(callFilterFields);

/** Routes of the search for calls. */
export function callRecordRoutes(api: Api, { reports }: ApiParts & { readonly reports: ReportParts }): void {
  api.get(
    '/api/call-records',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'branch' },
      schema: {
        tags: ['reports'],
        summary: 'Looks for calls, the latest first',
        querystring: callFilter.extend({ cursor: pageCursor.optional(), limit: pageLimit }),
        response: { 200: pageView },
      },
    },
    async (request) => {
      const principal = caller(request);
      const { cursor, limit, ...query } = request.query;
      const filter = filterOf(query, reports.zone(), principal, scopeOf(request));
      const { items, next } = await reports.ask('calls', filter, limit, cursor);
      return {
        items: items.map((call) => showRecord(call, principal)),
        next: next ? `${next.at}_${next.id === '' ? '.' : next.id}` : null,
        zone: reports.zone(),
      };
    },
  );
}

/** What is asked, as the search takes it. @throws Refused `bad-span`, `forbidden` */
export function filterOf(
  query: z.output<typeof callFilter>,
  zone: string,
  principal: Principal,
  scope: Scope,
): CallFilter {
  const { from, to, number: wanted, talkedS, recorded, ...rest } = query;
  if (wanted !== undefined) checkMaySearchNumbers(principal);
  const start = from === undefined ? undefined : momentIn(from, zone);
  const end = to === undefined ? undefined : momentIn(to, zone, true);
  if (start !== undefined && end !== undefined && start >= end)
    throw new Refused('bad-span', '"from" is after "to"');
  const branches = branchesOf(scope);
  return {
    ...rest,
    ...(start !== undefined && { from: start }),
    ...(end !== undefined && { to: end }),
    ...(wanted !== undefined && { numbers: spellingsOf(wanted) }),
    ...(talkedS !== undefined && { talkedMs: talkedS * 1000 }),
    ...(recorded !== undefined && { recorded: recorded === 'yes' }),
    ...(branches && { branches }),
  };
}

function showRecord(call: FoundCall, principal: Principal): CallRecordView {
  const text = textFor(principal);
  return {
    ...call,
    ani: numbersFor(principal)(call.ani),
    aniName: text(call.aniName),
    note: text(call.note),
  };
}
