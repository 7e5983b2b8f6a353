import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { outboundOf } from '../dialer/http.ts';
import { type Api, type ApiParts, caller, signed } from './api.ts';
import { id, idParams, nameText } from './fields.ts';
import type { DialerParts } from './outbound.ts';
import { CAMPAIGN_KEEPERS, DIRECTORS, EVERY_ROLE } from './roles.ts';
import { type Scope, scopeOf } from './scope.ts';

export const leadCountsView = z
  .object({
    total: z.number().int(),
    fresh: z.number().int().describe('Never dialled'),
    again: z.number().int().describe('Dialled, and due again'),
    done: z.number().int(),
    reasons: z
      .record(z.string(), z.number().int())
      .describe('Those done, by reason: an outcome, a disposition, or the rule that forbids to call'),
  })
  .meta({ id: 'LeadCounts' });

const listFields = {
  id: z.string(),
  campaign: z.string(),
  name: z.string(),
  position: z.number().int().describe('Lists with a smaller one come first'),
  isOn: z.boolean().describe('Leads of a list that is switched off are not dialled'),
  createdAt: z.number().describe('UTC milliseconds'),
};

export const leadListView = z.object(listFields).meta({ id: 'LeadList' });
export type LeadListView = z.output<typeof leadListView>;
export const countedListView = z
  .object({ ...listFields, counts: leadCountsView })
  .meta({ id: 'CountedLeadList' });
export type CountedListView = z.output<typeof countedListView>;

/** Puts into the event log what people do with lists. The lists themselves lie elsewhere, so it follows what was done. */
export function noter({ events, clock }: Pick<ApiParts, 'events' | 'clock'>) {
  return (type: string, data: Readonly<Record<string, unknown>>): void =>
    events.commit(() => [{ type, version: 1, at: clock.now(), data }]);
}

/** Routes of the lists from which campaigns take whom to call. */
export function listRoutes(api: Api, parts: ApiParts & { readonly dialer: DialerParts }): void {
  const { dialer } = parts;
  const noteInLog = noter(parts);
  api.get(
    '/api/outbound/:id/lists',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'The lists of a campaign in their order, with how many leads stand where',
        params: idParams,
        response: { 200: z.object({ items: z.array(countedListView) }) },
      },
    },
    async (request) => {
      const { id: campaign } = await outboundOf(dialer, request.params.id, scopeOf(request));
      return { items: [...(await dialer.lists.lists(campaign))] };
    },
  );
  api.post(
    '/api/outbound/:id/lists',
    {
      config: { allowed: CAMPAIGN_KEEPERS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Adds a list, behind the others; import a file into it then',
        params: idParams,
        body: z.strictObject({ name: nameText }),
        response: { 201: leadListView },
      },
    },
    async (request, reply) => {
      const { id: campaign } = await outboundOf(dialer, request.params.id, scopeOf(request));
      const list = await dialer.lists.createList({ campaign, name: request.body.name });
      noteInLog('LeadListAdded', { campaign, list: list.id, name: list.name, by: signed(caller(request)) });
      return reply.status(201).send(list);
    },
  );
  api.delete(
    '/api/outbound/lists/:list',
    {
      config: { allowed: CAMPAIGN_KEEPERS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Removes a list that has no leads, such as one whose file was refused',
        params: z.strictObject({ list: id }),
        response: { 200: z.object({ list: z.string() }) },
      },
    },
    async (request) => {
      const { list } = request.params;
      await checkList(dialer, list, scopeOf(request));
      await dialer.lists.removeList(list);
      noteInLog('LeadListRemoved', { list, by: signed(caller(request)) });
      return { list };
    },
  );
  api.patch(
    '/api/outbound/lists/:list',
    {
      config: { allowed: DIRECTORS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Names a list, moves it among the others, switches it on or off',
        params: z.strictObject({ list: id }),
        body: z
          .strictObject({ name: nameText, position: z.number().int().min(-1e6).max(1e6), isOn: z.boolean() })
          .partial(),
        response: { 200: leadListView },
      },
    },
    async (request) => {
      const { list } = request.params;
      await checkList(dialer, list, scopeOf(request));
      const changed = await dialer.lists.changeList(list, request.body);
      const { campaign, name, position, isOn } = changed;
      const is = { campaign, list, name, position, isOn };
      noteInLog('LeadListChanged', { ...is, by: signed(caller(request)) });
      await dialer.dialling.campaignsChanged();
      return changed;
    },
  );
}

/** Refuses a list of a campaign that he does not see, as one that is not there. @throws Refused `list-not-found` */
export async function checkList(dialer: DialerParts, list: string, scope: Scope): Promise<void> {
  if (!(await seesList(dialer, list, scope)))
    throw new Refused('list-not-found', `There is no list ${list}.`);
}

/** Whether he sees the campaign of a list; who sees everything is not told here whether there is such a list. */
export async function seesList({ lists }: DialerParts, list: string, scope: Scope): Promise<boolean> {
  if (scope.isWhole) return true;
  const campaign = await lists.campaignOf(list);
  return campaign !== undefined && scope.seesOutbound(campaign);
}
