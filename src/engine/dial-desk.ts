import type { Call } from '../call/call.ts';
import type { OutboundCampaign } from '../dialer/outbound.ts';
import type { PacingReason } from '../dialer/pacing.ts';
import { strictest } from '../dialer/rules.ts';
import { begin, callOf, logHeldBack, NOT_BEGUN } from './begin-attempt.ts';
import { takeBest } from './best-lead.ts';
import type { DialFloor, Working } from './dial-floor.ts';
import type { DialPool } from './dial-pool.ts';
import { hindrance, mayNotDial } from './hindrance.ts';
import { releaseStale } from './preview-desk.ts';
import { callPromised } from './promised-calls.ts';
import type { Turn } from './turn.ts';

/** Name of the deadline at which pools decide again. */
export const DIALLING = 'dialling';

/** Pools decide so often when nothing happens, and no sooner after each other, ms. */
const EVERY_MS = 500;
const SPACING_MS = 100;
/** Leads that are looked at for one dial: the gate may refuse many. */
const LOOKED_AT = 20;

/** Dials what the pools' pacing wants by now. */
export function dialAsNeeded(turn: Turn, floor: DialFloor): void {
  const { now } = turn;
  logHeldBack(turn, floor.heldBack.takeDue(now));
  if (floor.campaigns.size === 0) return turn.state.deadlines.set(DIALLING, undefined);
  if (now >= Math.max(floor.dueAt, floor.decidedAt + SPACING_MS)) {
    floor.dueAt = now + EVERY_MS;
    floor.decidedAt = now;
    releaseStale(turn, floor);
    floor.lend(waitingQueues(turn));
    for (const pool of floor.pools.values()) {
      pool.meter.note(pool.counts(), now);
      decideFor(turn, floor, pool);
    }
  }
  turn.state.deadlines.set(DIALLING, Math.max(floor.dueAt, floor.decidedAt + SPACING_MS));
}

/** Queues in which callers wait; whom we call ourselves is none. */
function waitingQueues({ state }: Turn): string[] {
  const queues = new Set<string>();
  for (const id of state.waiting) {
    const call = state.calls.get(id);
    if (call?.phase.at === 'queued' && !call.outbound) queues.add(call.phase.queue);
  }
  return [...queues];
}

function decideFor(turn: Turn, floor: DialFloor, pool: DialPool): void {
  const members = [...floor.campaigns.values()].filter(({ campaign }) => campaign.queue === pool.queue);
  pool.keepCampaigns(new Set(members.map(({ campaign }) => campaign.id)));
  for (const working of members) {
    if (mayNotDial(turn, floor, working) === '') callPromised(turn, floor, working);
    enlist(turn, floor, pool, working);
  }
  pool.hasWork = members.some(({ whyNot }) => whyNot === '' || whyNot === 'kept-for-callers');
  const decision = pool.pacer.decide(turn.now);
  for (const working of members) working.reason = decision.why;
  // While we are not sure of the PBX, he may have answered.
  for (const id of floor.isForbidden ? [] : decision.cancel) {
    const call = turn.state.calls.get(callOf(id));
    if (call) turn.tellCall(call, { type: 'LetGo' });
  }
  // What a campaign has no leads for is for the others: without it they are decided for again.
  let { dial, why } = decision;
  while (dialAll(turn, floor, pool, dial, why)) ({ dial, why } = pool.pacer.decide(turn.now));
}

/** A campaign is in its pool while something of it can be dialled. */
function enlist(turn: Turn, floor: DialFloor, pool: DialPool, working: Working): void {
  const { campaign } = working;
  working.whyNot = hindrance(turn, floor, working);
  const dials = working.whyNot === '' && campaign.pacing.mode !== 'preview';
  const pacing = strictest(campaign.pacing, floor.gate.conduct(campaign.id));
  pool.enlist(campaign.id, dials ? { ...pacing, weight: campaign.weight } : undefined);
}

/** Dials for these campaigns, one after the other. @returns true when one had nothing to dial, and is not in the pool any more */
function dialAll(
  turn: Turn,
  floor: DialFloor,
  pool: DialPool,
  dial: readonly string[],
  why: PacingReason,
): boolean {
  const dry = new Set<string>();
  let allowance = Math.min(floor.allowance(turn.now), floor.channels - turn.state.channelsUp);
  for (const id of dial) {
    if (allowance <= 0) return false;
    const working = floor.campaigns.get(id);
    if (!working || dry.has(id)) continue;
    if (dialNext(turn, floor, pool, working, why)) {
      allowance -= 1;
      floor.spend(1);
    } else {
      dry.add(id);
      pool.enlist(id, undefined);
    }
  }
  return dry.size > 0;
}

/** Dials the next lead that the gate lets pass. False when there was none. */
function dialNext(
  turn: Turn,
  floor: DialFloor,
  pool: DialPool,
  working: Working,
  why: PacingReason,
): boolean {
  const { campaign, circuit, hopper } = working;
  if (circuit.isOpen(turn.now)) {
    working.whyNot = 'trunk-fails';
    return false;
  }
  for (let looked = 0; looked < LOOKED_AT; looked += 1) {
    const lead = takeBest(working, turn.now);
    if (!lead) {
      working.whyNot = working.dryBecause;
      return false;
    }
    const begun = begin(turn, floor, working, lead, { why, attended: false });
    if (begun === NOT_BEGUN.heldBack) continue;
    if (begun === NOT_BEGUN.limits) {
      hopper.giveBack(lead);
      working.whyNot = 'dial-limits';
      return false;
    }
    pool.pacer.dialled(begun.attempt.id, campaign.id, turn.now, begun.propensity);
    const { leg } = begun;
    turn.effect(begun.call.id, {
      do: 'originate',
      call: begun.call,
      leg,
      ringMs: ringLimit(campaign, begun.call),
    });
    return true;
  }
  return false;
}

/** The PBX lets it ring a little longer than we do, for the time when we are not there. */
function ringLimit({ ringMs }: OutboundCampaign, { outbound }: Call): number {
  return ringMs + (outbound?.minRingMs ?? 0);
}
