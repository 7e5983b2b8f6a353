import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import type { ContactParts } from '../http/contact-parts.ts';
import { checkMaySearchNumbers, line, moment, numbersFor, textFor } from '../http/fields.ts';
import type { Principal } from '../http/principal.ts';
import { CAMPAIGN_KEEPERS, EVERY_ROLE, STAFF } from '../http/roles.ts';
import { type Scope, scopeOf } from '../http/scope.ts';
import { seenPage } from '../http/seen-page.ts';
import { NUMBER_FAULTS, type NumberRules, readNumber } from '../list/phone-number.ts';
import { type NewWish, WISH_KINDS, type Wish } from './wish.ts';
import { campaign, campaignName, source, untilTime } from './wish-fields.ts';
import { doNotCallRoutes } from './wish-import-http.ts';
import { unknownWish } from './wish-store.ts';

export const wishView = z
  .object({
    id: z.number().int(),
    kind: z.enum(WISH_KINDS),
    campaign: campaignName,
    person: z.string(),
    number: z.string(),
    source: z.string(),
    at: z.number().describe('UTC milliseconds'),
    until: untilTime,
    by: z.string(),
  })
  .meta({ id: 'ContactWish', description: 'What somebody wishes about being called.' });
export type WishView = z.output<typeof wishView>;

const newWish = z
  .strictObject({
    kind: z
      .enum(WISH_KINDS)
      .describe(
        'do-not-call: is not to be called. refused: did not want what was offered. consent: may be called',
      ),
    campaign,
    person: line(100).default('').describe('Who it is over all lists, such as a customer number'),
    number: line(60).default('').describe('A telephone number, as people write it'),
    source,
    until: moment.optional().describe('UTC milliseconds; for good without it'),
  })
  .describe('With person and number it holds for both');

const filter = z.strictObject({
  kind: z.enum(WISH_KINDS).optional(),
  person: line(100).min(1).optional(),
  number: line(60).min(1).optional(),
  source: source.optional(),
  before: z.coerce.number().int().min(1).optional().describe('Only those with a lower id'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

type Parts = ApiParts & { readonly contacts: ContactParts };

/** Routes of do-not-call entries, refusals and consents; none in a centre that calls nobody. */
export function wishRoutes(api: Api, parts: ApiParts): void {
  const { contacts } = parts;
  if (!contacts) return;
  const all = { ...parts, contacts };
  listRoute(api, all);
  changeRoutes(api, all);
  doNotCallRoutes(api, all);
}

/** A wish as this role may see it. */
export function showWish({ until, person, number, ...shown }: Wish, principal: Principal): WishView {
  return {
    ...shown,
    person: textFor(principal)(person),
    number: numbersFor(principal)(number),
    until: until ?? null,
  };
}

/** What somebody wrote, as a number is kept. @throws Refused `bad-number` */
export function numberOf(written: string, rules: NumberRules): string {
  const reading = readNumber(written, rules);
  if (reading.kind === 'number') return reading.number;
  const why = reading.kind === 'fault' ? NUMBER_FAULTS[reading.fault] : 'is empty';
  throw new Refused('bad-number', `The number ${why}`);
}

function listRoute(api: Api, { contacts }: Parts): void {
  api.get(
    '/api/contact-wishes',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Who is not to be called, who refused, who consented; the newest first',
        description: 'By one of kind, person, number and source, or all of them.',
        querystring: filter,
        response: {
          200: z.object({
            items: z.array(wishView),
            next: z.number().nullable().describe('Give it as `before` to go on; null at the end'),
          }),
        },
      },
    },
    async (request) => {
      const principal = caller(request);
      const { kind, person, number, source: from, before, limit } = request.query;
      const given = [kind, person, number, from].filter((one) => one !== undefined);
      if (given.length > 1) throw new Refused('bad-filter', 'Ask by one of kind, person, number and source');
      if (person !== undefined || number !== undefined) checkMaySearchNumbers(principal);
      const scope = scopeOf(request);
      const wanted = {
        ...(kind && { kind }),
        ...(person !== undefined && { person }),
        ...(number !== undefined && { number: numberOf(number, contacts.numbers) }),
        ...(from !== undefined && { source: from }),
      };
      const isAboutOne = person !== undefined || number !== undefined;
      const { items, next } = await seenPage({
        scope,
        limit,
        from: before,
        read: (place, most) =>
          contacts.wishes.list({ ...wanted, ...(place !== undefined && { before: place }), limit: most }),
        sees: (wish) => seesWish(scope, wish, isAboutOne),
        placeOf: (wish) => wish.id,
        cursorAt: String,
        show: (wish) => showWish(wish, principal),
      });
      return { items, next: next === null ? null : Number(next) };
    },
  );
}

function changeRoutes(api: Api, { contacts, clock }: Parts): void {
  api.post(
    '/api/contact-wishes',
    {
      config: { allowed: STAFF, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Remembers a wish; the same one again only becomes newer',
        body: newWish,
        response: { 201: wishView },
      },
    },
    async (request, reply) => {
      const principal = caller(request);
      const { number, until, ...said } = request.body;
      // What lets people be called is not for everybody to say.
      if (said.kind === 'consent' && !CAMPAIGN_KEEPERS.some((role) => role === principal.role))
        throw new Refused('forbidden', 'A consent is noted by who keeps campaigns');
      if (said.campaign !== '' && !scopeOf(request).seesCampaign(said.campaign))
        throw new Refused('bad-campaign', `There is no campaign ${said.campaign}`);
      const wish: NewWish = {
        ...said,
        number: number === '' ? '' : numberOf(number, contacts.numbers),
        at: clock.now(),
        by: signed(principal),
        ...(until !== undefined && { until }),
      };
      return reply.status(201).send(showWish(await contacts.wishes.add(wish), principal));
    },
  );
  api.delete(
    '/api/contact-wishes/:id',
    {
      config: { allowed: CAMPAIGN_KEEPERS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Forgets a wish that was noted by mistake or taken back',
        params: z.strictObject({ id: z.coerce.number().int().min(1) }),
        response: { 200: z.object({ removed: z.literal(true) }) },
      },
    },
    async (request) => {
      const { id } = request.params;
      await checkTakesBack(contacts, id, scopeOf(request));
      await contacts.wishes.remove(id, { by: signed(caller(request)), at: clock.now() });
      return { removed: true as const };
    },
  );
}

/**
 * Of a campaign that he sees. What holds for all campaigns is the business of all branches as soon as they ask about one number or
 * person; the whole list of them is not.
 */
export function seesWish(scope: Scope, { campaign }: Pick<Wish, 'campaign'>, isAboutOne: boolean): boolean {
  return campaign === '' ? scope.isWhole || isAboutOne : scope.seesCampaign(campaign);
}

/** @throws Refused `wish-unknown`, `branch-not-yours` for one that holds for all branches */
async function checkTakesBack({ wishes }: ContactParts, id: number, scope: Scope): Promise<void> {
  if (scope.isWhole) return;
  const wish = await wishes.byId(id);
  if (wish?.campaign === '')
    throw new Refused('branch-not-yours', 'This wish holds for all branches: ask the head office');
  if (!wish || !scope.seesCampaign(wish.campaign)) throw unknownWish(id);
}
