import { Refused } from '../base/errors.ts';
import type { Lead } from '../campaign/lead.ts';
import type { Preview } from '../dialer/dialling.ts';
import { attendedCall } from './attended-call.ts';
import { requestOf, wishOf } from './begin-attempt.ts';
import type { DialFloor, Working } from './dial-floor.ts';
import type { Turn } from './turn.ts';

/** How long a lead is an agent's to look at, ms. */
const LOOKS_FOR_MS = 5 * 60_000;
/** A lead that an agent skipped comes again after this, ms. */
const SKIPPED_MS = 30 * 60_000;
/** Leads that are looked at for one preview. */
const LOOKED_AT = 50;

/**
 * Shows an agent the next lead of a preview campaign whose calls he takes; asked again, the same one.
 * @param campaign only of this one, '' for any
 * @throws Refused `unknown-agent`, `no-lead`
 */
export function previewNext(turn: Turn, floor: DialFloor, agentId: string, campaign: string): Preview {
  const agent = turn.state.agents.get(agentId);
  if (!agent) throw new Refused('unknown-agent', `there is no agent ${agentId}`);
  const shown = floor.previews.get(agentId);
  if (shown && shown.until > turn.now && (campaign === '' || campaign === shown.campaign)) return shown;
  release(floor, agentId);
  for (const working of floor.campaigns.values()) {
    const { id, status, pacing, queue } = working.campaign;
    if (status !== 'running' || pacing.mode !== 'preview' || (campaign !== '' && campaign !== id)) continue;
    if (!floor.fits(agent, queue)) continue;
    const lead = nextFor(turn, floor, working, agentId);
    if (!lead) continue;
    const preview: Preview = { lead, campaign: id, until: turn.now + LOOKS_FOR_MS };
    floor.previews.set(agentId, preview);
    turn.log('LeadPreviewed', { campaign: id, list: lead.list, lead: lead.id }, { agent: agentId });
    return preview;
  }
  throw new Refused('no-lead', 'no lead can be shown now: none is due, or none may be called at this hour');
}

/** A lead that the gate would let pass now, and that no other agent is to call. */
function nextFor(turn: Turn, floor: DialFloor, working: Working, agent: string): Lead | undefined {
  const { campaign, hopper } = working;
  let looked = 0;
  return hopper.take((lead) => {
    const [to] = lead.numbers;
    const owner = lead.callback?.agent;
    if (!to || looked >= LOOKED_AT || (owner !== undefined && owner !== agent)) return false;
    looked += 1;
    return floor.gate.judge(requestOf(campaign, lead, to, true), turn.now).allowed;
  });
}

/** What he looked at for too long is somebody else's. */
function release(floor: DialFloor, agent: string): void {
  const shown = floor.previews.get(agent);
  if (!shown) return;
  floor.previews.delete(agent);
  floor.campaigns.get(shown.campaign)?.hopper.giveBack(shown.lead);
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

/** He wants to call him: his phone is rung, and when he has taken it, the customer's. @throws Refused `no-preview`, `agent-not-idle`, `not-permitted` */
export function previewAccept(turn: Turn, floor: DialFloor, agent: string): string {
  const { lead, campaign } = shownTo(turn, floor, agent);
  const working = floor.campaigns.get(campaign);
  if (!working) throw new Refused('no-preview', 'the campaign has been stopped');
  const attempt = attendedCall(turn, floor, working, lead, agent);
  floor.previews.delete(agent);
  if (attempt === undefined)
    throw new Refused('not-permitted', 'this number may not be called now: npx carillon why NUMBER says why');
  return attempt;
}

function shownTo(turn: Turn, floor: DialFloor, agent: string): Preview {
  const shown = floor.previews.get(agent);
  if (shown && shown.until > turn.now) return shown;
  release(floor, agent);
  throw new Refused('no-preview', `${agent} is shown no lead: ask for the next one`);
}
