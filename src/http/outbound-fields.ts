import { z } from 'zod';
import { OUTBOUND_STATUSES, type OutboundCampaign, PACING_MODES } from '../dialer/outbound.ts';
import { LEAST_RING_MS } from '../dialer/rules.ts';
import { ATTEMPT_OUTCOMES } from '../list/lead.ts';
import { branchId, id, line, moment, nameText, noteText, number } from './fields.ts';

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
    branch: z.string().describe('Whose campaign it is, empty for the head office'),
    status: z.enum(OUTBOUND_STATUSES),
    ...fields,
    name: z.string(),
    callerNumber: z.string(),
    script: z.string(),
  })
  .meta({ id: 'OutboundCampaign', description: 'A campaign that calls people.' });
export type OutboundView = z.output<typeof outboundView>;

export function showOutbound(campaign: OutboundCampaign): OutboundView {
  return { ...campaign, branch: campaign.branch ?? '' };
}

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

/** A campaign to be added; what is left out is as most have it. */
export const newOutbound = z.strictObject({
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
  branch: branchId.optional().describe('Whose campaign it is, your own branch if unset'),
});

/** What of a campaign is to be changed, parts of its pacing too. */
export const outboundChanges = z
  .strictObject({ ...fields, pacing: pacing.partial(), branch: branchId })
  .partial();
