import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { ATTEMPT_OUTCOMES } from '../campaign/lead.ts';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import { id, idParams, line, moment, nameText, noteText, number } from '../http/fields.ts';
import type { DialerParts } from '../http/outbound.ts';
import { CAMPAIGN_KEEPERS, DIRECTORS, EVERY_ROLE } from '../http/roles.ts';
import { CONTROLS, type Control, controlled } from './control.ts';
import { OUTBOUND_STATUSES, type OutboundCampaign, PACING_MODES } from './outbound.ts';
import { issuesOf, LEAST_RING_MS } from './rules.ts';

const DAY_MS = 86_400_000;

const pacingFields = {
  mode: z
    .enum(PACING_MODES)
    .describe(
      'preview: an agent sees the lead first. progressive: one dial per idle agent. ratio: so many. predictive: as many as the cap on abandonment lets',
    ),
  ratio: z.number().min(1).max(10).describe('Lines per idle agent in mode ratio'),
  minAgents: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .describe('Below so many working agents, predictive is progressive'),
  maxAbandonment: z.number().min(0).max(0.2).describe('Share of the live answers that may be abandoned'),
  rollingWindow: z.boolean().describe('The cap holds in every rolling 60 minutes too'),
  connectWithinMs: z
    .number()
    .int()
    .min(500)
    .max(30_000)
    .describe('An agent has to be there so soon after the answer'),
  cancels: z
    .boolean()
    .describe('Dials that have rung for minRingMs may be let go where too many would be answered'),
  minRingMs: z.number().int().min(0).max(60_000).describe('Nobody is let ring for less'),
};

const pacing = z.strictObject(pacingFields);

const retryRule = z.strictObject({
  afterMs: z
    .number()
    .int()
    .min(0)
    .max(366 * DAY_MS),
  tries: z
    .number()
    .int()
    .min(1)
    .max(100)
    .describe('Attempts of a lead, of whatever outcome, after which it is done'),
  nextNumber: z.boolean().default(false).describe('The next attempt goes to his next number'),
});

const fields = {
  name: nameText,
  queue: line(80).min(1).describe('Routing queue whose agents take its calls'),
  flow: line(80).min(1).describe('Flow that a customer enters when he answers'),
  callerNumber: number.describe('What the customer sees'),
  policy: line(80).describe('Contact policy, empty for the usual one'),
  validFrom: moment,
  validUntil: moment,
  pacing,
  ringMs: z.number().int().min(1000).max(120_000).describe('How long somebody is let ring'),
  retry: z
    .partialRecord(z.enum(ATTEMPT_OUTCOMES), retryRule)
    .describe('When an outcome is followed by another attempt; without a rule, the lead is done'),
  weight: z
    .number()
    .int()
    .min(1)
    .max(100)
    .describe('Its share of the agents of its queue, against other campaigns'),
  script: noteText(20_000).describe('What the agent says and asks'),
};

export const outboundView = z
  .object({
    id: z.string(),
    status: z.enum(OUTBOUND_STATUSES),
    ...fields,
    name: z.string(),
    callerNumber: z.string(),
    script: z.string(),
  })
  .meta({ id: 'OutboundCampaign', description: 'A campaign that calls people.' });
export type OutboundView = z.output<typeof outboundView>;

/** By most laws: 3 % abandoned at most, somebody there within 2 s, rung for 15 s at least. */
const USUAL_PACING = {
  mode: 'predictive',
  ratio: 1.2,
  minAgents: 8,
  maxAbandonment: 0.03,
  rollingWindow: true,
  connectWithinMs: 2000,
  cancels: false,
  minRingMs: LEAST_RING_MS,
} as const;

const MINUTE_MS = 60_000;

/** Who is busy is tried again soon, who does not answer later and at another number. */
const USUAL_RETRY = {
  busy: { afterMs: 15 * MINUTE_MS, tries: 5, nextNumber: false },
  'no-answer': { afterMs: 4 * 60 * MINUTE_MS, tries: 5, nextNumber: true },
  machine: { afterMs: 4 * 60 * MINUTE_MS, tries: 5, nextNumber: true },
  rejected: { afterMs: DAY_MS, tries: 3, nextNumber: false },
  congestion: { afterMs: 10 * MINUTE_MS, tries: 8, nextNumber: false },
  failed: { afterMs: 30 * MINUTE_MS, tries: 5, nextNumber: true },
  'invalid-number': { afterMs: 0, tries: 5, nextNumber: true },
  'hung-up': { afterMs: DAY_MS, tries: 3, nextNumber: false },
  abandoned: { afterMs: 3 * DAY_MS, tries: 3, nextNumber: false },
  cancelled: { afterMs: 60 * MINUTE_MS, tries: 8, nextNumber: false },
  unknown: { afterMs: DAY_MS, tries: 5, nextNumber: false },
} satisfies OutboundCampaign['retry'];

/** What stands where an id stands. */
const PLACES: readonly string[] = ['status', 'attempts', 'lists', 'imports', 'preview'];

const newOutbound = z.strictObject({
  ...fields,
  id: id
    .refine((text) => !PLACES.includes(text), 'is a word of the API')
    .optional()
    .describe('Made up when it is left out'),
  flow: fields.flow.default('outbound'),
  policy: fields.policy.default(''),
  pacing: z
    .strictObject(pacingFields)
    .partial()
    .default({})
    .transform((given) => ({ ...USUAL_PACING, ...given })),
  ringMs: fields.ringMs.default(25_000),
  retry: fields.retry.default(USUAL_RETRY),
  weight: fields.weight.default(1),
  script: fields.script.default(''),
});

const outboundChanges = z.strictObject({ ...fields, pacing: pacing.partial() }).partial();

type Parts = ApiParts & { readonly dialer: DialerParts };

