import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import { idParams } from '../http/fields.ts';
import type { DialerParts } from '../http/outbound.ts';
import { newOutbound, outboundChanges, outboundView, showOutbound } from '../http/outbound-fields.ts';
import { CAMPAIGN_KEEPERS, DIRECTORS, EVERY_ROLE } from '../http/roles.ts';
import { type Scope, scopeOf } from '../http/scope.ts';
import { CONTROLS, type Control, controlled } from './control.ts';
import { leavesMessage } from './message.ts';
import type { OutboundCampaign } from './outbound.ts';
import { issuesOf } from './rules.ts';

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
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'All campaigns that call people, by name',
        response: { 200: z.object({ items: z.array(outboundView) }) },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      const seen = (await dialer.campaigns.list()).filter(({ branch }) => scope.sees(branch));
      return { items: seen.map(showOutbound) };
    },
  );
  api.get(
    '/api/outbound/:id',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'One of them',
        params: idParams,
        response: { 200: outboundView },
      },
    },
    async (request) => showOutbound(await outboundOf(dialer, request.params.id, scopeOf(request))),
  );
}

function addRoute(api: Api, parts: Parts): void {
  const { dialer, ids, clock } = parts;
  api.post(
    '/api/outbound',
    {
      config: { allowed: CAMPAIGN_KEEPERS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Adds a campaign, stopped; what is left out is as most campaigns have it',
        body: newOutbound,
        response: { 201: outboundView },
      },
    },
    async (request, reply) => {
      const { id: wanted = ids.next('o'), branch: named, ...given } = request.body;
      const branch = scopeOf(request).placeIn(named);
      if (await dialer.campaigns.byId(wanted))
        throw new Refused('outbound-id-taken', `There is an outbound campaign ${wanted} already`);
      const campaign = checked({ id: wanted, status: 'stopped', ...given, branch }, parts);
      await dialer.campaigns.save(campaign, { by: signed(caller(request)), at: clock.now() });
      await dialer.dialling.campaignsChanged();
      return reply.status(201).send(showOutbound(campaign));
    },
  );
}

function changeRoute(api: Api, parts: Parts): void {
  const { dialer, clock } = parts;
  api.patch(
    '/api/outbound/:id',
    {
      config: { allowed: DIRECTORS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Changes what is named, of pacing too; it holds at once, also while the campaign runs',
        params: idParams,
        body: outboundChanges,
        response: { 200: outboundView },
      },
    },
    async (request) => {
      const { pacing: paced, ...others } = request.body;
      const scope = scopeOf(request);
      await outboundOf(dialer, request.params.id, scope);
      if (others.branch !== undefined) scope.placeIn(others.branch);
      const made = { by: signed(caller(request)), at: clock.now() };
      const campaign = await dialer.campaigns.change(request.params.id, made, (known) =>
        checked({ ...known, ...others, pacing: { ...known.pacing, ...paced } }, parts),
      );
      await dialer.dialling.campaignsChanged();
      return showOutbound(campaign);
    },
  );
}

function removeRoute(api: Api, { dialer, clock }: Parts): void {
  api.delete(
    '/api/outbound/:id',
    {
      config: { allowed: CAMPAIGN_KEEPERS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Removes a campaign for which nobody was ever dialled and that has no lists',
        params: idParams,
        response: { 200: outboundView },
      },
    },
    async (request) => {
      const campaign = await outboundOf(dialer, request.params.id, scopeOf(request));
      const { id: removed } = campaign;
      if ((await dialer.lists.lists(removed)).length > 0)
        throw new Refused('outbound-has-lists', `Outbound campaign ${removed} has lists: leave it stopped`);
      await dialer.campaigns.remove(removed, { by: signed(caller(request)), at: clock.now() });
      await dialer.dialling.campaignsChanged();
      return showOutbound(campaign);
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
      config: { allowed: DIRECTORS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: CONTROL_SUMMARIES[control],
        params: idParams,
        response: { 200: outboundView },
      },
    },
    async (request) => {
      const made = { by: signed(caller(request)), at: clock.now() };
      await outboundOf(dialer, request.params.id, scopeOf(request));
      const campaign = await dialer.campaigns.change(request.params.id, made, (known) => {
        const next = { ...known, status: controlled(known, control, clock.now()) };
        // What was right when it was saved may not be any more.
        return control === 'start' ? checked(next, parts) : next;
      });
      await dialer.dialling.campaignsChanged();
      return showOutbound(campaign);
    },
  );
}

/** @throws Refused `outbound-unknown` */
export async function outboundOf(
  { campaigns }: Pick<DialerParts, 'campaigns'>,
  id: string,
  scope: Scope,
): Promise<OutboundCampaign> {
  const campaign = await campaigns.byId(id);
  if (!campaign || !scope.sees(campaign.branch))
    throw new Refused('outbound-unknown', `There is no outbound campaign ${id}`);
  return campaign;
}

/** The campaign, when it is right. @throws Refused `bad-outbound` */
function checked(campaign: OutboundCampaign, { centre, flows, dialer }: Parts): OutboundCampaign {
  const issues = issuesOf(campaign, {
    hasQueue: (name) => centre.queues().some(({ queue }) => queue.name === name),
    hasFlow: (name) => flows.byName(name) !== undefined,
    leavesMessage: (name) => leavesMessage(name, (flow) => flows.byName(flow)),
    conduct: (name) => dialer.policies.policy(name)?.conduct,
  });
  const [first] = issues;
  if (first) throw new Refused('bad-outbound', `${first.at}: ${first.problem}`, { issues });
  return campaign;
}
