import { Refused } from '../base/errors.ts';
import type { Preview } from '../dialer/dialling.ts';
import { WHY_NOT, type WhyNot } from '../dialer/why-not.ts';
import type { Lead } from '../list/lead.ts';
import { attendedCall } from './attended-call.ts';
import { mayContact, NOT_BEGUN, sendBack, wishOf } from './begin-attempt.ts';
import type { DialFloor, Working } from './dial-floor.ts';
import { mayNotDial } from './hindrance.ts';
import { anybodys, ownerOf } from './promised-calls.ts';
import type { Turn } from './turn.ts';

/** How long a lead is an agent's to look at, ms. */
const LOOKS_FOR_MS = 5 * 60_000;
/** A lead that an agent skipped comes again after this, ms. */
const SKIPPED_MS = 30 * 60_000;
/** A lead whose own agent is to call him is shown again after this, ms. */
const AGENT_AWAY_MS = 60_000;
/** A campaign that weighs nothing is shown now and then. */
const LEAST_WEIGHT = 0.001;
/** Leads that are looked at for one preview. */
const LOOKED_AT = 50;

/**
 * Shows an agent the next lead of a preview campaign whose calls he takes; asked again, the same one.
 * @param campaign only of this one, '' for any: then they come in turn, by their weights
 * @throws Refused `agent-unknown`, `no-lead`
 */
export function previewNext(turn: Turn, floor: DialFloor, agentId: string, campaign: string): Preview {
  const agent = turn.state.agents.get(agentId);
  if (!agent) throw new Refused('agent-unknown', `there is no agent ${agentId}`);
  const shown = floor.previews.get(agentId);
  if (shown && shown.until > turn.now && (campaign === '' || campaign === shown.campaign)) return shown;
  release(floor, agentId);
  let why: WhyNot | '' = '';
  for (const working of inTurn(floor, campaign)) {
    const { id, pacing, queue } = working.campaign;
    if (pacing.mode !== 'preview' || !floor.fits(agent, queue)) continue;
    const forbids = mayNotDial(turn, floor, working);
    const lead = forbids === '' && nextFor(turn, floor, working, agentId);
    if (!lead) {
      why ||= forbids;
      continue;
    }
    floor.previewTurn = Math.max(working.previewTurn, floor.previewTurn);
    working.previewTurn = floor.previewTurn + 1 / Math.max(working.campaign.weight, LEAST_WEIGHT);
    const preview: Preview = { lead, campaign: id, until: turn.now + LOOKS_FOR_MS };
    floor.previews.set(agentId, preview);
    turn.log('LeadPreviewed', { campaign: id, list: lead.list, lead: lead.id }, { agent: agentId });
    return preview;
  }
  const reason = why === '' ? 'none is due, or none may be called at this hour' : WHY_NOT[why];
  throw new Refused('no-lead', `no lead can be shown now: ${reason}`);
}

/** The campaigns, the one first whose turn it is. @param only of this one, '' for all */
function inTurn(floor: DialFloor, only: string): Working[] {
  const turnOf = ({ previewTurn }: Working): number => Math.max(previewTurn, floor.previewTurn);
  return [...floor.campaigns.values()]
    .filter(({ campaign }) => only === '' || only === campaign.id)
    .sort((a, b) => turnOf(a) - turnOf(b));
}

/** A lead that the gate lets pass now, and that no other agent is to call. What he cannot be shown goes back to its list. */
function nextFor(turn: Turn, floor: DialFloor, working: Working, agent: string): Lead | undefined {
  const { campaign, hopper } = working;
  const isAnothers = (lead: Lead): boolean => ![undefined, agent].includes(ownerOf(turn, working, lead));
  const isAtWork = ({ callback }: Lead): boolean =>
    (turn.state.agents.get(callback?.agent ?? '')?.state.at ?? 'logged-out') !== 'logged-out';
  for (let looked = 0; looked < LOOKED_AT; looked += 1) {
    const taken = hopper.take((lead) => !isAnothers(lead) || !isAtWork(lead));
    if (!taken) return undefined;
    if (isAnothers(taken)) {
      sendBack(turn, floor, campaign, taken, 'agent-away', turn.now + AGENT_AWAY_MS);
      continue;
    }
    const lead = taken.callback?.agent === agent ? taken : anybodys(taken);
    if (!mayContact(turn, floor, campaign, lead, true)) continue;
    working.awaited.delete(lead.id);
    return lead;
  }
  return undefined;
}

/** He who looked at it for too long, or is gone, does not call: it is somebody else's. */
export function releaseStale({ now, state }: Turn, floor: DialFloor): void {
  for (const [agent, { until }] of floor.previews) {
    const at = state.agents.get(agent)?.state.at ?? 'logged-out';
    if (until <= now || at === 'logged-out') release(floor, agent);
  }
}

/** Its list gives it out again. */
function release(floor: DialFloor, agent: string): void {
  const shown = floor.previews.get(agent);
  if (!shown) return;
  floor.previews.delete(agent);
  floor.campaigns.get(shown.campaign)?.hopper.settled(shown.lead.id);
}

/** He does not want to call this one. @throws Refused `no-preview` */
export function previewSkip(turn: Turn, floor: DialFloor, agent: string, reason: string): void {
  const { lead, campaign } = shownTo(turn, floor, agent);
  floor.previews.delete(agent);
  const dueAt = turn.now + SKIPPED_MS;
  const fate = { next: 'again', dueAt, ...wishOf(lead) } as const;
  floor.sentBack.push({ campaign, lead: lead.id, fate });
  turn.log('LeadSkipped', { campaign, list: lead.list, lead: lead.id, reason }, { agent });
}

/** He wants to call him: his phone is rung, and when he has taken it, the customer's. @throws Refused `no-preview`, `agent-not-idle`, `not-dialling`, `not-permitted` */
export function previewAccept(turn: Turn, floor: DialFloor, agent: string): string {
  const { lead, campaign } = shownTo(turn, floor, agent);
  const working = floor.campaigns.get(campaign);
  if (!working) throw new Refused('no-preview', 'the campaign has been stopped');
  const why = mayNotDial(turn, floor, working);
  if (why !== '') throw new Refused('not-dialling', `nobody is called now: ${WHY_NOT[why]}`);
  const begun = attendedCall(turn, floor, working, lead, agent);
  if (begun === NOT_BEGUN.limits)
    throw new Refused('not-dialling', `nobody is called now: ${WHY_NOT['dial-limits']}`);
  floor.previews.delete(agent);
  if (begun === NOT_BEGUN.heldBack)
    throw new Refused('not-permitted', 'this number may not be called now: npx carillon why NUMBER says why');
  return begun.attempt;
}

function shownTo(turn: Turn, floor: DialFloor, agent: string): Preview {
  const shown = floor.previews.get(agent);
  if (shown && shown.until > turn.now) return shown;
  release(floor, agent);
  throw new Refused('no-preview', `${agent} is shown no lead: ask for the next one`);
}