/** Routes of the campaigns that call people: what they are, and whether they run. */
export function outboundRoutes(api: Api, parts: Parts): void {
  readRoutes(api, parts);
  addRoute(api, parts);
  changeRoute(api, parts);
  removeRoute(api, parts);
  for (const control of CONTROLS) controlRoute(api, parts, control);
}

function readRoutes(api: Api, { dialer }: Parts): void {
  api.get(
    '/api/outbound',
    {
      config: { allowed: EVERY_ROLE },
      schema: {
        tags: ['outbound'],
        summary: 'All campaigns that call people, by name',
        response: { 200: z.object({ items: z.array(outboundView) }) },
      },
    },
    async () => ({ items: await dialer.campaigns.list() }),
  );
  api.get(
    '/api/outbound/:id',
    {
      config: { allowed: EVERY_ROLE },
      schema: {
        tags: ['outbound'],
        summary: 'One of them',
        params: idParams,
        response: { 200: outboundView },
      },
    },
    async (request) => outboundOf(dialer, request.params.id),
  );
}

function addRoute(api: Api, parts: Parts): void {
  const { dialer, ids, clock } = parts;
  api.post(
    '/api/outbound',
    {
      config: { allowed: CAMPAIGN_KEEPERS },
      schema: {
        tags: ['outbound'],
        summary: 'Adds a campaign, stopped; what is left out is as most campaigns have it',
        body: newOutbound,
        response: { 201: outboundView },
      },
    },
    async (request, reply) => {
      const { id: wanted = ids.next('o'), ...given } = request.body;
      if (await dialer.campaigns.byId(wanted))
        throw new Refused('outbound-id-taken', `There is an outbound campaign ${wanted} already`);
      const campaign: OutboundCampaign = { id: wanted, status: 'stopped', ...given };
      await keep(parts, campaign, signed(caller(request)), clock.now());
      return reply.status(201).send(campaign);
    },
  );
}

function changeRoute(api: Api, parts: Parts): void {
  const { dialer, clock } = parts;
  api.patch(
    '/api/outbound/:id',
    {
      config: { allowed: DIRECTORS },
      schema: {
        tags: ['outbound'],
        summary: 'Changes what is named, of pacing too; it holds at once, also while the campaign runs',
        params: idParams,
        body: outboundChanges,
        response: { 200: outboundView },
      },
    },
    async (request) => {
      const known = await outboundOf(dialer, request.params.id);
      const { pacing: paced, ...others } = request.body;
      const campaign = { ...known, ...others, pacing: { ...known.pacing, ...paced } };
      await keep(parts, campaign, signed(caller(request)), clock.now());
      return campaign;
    },
  );
}

function removeRoute(api: Api, { dialer, clock }: Parts): void {
  api.delete(
    '/api/outbound/:id',
    {
      config: { allowed: CAMPAIGN_KEEPERS },
      schema: {
        tags: ['outbound'],
        summary: 'Removes a campaign for which nobody was ever dialled and that has no lists',
        params: idParams,
        response: { 200: outboundView },
      },
    },
    async (request) => {
      const campaign = await outboundOf(dialer, request.params.id);
      const { id: removed } = campaign;
      if ((await dialer.lists.lists(removed)).length > 0)
        throw new Refused('outbound-has-lists', `Outbound campaign ${removed} has lists: leave it stopped`);
      await dialer.campaigns.remove(removed, { by: signed(caller(request)), at: clock.now() });
      await dialer.dialling.campaignsChanged();
      return campaign;
    },
  );
}

const CONTROL_SUMMARIES: Readonly<Record<Control, string>> = {
  start: 'Dials from now on',
  pause: 'Dials nobody new until it is started again; what is under way goes on',
  drain: 'Dials nobody new any more; what is under way goes on',
  stop: 'Ends the dialling; who talks goes on',
};

function controlRoute(api: Api, parts: Parts, control: Control): void {
  const { dialer, clock } = parts;
  api.post(
    `/api/outbound/:id/${control}`,
    {
      config: { allowed: DIRECTORS },
      schema: {
        tags: ['outbound'],
        summary: CONTROL_SUMMARIES[control],
        params: idParams,
        response: { 200: outboundView },
      },
    },
    async (request) => {
      const known = await outboundOf(dialer, request.params.id);
      const campaign = { ...known, status: controlled(known, control, clock.now()) };
      const by = signed(caller(request));
      // What was right when it was saved may not be any more.
      if (control === 'start') await keep(parts, campaign, by, clock.now());
      else await save(parts, campaign, by, clock.now());
      return campaign;
    },
  );
}

/** @throws Refused `outbound-unknown` */
export async function outboundOf({ campaigns }: DialerParts, id: string): Promise<OutboundCampaign> {
  const campaign = await campaigns.byId(id);
  if (!campaign) throw new Refused('outbound-unknown', `There is no outbound campaign ${id}`);
  return campaign;
}

/** Keeps a campaign that is right, and has it hold. @throws Refused `bad-outbound` */
async function keep(parts: Parts, campaign: OutboundCampaign, by: string, at: number): Promise<void> {
  const { centre, flows, dialer } = parts;
  const issues = issuesOf(campaign, {
    hasQueue: (name) => centre.queues().some(({ queue }) => queue.name === name),
    hasFlow: (name) => flows.byName(name) !== undefined,
    conduct: (name) => dialer.policies.policy(name)?.conduct,
  });
  const [first] = issues;
  if (first) throw new Refused('bad-outbound', `${first.at}: ${first.problem}`, { issues });
  await save(parts, campaign, by, at);
}

async function save({ dialer }: Parts, campaign: OutboundCampaign, by: string, at: number): Promise<void> {
  await dialer.campaigns.save(campaign, { by, at });
  await dialer.dialling.campaignsChanged();
}
