import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import type { ContactParts } from '../http/contact-parts.ts';
import { checkMaySearchNumbers, line, moment, numbersFor, textFor } from '../http/fields.ts';
import { CAMPAIGN_KEEPERS, EVERY_ROLE, STAFF } from '../http/roles.ts';
import type { ApiToken } from '../http/store.ts';
import { NUMBER_FAULTS, type NumberRules, readNumber } from '../list/phone-number.ts';
import { type NewWish, WISH_KINDS, type Wish } from './wish.ts';
import { campaign, campaignName, source, untilTime } from './wish-fields.ts';
import { doNotCallRoutes } from './wish-import-http.ts';

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
export function showWish({ until, person, number, ...shown }: Wish, token: ApiToken): WishView {
  return {
    ...shown,
    person: textFor(token)(person),
    number: numbersFor(token)(number),
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
      config: { allowed: EVERY_ROLE },
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
      const token = caller(request);
      const { kind, person, number, source: from, before, limit } = request.query;
      const given = [kind, person, number, from].filter((one) => one !== undefined);
      if (given.length > 1) throw new Refused('bad-filter', 'Ask by one of kind, person, number and source');
      if (person !== undefined || number !== undefined) checkMaySearchNumbers(token);
      const wishes = await contacts.wishes.list({
        limit,
        ...(kind && { kind }),
        ...(person !== undefined && { person }),
        ...(number !== undefined && { number: numberOf(number, contacts.numbers) }),
        ...(from !== undefined && { source: from }),
        ...(before !== undefined && { before }),
      });
      const next = wishes.length < limit ? null : (wishes.at(-1)?.id ?? null);
      return { items: wishes.map((wish) => showWish(wish, token)), next };
    },
  );
}

function changeRoutes(api: Api, { contacts, clock }: Parts): void {
  api.post(
    '/api/contact-wishes',
    {
      config: { allowed: STAFF },
      schema: {
        tags: ['outbound'],
        summary: 'Remembers a wish; the same one again only becomes newer',
        body: newWish,
        response: { 201: wishView },
      },
    },
    async (request, reply) => {
      const token = caller(request);
      const { number, until, ...said } = request.body;
      // What lets people be called is not for everybody to say.
      if (said.kind === 'consent' && !CAMPAIGN_KEEPERS.some((role) => role === token.role))
        throw new Refused('forbidden', 'A consent is noted by who keeps campaigns');
      const wish: NewWish = {
        ...said,
        number: number === '' ? '' : numberOf(number, contacts.numbers),
        at: clock.now(),
        by: signed(token),
        ...(until !== undefined && { until }),
      };
      return reply.status(201).send(showWish(await contacts.wishes.add(wish), token));
    },
  );
  api.delete(
    '/api/contact-wishes/:id',
    {
      config: { allowed: CAMPAIGN_KEEPERS },
      schema: {
        tags: ['outbound'],
        summary: 'Forgets a wish that was noted by mistake or taken back',
        params: z.strictObject({ id: z.coerce.number().int().min(1) }),
        response: { 200: z.object({ removed: z.literal(true) }) },
      },
    },
    async (request) => {
      await contacts.wishes.remove(request.params.id, { by: signed(caller(request)), at: clock.now() });
      return { removed: true as const };
    },
  );
}
