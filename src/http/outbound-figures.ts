import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { localTime, startOfDay } from '../base/zone.ts';
import type { DiallingStatus } from '../dialer/dialling.ts';
import { answersOf, figuresOf } from '../dialer/figures.ts';
import { outboundOf } from '../dialer/http.ts';
import type { OutboundCampaign } from '../dialer/outbound.ts';
import type { Api, ApiParts } from './api.ts';
import { idParams, momentQuery } from './fields.ts';
import type { DialerParts } from './outbound.ts';
import { outboundView, showOutbound } from './outbound-fields.ts';
import { countedListView, leadCountsView } from './outbound-lists.ts';
import { liveOf, liveView, poolView, showPool } from './outbound-live.ts';
import { figuresView } from './outbound-views.ts';
import { EVERY_ROLE } from './roles.ts';
import { scopeOf } from './scope.ts';

const DAY_MS = 86_400_000;
/** Longest span of one question, ms. */
const LONGEST_MS = 92 * DAY_MS;

const progressFields = {
  campaign: outboundView,
  leads: leadCountsView,
  today: figuresView.describe('Of attempts made today, by the zone of the centre'),
  live: liveView,
};

const progressView = z.object(progressFields).meta({ id: 'OutboundProgress' });
const detailedView = z
  .object({
    ...progressFields,
    life: figuresView.describe('Of all attempts ever'),
    lists: z.array(countedListView.extend({ figures: figuresView.describe('Of all attempts ever') })),
  })
  .meta({ id: 'OutboundDetails' });
const statusView = z
  .object({
    at: z.number().describe('UTC milliseconds'),
    zone: z.string().describe('Of the centre: where its days begin'),
    campaigns: z.array(progressView),
    pools: z.array(poolView),
  })
  .meta({ id: 'DialerStatus' });
export type DialerStatusView = z.output<typeof statusView>;
export type ProgressView = z.output<typeof progressView>;
export type DetailedProgressView = z.output<typeof detailedView>;

const dayView = z.object({ day: z.string().describe('Such as 2026-11-22'), figures: figuresView });
const daysView = z.object({ total: figuresView, days: z.array(dayView) });
export type OutboundDaysView = z.output<typeof daysView>;

type Parts = ApiParts & { readonly dialer: DialerParts };

/** Routes of how campaigns get on. */
export function outboundFigureRoutes(api: Api, parts: Parts): void {
  statusRoute(api, parts);
  progressRoute(api, parts);
  figuresRoute(api, parts);
}

function statusRoute(api: Api, parts: Parts): void {
  const { dialer, clock } = parts;
  api.get(
    '/api/outbound/status',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'What all campaigns and their agents do now, and how today went',
        response: { 200: statusView },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      const campaigns = (await dialer.campaigns.list()).filter(({ branch }) => scope.sees(branch));
      const status = dialer.dialling.status();
      return {
        at: clock.now(),
        zone: dialer.zone(),
        campaigns: await Promise.all(campaigns.map((campaign) => progressOf(parts, campaign, status))),
        pools: status.pools.map(showPool),
      };
    },
  );
}

function progressRoute(api: Api, parts: Parts): void {
  const { dialer } = parts;
  api.get(
    '/api/outbound/:id/progress',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'How a campaign and its lists get on',
        params: idParams,
        response: { 200: detailedView },
      },
    },
    async (request) => {
      const campaign = await outboundOf(dialer, request.params.id, scopeOf(request));
      const counts = await dialer.attempts.counts({ campaign: campaign.id });
      const lists = await dialer.lists.lists(campaign.id);
      return {
        ...(await progressOf(parts, campaign, dialer.dialling.status())),
        life: figuresOf(counts),
        lists: lists.map((list) => ({
          ...list,
          figures: figuresOf(counts.filter((one) => one.list === list.id)),
        })),
      };
    },
  );
}

function figuresRoute(api: Api, { dialer, clock }: Parts): void {
  api.get(
    '/api/outbound/:id/figures',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'What came of the attempts of a campaign, by day and in all',
        description: 'Hours count whole that are touched. Without a span: the last 30 days.',
        params: idParams,
        querystring: z.strictObject({ from: momentQuery.optional(), to: momentQuery.optional() }),
        response: { 200: daysView },
      },
    },
    async (request) => {
      const { id: campaign } = await outboundOf(dialer, request.params.id, scopeOf(request));
      const { to = clock.now() + 1 } = request.query;
      const { from = Math.max(0, to - 30 * DAY_MS) } = request.query;
      if (from >= to || to - from > LONGEST_MS)
        throw new Refused('bad-span', 'from has to be before to, by 92 days at most');
      const counts = await dialer.attempts.counts({ campaign, from, to });
      const days = Map.groupBy(counts, ({ hour }) => dayOf(hour, dialer.zone()));
      return {
        total: figuresOf(counts),
        days: [...days].map(([day, ofDay]) => ({ day, figures: figuresOf(ofDay) })),
      };
    },
  );
}

async function progressOf({ dialer, clock }: Parts, campaign: OutboundCampaign, status: DiallingStatus) {
  const now = clock.now();
  const [leads, counts, ever] = await Promise.all([
    dialer.lists.counts(campaign.id),
    dialer.attempts.counts({ campaign: campaign.id, from: midnight(now, dialer.zone()) }),
    dialer.attempts.counts({ campaign: campaign.id }),
  ]);
  const seen = { status, leads, life: answersOf(ever) };
  const live = await liveOf(dialer, campaign, seen, now);
  return { campaign: showOutbound(campaign), leads, today: figuresOf(counts), live };
}

/** When the day of `now` began in this zone, UTC ms. */
function midnight(now: number, zone: string): number {
  const { year, month, day } = localTime(now, zone);
  return startOfDay(year, month, day, zone);
}

function dayOf(ms: number, zone: string): string {
  const { year, month, day } = localTime(ms, zone);
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
