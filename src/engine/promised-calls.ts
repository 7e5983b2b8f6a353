import type { Agent } from '../agent/agent.ts';
import { endpointOf } from '../agent/off-site.ts';
import { Refused } from '../base/errors.ts';
import type { Lead } from '../campaign/lead.ts';
import { attendedCall } from './attended-call.ts';
import { NOT_BEGUN, sendBack } from './begin-attempt.ts';
import type { DialFloor, Working } from './dial-floor.ts';
import type { Turn } from './turn.ts';

/** A lead whose own agent cannot call now is looked at again after this, ms. */
const LOOK_AGAIN_MS = 60_000;
/** Whoever waits for his own agent for longer than this is called by whoever is free, ms. */
const PATIENCE_MS = 3_600_000;
/** Leads that are looked at in one turn. */
const LOOKED_AT = 20;

/**
 * Has agents call those whom they promised it. In preview they are shown them instead. Whose agent is gone, or not to be had for long, is
 * anybody's.
 */
export function callPromised(turn: Turn, floor: DialFloor, working: Working): void {
  const { campaign, hopper, awaited } = working;
  if (campaign.pacing.mode === 'preview') return;
  for (let looked = 0; looked < LOOKED_AT; looked += 1) {
    const lead = hopper.take(({ callback }) => callback?.agent !== undefined);
    const owner = lead?.callback?.agent;
    if (!lead || owner === undefined) return;
    const agent = turn.state.agents.get(owner);
    const since = awaited.get(lead.id) ?? turn.now;
    if (!agent || turn.now - since >= PATIENCE_MS) {
      awaited.delete(lead.id);
      hopper.giveBack(anybodys(lead));
      continue;
    }
    const called = isFree(turn, floor, working, agent) && callBy(turn, floor, working, lead, owner);
    if (called === NOT_BEGUN.limits) return hopper.giveBack(lead);
    if (called !== false) {
      awaited.delete(lead.id);
      continue;
    }
    awaited.set(lead.id, since);
    sendBack(turn, floor, campaign, lead, 'agent-away', turn.now + LOOK_AGAIN_MS);
  }
}

/** He asked to be called, by whomever. */
export function anybodys(lead: Lead): Lead {
  return { ...lead, callback: {} };
}

/** @returns false when it turned out that he cannot be given a call */
function callBy(turn: Turn, floor: DialFloor, working: Working, lead: Lead, owner: string) {
  try {
    return attendedCall(turn, floor, working, lead, owner);
  } catch (thrown) {
    if (thrown instanceof Refused) return false;
    throw thrown;
  }
}

/** He may count in another pool. */
function isFree({ state }: Turn, floor: DialFloor, { campaign }: Working, agent: Agent): boolean {
  const to = endpointOf(agent);
  if (!to || agent.state.at !== 'ready' || !floor.fits(agent, campaign.queue)) return false;
  return !state.isBusy(agent.state.extension);
}
