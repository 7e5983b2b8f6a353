import type { WhyNot } from '../dialer/why-not.ts';
import type { DialFloor, Working } from './dial-floor.ts';
import type { Turn } from './turn.ts';

/** Why nobody of a campaign may be dialled now, whoever is there for him; '' when somebody may. */
export function mayNotDial({ now, state, flows }: Turn, floor: DialFloor, working: Working): WhyNot | '' {
  const { campaign, circuit } = working;
  if (campaign.status !== 'running') return campaign.status;
  if (now < campaign.validFrom) return 'not-yet-valid';
  if (now >= campaign.validUntil) return 'expired';
  if (!flows.byName(campaign.flow)) return 'no-flow';
  if (!state.floor.rules.queues.has(campaign.queue)) return 'no-queue';
  const held = floor.heldBy(campaign.id);
  if (held !== '') return held;
  if (circuit.isOpen(now)) return 'trunk-fails';
  if (now < working.restsUntil) return 'dial-limits';
  return state.channelsUp >= floor.channels ? 'no-channels' : '';
}

/** Why pacing dials nothing of a campaign now, '' when it does. */
export function hindrance(turn: Turn, floor: DialFloor, working: Working): WhyNot | '' {
  const { campaign, hopper } = working;
  const why = mayNotDial(turn, floor, working);
  if (why !== '') return why;
  const pool = floor.poolOf(campaign);
  if (!pool || pool.size === 0) return 'no-agents';
  if (hopper.size === 0) return working.dryBecause;
  return pool.areKept && campaign.pacing.mode !== 'predictive' ? 'kept-for-callers' : '';
}
