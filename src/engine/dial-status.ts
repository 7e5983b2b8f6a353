import type { Call } from '../call/call.ts';
import { customerLeg } from '../call/callback-rules.ts';
import type { CampaignStatus, DiallingStatus, PoolStatus } from '../dialer/dialling.ts';
import { callOf } from './begin-attempt.ts';
import type { DialFloor, Working } from './dial-floor.ts';
import type { DialPool } from './dial-pool.ts';

/** The dialer as those see it who look at it. @param now UTC ms */
export function statusOf(
  floor: DialFloor,
  liveCall: (call: string) => Call | undefined,
  now: number,
): DiallingStatus {
  const calls = new Map<string, Call[]>();
  for (const { attempt } of floor.underWay.values()) {
    const call = liveCall(callOf(attempt.id));
    if (!call) continue;
    const known = calls.get(attempt.campaign);
    if (known) known.push(call);
    else calls.set(attempt.campaign, [call]);
  }
  return {
    campaigns: [...floor.campaigns.values()].map((working) =>
      campaignStatus(floor, working, calls.get(working.campaign.id) ?? [], now),
    ),
    pools: [...floor.pools.values()].map((pool) => poolStatus(pool, now)),
  };
}

function campaignStatus(
  floor: DialFloor,
  { campaign, hopper, circuit, whyNot, reason }: Working,
  calls: readonly Call[],
  now: number,
): CampaignStatus {
  const reached = (call: Call): boolean => customerLeg(call)?.answeredAt !== undefined;
  const dialled = calls.filter((call) => !reached(call));
  const count = (holds: (call: Call) => boolean): number => calls.filter(holds).length;
  return {
    campaign: campaign.id,
    dialling: dialled.length,
    ringing: dialled.filter((call) => customerLeg(call)?.ringingAt !== undefined).length,
    waiting: count((call) => reached(call) && call.connectedAt === undefined),
    talking: count((call) => call.connectedAt !== undefined),
    atHand: hopper.size,
    whyNot,
    ...(reason && { reason }),
    ...(circuit.opensAt !== undefined && { trunkRestsUntil: circuit.opensAt }),
    abandonment: floor.windowsOf(campaign.id).counts(now),
  };
}

function poolStatus(pool: DialPool, now: number): PoolStatus {
  return { queue: pool.queue, agents: pool.counts(), lastHour: pool.meter.lastHour(now) };
}
