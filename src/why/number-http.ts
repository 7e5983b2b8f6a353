import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import type { ContactRequest } from '../contact/contact.ts';
import type { Wish } from '../contact/wish.ts';
import { numberOf, seesWish, showWish, wishView } from '../contact/wish-http.ts';
import type { Attempt } from '../dialer/attempt.ts';
import type { OutboundCampaign } from '../dialer/outbound.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import type { ContactParts } from '../http/contact-parts.ts';
import { checkMaySearchNumbers, line, numbersFor, textFor } from '../http/fields.ts';
import { seesAttempt } from '../http/outbound-attempts.ts';
import { attemptView, showAttempt } from '../http/outbound-views.ts';
import type { Principal } from '../http/principal.ts';
import { STAFF_READERS } from '../http/roles.ts';
import { type Scope, scopeOf } from '../http/scope.ts';
import { ATTEMPT_OUTCOMES } from '../list/lead.ts';
import type { KeptLead } from '../list/list.ts';
import { zonesOf } from '../list/zone.ts';

const time = z.number().nullable().describe('UTC milliseconds');

const leadView = z.object({
  id: z.string(),
  list: z.string(),
  campaign: z.string(),
  name: z.string(),
  number: z.string(),
  zones: z.array(z.string()),
  standing: z.enum(['fresh', 'again', 'callback', 'done']),
  doneReason: z.string().nullable(),
  dueAt: z.number().describe('UTC milliseconds'),
  attempts: z.number().int(),
  lastOutcome: z.enum(ATTEMPT_OUTCOMES).nullable(),
});

const refusalView = z.object({
  rule: z.string(),
  retryAt: time.describe('The first moment at which this rule may permit it; null: never'),
  detail: z.record(z.string(), z.union([z.string(), z.number()])),
});

const verdictView = z.object({
  campaign: z.string(),
  name: z.string(),
  status: z.string(),
  number: z.string(),
  person: z.string(),
  zones: z.array(z.string()),
  policy: z.string().nullable(),
  regulator: z.string().nullable(),
  allowed: z.boolean(),
  nextAt: time.describe('When no rule would forbid it if nothing happened until then; null: never'),
  refusals: z.array(refusalView),
});

const numberWhyView = z
  .object({
    at: z.number().describe('UTC milliseconds'),
    zone: z.string().describe('Of the centre, IANA name'),
    known: z.boolean().describe('Whether he is in a list, was called, or wished something'),
    wishes: z.array(wishView),
    leads: z.array(leadView),
    verdicts: z.array(verdictView).describe('What the rules of contact say now, campaign by campaign'),
    attempts: z
      .array(attemptView.extend({ why: z.record(z.string(), z.unknown()).nullable() }))
      .describe('The latest first; `why`: what the pacing decided by, where it was asked'),
  })
  .meta({ id: 'NumberWhy', description: 'Why somebody was or was not called, and when he may be.' });
export type NumberWhyView = z.output<typeof numberWhyView>;

/** More of each are not told. */
const MOST_LEADS = 50;
const MOST_ATTEMPTS = 20;
const MOST_CAMPAIGNS = 50;

type Parts = ApiParts & { readonly contacts: ContactParts };

/** Tells why somebody was or was not called; nothing in a centre that calls nobody. */
export function numberWhyRoutes(api: Api, parts: ApiParts): void {
  const { contacts } = parts;
  if (!contacts) return;
  const all = { ...parts, contacts };
  api.get(
    '/api/outbound/why',
    {
      config: { allowed: STAFF_READERS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary:
          'Why somebody was or was not called: wishes, leads, what every campaign may do now, attempts',
        querystring: z.strictObject({
          number: line(60).min(1).optional(),
          person: line(100).min(1).optional().describe('Who he is over all lists, such as a customer number'),
        }),
        response: { 200: numberWhyView },
      },
    },
    async (request): Promise<NumberWhyView> => {
      const { number: written, person = '' } = request.query;
      if ((written === undefined) === (person === ''))
        throw new Refused('bad-filter', 'Ask by a number or by a person');
      const principal = caller(request);
      checkMaySearchNumbers(principal);
      const number = written === undefined ? '' : numberOf(written, contacts.numbers);
      return explained(all, { number, person }, principal, scopeOf(request));
    },
  );
}

interface Whom {
  readonly number: string;
  readonly person: string;
}

