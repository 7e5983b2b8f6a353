import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import {
  branchId,
  extension,
  idParams,
  line,
  moment,
  nameText,
  noteText,
  number,
  numbersFor,
} from '../http/fields.ts';
import type { Principal } from '../http/principal.ts';
import { CAMPAIGN_KEEPERS, EVERY_ROLE } from '../http/roles.ts';
import { type Scope, scopeOf } from '../http/scope.ts';
import { box, name as personaName } from '../ivr/grammar.ts';
import { type Campaign, checkDigitHolds, checkDigitOf, MAX_CODE_LENGTH, validityOf } from './campaign.ts';

const endpointView = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('phone'), extension: z.string() }),
  z.object({ kind: z.literal('outside'), number: z.string() }),
]);

const endpoint = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('phone'), extension }),
  z.strictObject({ kind: z.literal('outside'), number }),
]);

const fallbackView = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('queue'), queue: z.string() }),
  z.object({ kind: z.literal('target'), to: endpointView }),
  z.object({ kind: z.literal('voicemail'), box: z.string() }),
]);

const fallback = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('queue'), queue: line(80).min(1) }),
  z.strictObject({ kind: z.literal('target'), to: endpoint }),
  z.strictObject({ kind: z.literal('voicemail'), box }),
]);

export const campaignView = z
  .object({
    id: z.string(),
    name: z.string(),
    branch: z.string().describe('Whose campaign it is, empty for the head office'),
    code: z.string(),
    checkDigit: z.boolean(),
    validFrom: z.number(),
    validUntil: z.number(),
    validity: z.enum(['valid', 'expired', 'not-yet-valid']),
    reception: endpointView,
    receptionRingMs: z.number(),
    fallback: fallbackView,
    material: z.string(),
    persona: z.string().describe('Whose voice and music its callers hear, empty for no change'),
  })
  .meta({ id: 'Campaign' });
export type CampaignView = z.output<typeof campaignView>;

const fields = {
  name: nameText,
  code: z
    .string()
    .regex(new RegExp(`^[0-9]{3,${MAX_CODE_LENGTH}}$`), `is not 3 to ${MAX_CODE_LENGTH} digits`)
    .describe('What a customer keys in, with the check digit when there is one'),
  checkDigit: z.boolean().describe('Whether the last digit of the code is a Luhn check digit'),
  validFrom: moment,
  validUntil: moment,
  reception: endpoint.describe(
    'Who takes its calls: one of our phones, or an ordinary one through the trunk',
  ),
  receptionRingMs: z.number().int().min(5_000).max(120_000),
  fallback: fallback.describe('What happens to a caller whom the reception does not take'),
  material: noteText(20_000).describe('What the reception person reads'),
  persona: personaName
    .or(z.literal(''))
    .describe('Whose voice and music its callers hear, empty for no change'),
};

const newCampaign = z.strictObject({
  ...fields,
  checkDigit: fields.checkDigit.default(false),
  receptionRingMs: fields.receptionRingMs.default(20_000),
  fallback: fields.fallback.default({ kind: 'none' }),
  material: fields.material.default(''),
  persona: fields.persona.default(''),
  branch: branchId.optional().describe('Whose campaign it is, your own branch if unset'),
});

const campaignChanges = z.strictObject({ ...fields, branch: branchId }).partial();

/** Routes of campaigns. */
export function campaignRoutes(api: Api, parts: ApiParts): void {
  readRoutes(api, parts);
  writeRoutes(api, parts);
}

/** A campaign as the API shows it. @param now UTC ms */
export function showCampaign(campaign: Campaign, principal: Principal, now: number): CampaignView {
  const show = numbersFor(principal);
  const { branch = '', reception, fallback } = campaign;
  return {
    ...campaign,
    branch,
    validity: validityOf(campaign, now),
    reception:
      reception.kind === 'outside' ? { ...reception, number: show(reception.number) } : { ...reception },
    fallback:
      fallback.kind === 'target' && fallback.to.kind === 'outside'
        ? { ...fallback, to: { ...fallback.to, number: show(fallback.to.number) } }
        : fallback,
  };
}

