import { z } from 'zod';
import type { AnswerCount } from '../dialer/abandonment.ts';
import type { CampaignStatus, DiallingStatus, PoolStatus } from '../dialer/dialling.ts';
import { shareOf } from '../dialer/figures.ts';
import type { OutboundCampaign } from '../dialer/outbound.ts';
import { WHY_NOT, type WhyNot } from '../dialer/why-not.ts';
import type { LeadCounts } from '../list/lead.ts';
import type { DialerParts } from './outbound.ts';
import { abandonmentView, showAbandonment } from './outbound-views.ts';

const count = z.number().int();
const share = z.number().describe('0 to 1');

export const reasonView = z
  .object({
    idle: z.number(),
    busy: z.number(),
    waiting: z.number(),
    ringing: z.number(),
    risk: z.number().describe('How probable it is that the next answer finds no agent in time'),
    allowed: z.number().describe('The risk that was allowed'),
    answerRate: z.number().describe('Share of dials that are answered live, as expected now'),
  })
  .meta({ id: 'PacingReason', description: 'What the last decision of pacing was made by.' });

export const liveView = z
  .object({
    dialling: count.describe('Attempts under way that nobody has answered yet'),
    ringing: count,
    waiting: count.describe('Those who have answered and wait for an agent'),
    talking: count,
    atHand: count.describe('Leads that are ready to be dialled'),
    whyNot: z.string().describe('Why nothing is dialled, empty while something is or nobody is idle'),
    whyNotText: z.string().describe('The same as a sentence'),
    reason: reasonView.nullable(),
    trunkRestsUntil: z.number().nullable().describe('UTC milliseconds'),
    abandonment: abandonmentView.nullable().describe('Null for a campaign that is not at work'),
  })
  .meta({ id: 'OutboundLive', description: 'What a campaign does now.' });
export type LiveView = z.output<typeof liveView>;

export const poolView = z
  .object({
    queue: z.string(),
    idle: count,
    reserved: count.describe('An answered customer is being put through to them'),
    talking: count,
    wrapUp: count,
    away: count.describe('Logged in and not to be counted on'),
    talkShare: share.describe('Share of those at work who talk now'),
    lastHour: z.object({
      agentMs: z.number().describe('Their time at work together, milliseconds'),
      talkShare: share,
      occupancy: share.describe('Share of it that was not spent waiting for somebody'),
    }),
  })
  .meta({ id: 'DialPool', description: 'The agents who take the calls of a queue that campaigns dial for.' });
export type PoolView = z.output<typeof poolView>;

/** What a campaign is seen by. */
interface Seen {
  readonly status: DiallingStatus;
  readonly leads: LeadCounts;
  /** Since the campaign began: the dialer itself looks back no further than the law does. */
  readonly life: AnswerCount;
}

/** What a campaign does now, and why it does not. @param now UTC ms */
export async function liveOf(
  dialer: DialerParts,
  campaign: OutboundCampaign,
  { status, leads, life }: Seen,
  now: number,
): Promise<LiveView> {
  const live = status.campaigns.find((one) => one.campaign === campaign.id);
  const whyNot = await whyNotOf(dialer, campaign, live, leads, now);
  const { dialling = 0, ringing = 0, waiting = 0, talking = 0, atHand = 0 } = live ?? {};
  return {
    dialling,
    ringing,
    waiting,
    talking,
    atHand,
    whyNot,
    whyNotText: whyNot === '' ? '' : WHY_NOT[whyNot],
    reason: live?.reason ?? null,
    trunkRestsUntil: live?.trunkRestsUntil ?? null,
    abandonment: live ? showAbandonment({ ...live.abandonment, life }) : null,
  };
}

/** The engine knows that no lead is at hand; only the lists know why. */
async function whyNotOf(
  { lists, gate }: DialerParts,
  { id, status }: OutboundCampaign,
  live: CampaignStatus | undefined,
  counts: LeadCounts,
  now: number,
): Promise<WhyNot | ''> {
  if (status !== 'running') return status;
  const whyNot = live?.whyNot ?? '';
  // Agents who log in would change nothing while nobody may be called.
  if (whyNot !== 'no-leads' && whyNot !== 'no-agents') return whyNot;
  if (counts.total === 0) return 'no-leads';
  if (counts.fresh + counts.again === 0) return 'all-done';
  const zones = await lists.zones(id);
  const isClosed = zones.length > 0 && zones.every((one) => !gate.isOpen(id, one, now));
  return isClosed ? 'outside-hours' : whyNot;
}

export function showPool({ queue, agents, lastHour }: PoolStatus): PoolView {
  const { idle, reserved, talking, 'wrap-up': wrapUp, away } = agents;
  const atWork = idle + reserved + talking + wrapUp;
  return { queue, idle, reserved, talking, wrapUp, away, talkShare: shareOf(talking, atWork), lastHour };
}
