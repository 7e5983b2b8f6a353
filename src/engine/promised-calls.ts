import { Refused } from '../base/errors.ts';
import type { Lead } from '../list/lead.ts';
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
    if (!lead) return;
    const owner = ownerOf(turn, working, lead);
    if (owner === undefined) {
      hopper.giveBack(anybodys(lead));
      continue;
    }
    const called = callBy(turn, floor, working, lead, owner);
    if (called === NOT_BEGUN.limits) return hopper.giveBack(lead);
    if (called) awaited.delete(lead.id);
    else sendBack(turn, floor, campaign, lead, 'agent-away', turn.now + LOOK_AGAIN_MS);
  }
}

/** The agent who alone is to call a lead, for the first while from the moment that it is asked; undefined: anybody. */
export function ownerOf(
  { state, now }: Turn,
  { awaited }: Working,
  { id, callback }: Lead,
): string | undefined {
  const owner = callback?.agent;
  if (owner === undefined) return undefined;
  const since = awaited.get(id) ?? now;
  awaited.set(id, since);
  if (state.agents.has(owner) && now - since < PATIENCE_MS) return owner;
  awaited.delete(id);
  return undefined;
}

/** He asked to be called, by whomever. */
export function anybodys(lead: Lead): Lead {
  return lead.callback ? { ...lead, callback: {} } : lead;
}

/** @returns undefined when he cannot be given a call now */
function callBy(turn: Turn, floor: DialFloor, working: Working, lead: Lead, owner: string) {
  const agent = turn.state.agents.get(owner);
  // He may count in another pool.
  if (agent?.state.at !== 'ready' || !floor.fits(agent, working.campaign.queue)) return undefined;
  try {
    return attendedCall(turn, floor, working, lead, owner);
  } catch (thrown) {
    if (thrown instanceof Refused) return undefined;
    throw thrown;
  }
}