function readRoutes(api: Api, parts: ApiParts): void {
  const { campaigns, clock } = parts;
  api.get(
    '/api/campaigns',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['campaigns'],
        summary: 'All campaigns, by code',
        response: { 200: z.object({ items: z.array(campaignView) }) },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      const list = (await campaigns.list()).filter(({ branch }) => scope.sees(branch));
      return { items: list.map((campaign) => showCampaign(campaign, caller(request), clock.now())) };
    },
  );
  api.get(
    '/api/campaigns/:id',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['campaigns'],
        summary: 'One campaign',
        params: idParams,
        response: { 200: campaignView },
      },
    },
    async (request) =>
      showCampaign(
        await campaignOf(parts, request.params.id, scopeOf(request)),
        caller(request),
        clock.now(),
      ),
  );
}

function writeRoutes(api: Api, parts: ApiParts): void {
  const { campaigns, clock, ids } = parts;
  api.post(
    '/api/campaigns',
    {
      config: { allowed: CAMPAIGN_KEEPERS, scope: 'branch' },
      schema: {
        tags: ['campaigns'],
        summary: 'Adds a campaign',
        body: newCampaign,
        response: { 201: campaignView },
      },
    },
    async (request, reply) => {
      const principal = caller(request);
      const scope = scopeOf(request);
      const branch = scope.placeIn(request.body.branch);
      const campaign: Campaign = { id: ids.next('m'), ...request.body, branch };
      await checkCampaign(campaign, parts);
      await campaigns.save(campaign, { by: signed(principal), at: clock.now() });
      return reply.status(201).send(showCampaign(campaign, principal, clock.now()));
    },
  );
  api.patch(
    '/api/campaigns/:id',
    {
      config: { allowed: CAMPAIGN_KEEPERS, scope: 'branch' },
      schema: {
        tags: ['campaigns'],
        summary: 'Changes what is named',
        params: idParams,
        body: campaignChanges,
        response: { 200: campaignView },
      },
    },
    async (request) => {
      const principal = caller(request);
      const scope = scopeOf(request);
      const before = await campaignOf(parts, request.params.id, scope);
      const { branch } = request.body;
      if (branch !== undefined) scope.placeIn(branch);
      const campaign: Campaign = { ...before, ...request.body };
      await checkCampaign(campaign, parts);
      await campaigns.save(campaign, { by: signed(principal), at: clock.now() });
      return showCampaign(campaign, principal, clock.now());
    },
  );
}

/** Refuses a campaign whose parts do not go together, or that leads to what is not there. @throws Refused `bad-campaign` */
async function checkCampaign(campaign: Campaign, { agents, centre, flows }: ApiParts): Promise<void> {
  const { code, checkDigit, validFrom, validUntil, reception, fallback, persona } = campaign;
  const issues: { at: string; problem: string; checkDigit?: string }[] = [];
  const complain = (at: string, problem: string) => issues.push({ at, problem });
  if (checkDigit && !checkDigitHolds(code)) {
    const digit = checkDigitOf(code.slice(0, -1));
    const problem = `the check digit is wrong: ${code.slice(0, -1)} is followed by ${digit}`;
    issues.push({ at: 'code', problem, checkDigit: digit });
  }
  if (validFrom >= validUntil) complain('validUntil', 'is not after validFrom');
  for (const [at, to] of [
    ['reception', reception],
    ['fallback.to', fallback.kind === 'target' ? fallback.to : undefined],
  ] as const)
    if (to?.kind === 'phone' && !(await agents.phone(to.extension)))
      complain(at, `there is no phone ${to.extension}`);
  if (fallback.kind === 'queue' && !centre.queues().some(({ queue }) => queue.name === fallback.queue))
    complain('fallback.queue', `there is no queue ${fallback.queue}`);
  if (persona !== '' && !flows.persona(persona)) complain('persona', `there is no persona ${persona}`);
  const [first] = issues;
  if (first) throw new Refused('bad-campaign', `${first.at}: ${first.problem}`, { issues });
}

async function campaignOf({ campaigns }: ApiParts, id: string, scope: Scope): Promise<Campaign> {
  const campaign = await campaigns.byId(id);
  if (!campaign || !scope.sees(campaign.branch)) throw unknownCampaign(id);
  return campaign;
}

/** The refusal of a campaign that is not there, or that whoever asks does not see. */
export function unknownCampaign(id: string): Refused {
  return new Refused('campaign-unknown', `There is no campaign ${id}`);
}
