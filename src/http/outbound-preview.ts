import { z } from 'zod';
import type { Preview } from '../dialer/dialling.ts';
import { outboundOf } from '../dialer/http.ts';
import { ATTEMPT_OUTCOMES } from '../list/lead.ts';
import { type Api, type ApiParts, caller } from './api.ts';
import { id, noteText } from './fields.ts';
import type { DialerParts } from './outbound.ts';
import { checkActsFor, seesAttempt } from './outbound-attempts.ts';
import { attemptView, showAttempt } from './outbound-views.ts';
import type { Principal } from './principal.ts';
import { SEATS } from './roles.ts';
import { type Scope, scopeOf } from './scope.ts';

/** Earlier attempts that are shown with a lead. */
const HISTORY = 10;

const previewView = z
  .object({
    campaign: z.object({ id: z.string(), name: z.string(), script: z.string() }),
    lead: z.object({
      id: z.string(),
      list: z.string(),
      person: z.string(),
      name: z.string(),
      number: z.string().describe('The one that is called when it is accepted'),
      otherNumbers: z.array(z.string()),
      fields: z.record(z.string(), z.string()).describe("The list's other columns, by their heading"),
      attempts: z.number().int(),
      lastOutcome: z.enum(ATTEMPT_OUTCOMES).nullable(),
      isCallback: z.boolean().describe('He asked to be called'),
    }),
    history: z
      .array(attemptView)
      .describe('Earlier attempts to reach this person for any campaign, the latest first'),
    until: z.number().describe('Until then nobody else is shown it: UTC milliseconds'),
  })
  .meta({ id: 'LeadPreview', description: 'A lead that an agent looks at before he has it called.' });
export type LeadPreviewView = z.output<typeof previewView>;

const forAgent = { agent: id.describe('Who looks at it') };

type Parts = ApiParts & { readonly dialer: DialerParts };

/** Routes by which an agent of a preview campaign sees a lead and decides. */
export function previewRoutes(api: Api, parts: Parts): void {
  const { dialling } = parts.dialer;
  api.post(
    '/api/outbound/preview/next',
    {
      config: { allowed: SEATS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Reserves the next lead for an agent and shows it; asked again, the same one',
        body: z.strictObject({ ...forAgent, campaign: id.optional().describe('Only of this one') }),
        response: { 200: previewView },
      },
    },
    async (request) => {
      const principal = caller(request);
      const { agent, campaign = '' } = request.body;
      const scope = scopeOf(request);
      checkActsFor(parts.centre, principal, agent, scope);
      if (campaign !== '') await outboundOf(parts.dialer, campaign, scope);
      return showPreview(parts, await dialling.previewNext(agent, campaign), principal, scope);
    },
  );
  api.post(
    '/api/outbound/preview/accept',
    {
      config: { allowed: SEATS, asksPbx: true, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: "Has the lead called that an agent looks at: the agent's phone first",
        body: z.strictObject(forAgent),
        response: { 202: z.object({ attempt: z.string() }) },
      },
    },
    async (request, reply) => {
      const { agent } = request.body;
      checkActsFor(parts.centre, caller(request), agent, scopeOf(request));
      return reply.status(202).send({ attempt: await dialling.previewAccept(agent) });
    },
  );
  api.post(
    '/api/outbound/preview/skip',
    {
      config: { allowed: SEATS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Puts the lead back that an agent looks at',
        body: z.strictObject({ ...forAgent, reason: noteText(200).min(1) }),
        response: { 200: z.object({ agent: z.string() }) },
      },
    },
    async (request) => {
      const { agent, reason } = request.body;
      checkActsFor(parts.centre, caller(request), agent, scopeOf(request));
      await dialling.previewSkip(agent, reason);
      return { agent };
    },
  );
}

async function showPreview(
  { dialer }: Parts,
  { lead, campaign: id, until }: Preview,
  principal: Principal,
  scope: Scope,
): Promise<LeadPreviewView> {
  // Whoever is shown a lead of a campaign sees its script, whosever campaign it is.
  const { name = '', script = '' } = (await dialer.campaigns.byId(id)) ?? {};
  const history = await dialer.attempts.list({ person: lead.person, limit: HISTORY });
  const [first, ...others] = lead.numbers;
  return {
    campaign: { id, name, script },
    lead: {
      id: lead.id,
      list: lead.list,
      person: lead.person,
      name: lead.name,
      number: first?.number ?? '',
      otherNumbers: others.map(({ number }) => number),
      fields: { ...lead.fields },
      attempts: lead.attempts,
      lastOutcome: lead.lastOutcome ?? null,
      isCallback: lead.callback !== undefined,
    },
    history: history
      .filter((attempt) => seesAttempt(scope, attempt))
      .map((attempt) => showAttempt(attempt, principal)),
    until,
  };
}
