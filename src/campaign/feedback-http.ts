import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import { id, noteText, number, numbersFor, pageCursor, pageLimit, pageOf, textFor } from '../http/fields.ts';
import type { Principal } from '../http/principal.ts';
import { EVERY_ROLE, STAFF } from '../http/roles.ts';
import { type Scope, scopeOf } from '../http/scope.ts';
import { cursorAtMoment, momentOf, seenPage } from '../http/seen-page.ts';
import { type Feedback, INTERESTS } from './feedback.ts';
import { unknownCampaign } from './http.ts';

export const feedbackView = z
  .object({
    id: z.string(),
    campaignId: z.string(),
    customerId: z.string().nullable(),
    callId: z.string().nullable(),
    ani: z.string(),
    interest: z.enum(INTERESTS),
    note: z.string(),
    by: z.string(),
    at: z.number().describe('UTC milliseconds'),
  })
  .meta({ id: 'Feedback' });
export type FeedbackView = z.output<typeof feedbackView>;

const newFeedback = z.strictObject({
  campaignId: id,
  callId: id.optional().describe('The call in which it was said; number and customer are taken from it'),
  customerId: id.optional(),
  ani: number.optional().describe('The number that the customer called from'),
  interest: z.enum(INTERESTS),
  note: noteText().default(''),
});

/** Routes of what customers said about campaigns. */
export function feedbackRoutes(api: Api, parts: ApiParts): void {
  const { campaigns, clock, ids } = parts;
  api.post(
    '/api/feedback',
    {
      config: { allowed: STAFF, scope: 'branch' },
      schema: {
        tags: ['campaigns'],
        summary: 'Notes what a customer said about a campaign',
        body: newFeedback,
        response: { 201: feedbackView },
      },
    },
    async (request, reply) => {
      const principal = caller(request);
      const { campaignId, interest, note, ...about } = request.body;
      const scope = scopeOf(request);
      const who = await whoSaidIt(parts, about, scope);
      if (!scope.seesCampaign(campaignId) && !isOfCall(parts, who.callId, campaignId))
        throw unknownCampaign(campaignId);
      const feedback: Feedback = {
        id: ids.next('f'),
        campaignId,
        interest,
        note,
        ...who,
        by: signed(principal),
        at: clock.now(),
      };
      await campaigns.addFeedback(feedback);
      return reply.status(201).send(showFeedback(feedback, principal, scope));
    },
  );
  api.get(
    '/api/feedback',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['campaigns'],
        summary: 'What customers said, the latest first',
        querystring: z.strictObject({
          campaign: id.optional(),
          cursor: pageCursor.optional(),
          limit: pageLimit,
        }),
        response: { 200: pageOf(feedbackView) },
      },
    },
    async (request) => {
      const principal = caller(request);
      const { campaign, cursor, limit } = request.query;
      const scope = scopeOf(request);
      return seenPage({
        scope,
        limit,
        from: cursor,
        read: (before, most) => campaigns.feedback({ campaignId: campaign, before, limit: most }),
        sees: (row) => seesFeedback(scope, row),
        placeOf: momentOf,
        cursorAt: cursorAtMoment,
        show: (row) => showFeedback(row, principal, scope),
      });
    },
  );
}

/** Feedback as this role may see it; a customer whom he does not see is none. */
export function showFeedback(feedback: Feedback, principal: Principal, scope: Scope): FeedbackView {
  const { customerId, callId = null, ani, note, ...shown } = feedback;
  return {
    ...shown,
    customerId: customerId !== undefined && scope.seesCustomer(customerId) ? customerId : null,
    callId,
    ani: numbersFor(principal)(ani),
    note: textFor(principal)(note),
  };
}

/** Number and customer behind feedback: of the call when one is named, else as given. @throws Refused `…-unknown` */
async function whoSaidIt(
  { calls, customers }: ApiParts,
  about: { readonly callId?: string; readonly customerId?: string; readonly ani?: string },
  scope: Scope,
): Promise<Pick<Feedback, 'ani' | 'customerId' | 'callId'>> {
  const { callId, customerId } = about;
  const call = callId === undefined ? undefined : await calls.byId(callId);
  if (callId !== undefined && (!call || !scope.seesCall(callId, call)))
    throw new Refused('call-unknown', `There is no call ${callId}`);
  const isThere = customerId === undefined || (await customers.byId(customerId));
  if (customerId !== undefined && (!isThere || !scope.seesCustomer(customerId)))
    throw new Refused('customer-unknown', `There is no customer ${customerId}`);
  const ani = about.ani ?? call?.ani ?? '';
  const known = customerId ?? call?.customerId ?? undefined;
  if (known !== undefined) return { ani, customerId: known, callId };
  // Nobody finds out by a number whose customer of another branch it is.
  const found = (await customers.byNumber(ani))?.id;
  return { ani, customerId: found !== undefined && scope.seesCustomer(found) ? found : undefined, callId };
}

/** Whoever serves a caller of a campaign notes what he said of it, whosever campaign it is. */
function isOfCall({ calls }: ApiParts, call: string | undefined, campaign: string): boolean {
  return call !== undefined && calls.partiesOf(call)?.campaignId === campaign;
}

/** By its campaign, or by the customer who said it. */
export function seesFeedback(
  scope: Scope,
  { campaignId, customerId }: Pick<Feedback, 'campaignId' | 'customerId'>,
): boolean {
  return scope.seesCampaign(campaignId) || (customerId !== undefined && scope.seesCustomer(customerId));
}
