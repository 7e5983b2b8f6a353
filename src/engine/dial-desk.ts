import type { OutboundCampaign } from '../dialer/outbound.ts';
import type { PacingReason } from '../dialer/pacing.ts';
import type { WhyNot } from '../dialer/why-not.ts';
import { attendedCall } from './attended-call.ts';
import { begin, callOf, sendBack } from './begin-attempt.ts';
import { takeBest } from './best-lead.ts';
import type { DialFloor, Working } from './dial-floor.ts';
import type { DialPool } from './dial-pool.ts';
import type { Turn } from './turn.ts';

/** Name of the deadline at which pools decide again. */
export const DIALLING = 'dialling';

/** Pools decide so often when nothing happens, and no sooner after each other, ms. */
const EVERY_MS = 500;
const SPACING_MS = 100;
/** Leads that are looked at for one dial: the gate may refuse many. */
const LOOKED_AT = 20;
/** A lead whose own agent is not there is looked at again after this, ms. */
const AGENT_AWAY_MS = 5 * 60_000;

/**
 * Dials what the pools' pacing wants by now. @param why what forbids to dial anything, '' for nothing
 */
export function dialAsNeeded(turn: Turn, floor: DialFloor, why: WhyNot | ''): void {
  const { now } = turn;
  if (floor.campaigns.size === 0) return turn.state.deadlines.set(DIALLING, undefined);
  if (now >= floor.dueAt) {
    const waiting = floor.inboundQueues().reduce((sum, { name }) => sum + turn.state.lineIn(name).waiting, 0);
    for (const pool of floor.pools.values()) {
      pool.lend(waiting);
      pool.meter.note(pool.counts(), now);
      decideFor(turn, floor, pool, why);
    }
    floor.dueAt = now + EVERY_MS;
    floor.decidedAt = now;
  }
  turn.state.deadlines.set(DIALLING, Math.max(floor.dueAt, floor.decidedAt + SPACING_MS));
}

function decideFor(turn: Turn, floor: DialFloor, pool: DialPool, why: WhyNot | ''): void {
  const members = [...floor.campaigns.values()].filter(({ campaign }) => campaign.queue === pool.queue);
  for (const working of members) enlist(turn, floor, pool, working, why);
  const decision = pool.pacer.decide(turn.now);
  for (const working of members) working.reason = decision.why;
  // While we are not sure of the PBX, he may have answered.
  for (const id of why === '' ? decision.cancel : []) {
    const call = turn.state.calls.get(callOf(id));
    if (call) turn.tellCall(call, { type: 'LetGo' });
  }
  let allowance = Math.min(floor.allowance(turn.now), floor.channels - turn.state.channelsUp);
  for (const id of decision.dial) {
    const working = floor.campaigns.get(id);
    if (allowance <= 0) break;
    if (working?.whyNot !== '') continue;
    if (!dialNext(turn, floor, pool, working, decision.why)) continue;
    allowance -= 1;
    floor.spend(1);
  }
}

/** A campaign is in its pool while something of it can be dialled. */
function enlist(turn: Turn, floor: DialFloor, pool: DialPool, working: Working, why: WhyNot | ''): void {
  const { campaign } = working;
  working.whyNot = why === '' ? hindrance(turn, floor, working) : why;
  const dials = working.whyNot === '' && campaign.pacing.mode !== 'preview';
  const settings = { ...campaign.pacing, weight: campaign.weight };
  pool.pacer.setCampaign(campaign.id, dials ? settings : undefined);
}

/** Why nothing of a campaign is dialled now, '' when it is. */
function hindrance({ now, state }: Turn, floor: DialFloor, working: Working): WhyNot | '' {
  const { campaign, hopper, circuit } = working;
  if (campaign.status !== 'running') return campaign.status;
  if (now < campaign.validFrom) return 'not-yet-valid';
  if (now >= campaign.validUntil) return 'expired';
  if (circuit.isOpen(now)) return 'trunk-fails';
  if (now < working.restsUntil) return 'dial-limits';
  if (state.channelsUp >= floor.channels) return 'no-channels';
  const pool = floor.poolOf(campaign);
  if (!pool || pool.size === 0) return 'no-agents';
  if (hopper.size === 0) return working.dryBecause;
  return pool.areKept && campaign.pacing.mode !== 'predictive' ? 'kept-for-callers' : '';
}

/** Dials the next lead that the gate lets pass. False when there was none. */
function dialNext(
  turn: Turn,
  floor: DialFloor,
  pool: DialPool,
  working: Working,
  why: PacingReason,
): boolean {
  const { campaign, circuit } = working;
  if (circuit.isOpen(turn.now)) return false;
  for (let looked = 0; looked < LOOKED_AT; looked += 1) {
    const lead = takeBest(working, turn.now);
    if (!lead) {
      working.whyNot = working.dryBecause;
      return false;
    }
    const owner = lead.callback?.agent;
    if (owner !== undefined) {
      if (pool.isIdle(owner)) attendedCall(turn, floor, working, lead, owner);
      else sendBack(turn, floor, campaign, lead, 'agent-away', turn.now + AGENT_AWAY_MS);
      continue;
    }
    const begun = begin(turn, floor, working, lead, { why, attended: false });
    if (!begun && working.whyNot !== '') return false;
    if (!begun) continue;
    pool.pacer.dialled(begun.attempt.id, campaign.id, turn.now, begun.propensity);
    const { leg } = begun;
    turn.effect(begun.call.id, { do: 'originate', call: begun.call, leg, ringMs: ringLimit(campaign) });
    return true;
  }
  return false;
}

/** The PBX lets it ring a little longer than we do, for the time when we are not there. */
function ringLimit({ ringMs, pacing }: OutboundCampaign): number {
  return ringMs + pacing.minRingMs;
}
