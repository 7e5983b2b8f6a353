import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import type { Said } from '../base/said.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { idParams, numbersFor, textFor } from '../http/fields.ts';
import type { Principal } from '../http/principal.ts';
import { EVERY_ROLE } from '../http/roles.ts';
import { saidView } from '../http/said-view.ts';
import { scopeOf } from '../http/scope.ts';
import { eventDataFor, ruleFor, seesScores, seesSensitive } from '../http/sensitive-view.ts';
import { ORDERS } from '../queue/queue.ts';
import type { RoutingRules } from '../queue/rules.ts';
import { type Standing, standingOf } from './standing.ts';
import { type Moment, storyOf } from './story.ts';
import { stretchesOf } from './stretches.ts';

const ms = z.number().describe('Milliseconds');
const at = z.number().describe('UTC milliseconds');
const scoreView = z
  .number()
  .nullable()
  .describe('By the preferences; null for roles that may not see what sensitive attributes give');

const offerView = z
  .object({
    rule: z.enum(['kept', 'familiar', 'best-score', 'longest-idle', 'only']),
    order: z.enum(ORDERS),
    waitedMs: ms,
    urgency: z.number().describe("The caller's urgency, as the order reckons it"),
    step: z
      .number()
      .int()
      .describe('Step of relaxing that had begun, from 0; -1: only who knows him was asked'),
    score: scoreView,
    ready: z.number().int(),
    fit: z.number().int(),
    considered: z.array(
      z.object({ agent: z.string(), alike: z.number().int(), score: scoreView, idleMs: ms }),
    ),
    removed: z.array(
      z.object({
        agent: z.string(),
        alike: z.number().int(),
        by: z.string().describe('The condition that does not hold, or `later`'),
      }),
    ),
    rivals: z.array(z.object({ call: z.string(), queue: z.string(), tier: z.string(), urgency: z.number() })),
  })
  .meta({ id: 'OfferReason', description: 'Why this caller got this agent.' });

const momentView = z.object({
  at,
  kind: z.string().describe('Type of the event'),
  says: z.string(),
  because: z.array(z.string()),
  said: z
    .object({ says: saidView, because: z.array(saidView) })
    .describe('Both taken apart, for other languages'),
  agent: z.string().nullable(),
  offer: offerView.nullable(),
});

const standingView = z
  .object({
    queue: z.string(),
    tier: z.string(),
    waitedMs: ms,
    targetMs: ms,
    ringsAt: z.string().nullable().describe('The agent whose phone rings for him'),
    position: z.number().int().nullable().describe('1 for the next'),
    step: z
      .number()
      .int()
      .describe('Step of relaxing that has begun, from 0; -1: only who knows him is asked'),
    steps: z.number().int(),
    nextStepInMs: ms.nullable(),
    able: z
      .array(
        z.object({
          agent: z.string(),
          step: z.number().int(),
          score: scoreView,
          knowsHim: z.boolean(),
          state: z.string(),
          forMs: ms,
        }),
      )
      .describe('Who is logged in and could serve him'),
    ableCount: z.number().int().describe('How many those are; not all of them are named'),
    unable: z.array(z.object({ by: z.string(), agents: z.number().int() })),
  })
  .meta({ id: 'Standing', description: 'Where somebody stands who waits now.' });

const whyView = z
  .object({
    id: z.string(),
    moments: z.array(momentView),
    stretches: z.array(
      z.object({ doing: z.enum(['flow', 'wait', 'ring', 'talk', 'hold']), from: at, to: at }),
    ),
    standing: standingView.nullable().describe('Where he stands, if he waits now'),
  })
  .meta({ id: 'Why', description: 'Why a call went where it went.' });
export type WhyView = z.output<typeof whyView>;

/** Agents who are named of those who could serve somebody. */
const NAMED = 50;

/** Tells why a call went where it went, and where it stands now. */
export function whyRoutes(api: Api, { calls, centre, events, routing, clock }: ApiParts): void {
  api.get(
    '/api/calls/:id/why',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['calls'],
        summary: 'Why a call went where it went, moment by moment, and where it stands if it waits',
        params: idParams,
        response: { 200: whyView },
      },
    },
    async (request): Promise<WhyView> => {
      const { id } = request.params;
      const principal = caller(request);
      const live = centre.liveCalls();
      const call = centre.liveCall(id);
      if ((!call && !calls.partiesOf(id)) || !scopeOf(request).seesCall(id))
        throw new Refused('call-unknown', `There is no call ${id}`);
      const happened = await events.ofCall(id);
      const now = clock.now();
      const rules = routing.current();
      const tell = eventDataFor(principal, rules);
      const told = happened
        .filter(({ type }) => type !== 'SensitiveAttributeUsed' || seesSensitive(principal))
        .map((event) => ({ ...event, data: tell(event.type, event.data) }));
      const floor = { agents: centre.agents(), calls: live, rules };
      const standing = call && standingOf(call, floor, now);
      return {
        id,
        moments: storyOf(told, numbersFor(principal)).map((moment) => showMoment(moment, textFor(principal))),
        stretches: stretchesOf(happened, now),
        standing: standing ? showStanding(standing, principal, rules) : null,
      };
    },
  );
}

function showMoment(moment: Moment, show: (text: string) => string): WhyView['moments'][number] {
  const { says, because, said, agent = null, offer } = moment;
  return {
    ...moment,
    says: show(says),
    because: because.map(show),
    said: { says: showSaid(said.says, show), because: said.because.map((one) => showSaid(one, show)) },
    agent,
    offer: offer
      ? {
          ...offer,
          considered: [...offer.considered],
          removed: [...offer.removed],
          rivals: [...offer.rivals],
        }
      : null,
  };
}

/** Nothing is shown in its values that its text would not show. */
function showSaid({ form, values }: Said, show: (text: string) => string): Said {
  return {
    form: show(form),
    values: values.map((value) => (typeof value === 'string' ? show(value) : showSaid(value, show))),
  };
}

function showStanding(standing: Standing, principal: Principal, rules: RoutingRules): WhyView['standing'] {
  const { position = null, ringsAt = null, nextStepInMs = null, able, unable } = standing;
  const show = ruleFor(principal, rules);
  const hidesScores = !seesScores(principal, rules);
  return {
    ...standing,
    position,
    ringsAt,
    nextStepInMs,
    able: able.slice(0, NAMED).map((one) => (hidesScores ? { ...one, score: null } : one)),
    ableCount: able.length,
    unable: unable.map(({ by, agents }) => ({ by: show(by), agents })),
  };
}