async function explained(
  { contacts, events, clock }: Parts,
  whom: Whom,
  principal: Principal,
  scope: Scope,
): Promise<NumberWhyView> {
  const { lists, campaigns } = contacts;
  const { number, person } = whom;
  const [everyLead, everyCampaign] = await Promise.all([
    number === '' ? lists.leadsOfPerson(person) : lists.leadsOfNumber(number),
    campaigns.list(),
  ]);
  const found = everyLead.filter(({ campaign }) => scope.seesOutbound(campaign));
  const all = everyCampaign.filter(({ branch }) => scope.sees(branch));
  const persons = [...new Set([person, ...found.map((lead) => lead.person)])].filter((one) => one !== '');
  const [everyWish, everyAttempt] = await Promise.all([
    wishesOf(contacts, number, persons),
    attemptsOf(contacts, number, persons),
  ]);
  const wished = everyWish.filter((wish) => seesWish(scope, wish, true));
  const made = everyAttempt.filter((attempt) => seesAttempt(scope, attempt));
  const leads = found.slice(0, MOST_LEADS).flatMap((lead) => onNumbers(lead, number));
  const requests = requestsFor(whom, leads, all.slice(0, MOST_CAMPAIGNS));
  const whys = await Promise.all(made.map(({ id }) => events.ofCall(`call-${id}`)));
  const now = clock.now();
  // That another campaign is the reason, he learns; which one, only where he sees it.
  const mayTell = ({ campaign = '' }: Readonly<Record<string, string | number>>): boolean =>
    campaign === '' || scope.seesCampaign(String(campaign));
  return {
    at: now,
    zone: contacts.zone(),
    known: found.length + wished.length + made.length > 0,
    wishes: wished.map((wish) => showWish(wish, principal)),
    leads: leads.map((one) => showLead(one, principal)),
    verdicts: requests.map(([campaign, request]) => {
      const {
        policy = null,
        regulator = null,
        refusals: forbidden,
        nextAt: opensAt = null,
      } = contacts.gate.explain(request, now);
      const { id, name, status } = campaign;
      const isPermitted = contacts.mayDial(id, request.number);
      const refusals = isPermitted ? forbidden : [...forbidden, NOT_PERMITTED];
      const nextAt = isPermitted ? opensAt : null;
      const about = { campaign: id, name, status, policy, regulator, nextAt, zones: [...request.zones] };
      return {
        ...about,
        number: numbersFor(principal)(request.number),
        person: textFor(principal)(request.person),
        allowed: refusals.length === 0,
        refusals: refusals.map(({ rule, retryAt = null, detail }) => ({
          rule,
          retryAt,
          detail: mayTell(detail) ? { ...detail } : {},
        })),
      };
    }),
    attempts: made.map((attempt, index) => {
      const began = whys[index]?.find(({ type }) => type === 'AttemptMade');
      const why = began?.data.why as Readonly<Record<string, unknown>> | undefined;
      return { ...showAttempt(attempt, principal), why: why ?? null };
    }),
  };
}

/** What class of service forbids, no time lifts. */
const NOT_PERMITTED = { rule: 'class-of-service', retryAt: null, detail: {} };

/** More persons of one number are not looked into. */
const MOST_PERSONS = 10;

/** Each of these by itself: what concerns the number, and what concerns one of the persons. */
function sidesOf(number: string, persons: readonly string[]): Whom[] {
  const ofPersons = persons.slice(0, MOST_PERSONS).map((person) => ({ number: '', person }));
  return [...(number === '' ? [] : [{ number, person: '' }]), ...ofPersons];
}

async function wishesOf(
  { wishes }: ContactParts,
  number: string,
  persons: readonly string[],
): Promise<Wish[]> {
  const found = await Promise.all(sidesOf(number, persons).map((side) => wishes.of(side)));
  return unique(found.flat()).sort((a, b) => a.id - b.id);
}

/** The latest first. */
async function attemptsOf(
  { attempts }: ContactParts,
  number: string,
  persons: readonly string[],
): Promise<Attempt[]> {
  const found = await Promise.all(
    sidesOf(number, persons).map(({ number: one, person }) =>
      attempts.list({ ...(one === '' ? { person } : { numbers: [one] }), limit: MOST_ATTEMPTS }),
    ),
  );
  return unique(found.flat())
    .sort((a, b) => b.at - a.at)
    .slice(0, MOST_ATTEMPTS);
}

const unique = <Item extends { readonly id: string | number }>(items: readonly Item[]): Item[] => [
  ...new Map(items.map((item) => [item.id, item])).values(),
];

/** A lead at one of its numbers. */
interface LeadAt {
  readonly lead: KeptLead;
  readonly number: string;
  readonly zones: readonly string[];
}

/** @param number '' for all of them */
function onNumbers(lead: KeptLead, number: string): LeadAt[] {
  return lead.numbers
    .filter((one) => number === '' || one.number === number)
    .map((one) => ({ lead, number: one.number, zones: one.zones }));
}

/** What the gate would be asked: by the campaign of each lead; of a number in no list, by each campaign that there is. */
function requestsFor(
  { number }: Whom,
  leads: readonly LeadAt[],
  campaigns: readonly OutboundCampaign[],
): (readonly [OutboundCampaign, ContactRequest])[] {
  const attended = ({ pacing }: OutboundCampaign): boolean => pacing.mode === 'preview';
  if (leads.length > 0)
    return leads.flatMap(({ lead, ...at }) => {
      const campaign = campaigns.find(({ id }) => id === lead.campaign);
      if (!campaign) return [];
      const { person, callback } = lead;
      const request = { campaign: campaign.id, person, ...at, asked: callback !== undefined };
      return [[campaign, { ...request, attended: attended(campaign) }] as const];
    });
  if (number === '') return [];
  return campaigns.map((campaign) => {
    const request = { campaign: campaign.id, person: number, number, zones: zonesOf(number), asked: false };
    return [campaign, { ...request, attended: attended(campaign) }] as const;
  });
}

function showLead({ lead, number, zones }: LeadAt, principal: Principal): z.output<typeof leadView> {
  const { id, list, campaign, name, standing, doneReason = null, dueAt, attempts, lastOutcome = null } = lead;
  return {
    id,
    list,
    campaign,
    name: textFor(principal)(name),
    number: numbersFor(principal)(number),
    zones: [...zones],
    standing,
    doneReason,
    dueAt,
    attempts,
    lastOutcome,
  };
}
