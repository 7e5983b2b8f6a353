import { endpointOf } from '../agent/off-site.ts';
import { Refused } from '../base/errors.ts';
import type { Lead } from '../list/lead.ts';
import { begin, type NotBegun } from './begin-attempt.ts';
import type { DialFloor, Working } from './dial-floor.ts';
import type { Turn } from './turn.ts';

/**
 * Has an agent call a lead: he is rung first.
 * @throws Refused `agent-not-idle`
 */
export function attendedCall(
  turn: Turn,
  floor: DialFloor,
  working: Working,
  lead: Lead,
  agentId: string,
): { readonly attempt: string } | NotBegun {
  const agent = turn.state.agents.get(agentId);
  const to = agent && endpointOf(agent);
  if (!agent || !to) throw new Refused('agent-logged-out', `${agentId} is not logged in`);
  if (agent.state.at !== 'ready' && agent.state.at !== 'wrap-up' && agent.state.at !== 'not-ready')
    throw new Refused('agent-not-idle', `${agentId} is ${agent.state.at}`);
  if (to.kind === 'phone' && turn.state.isBusy(to.extension))
    throw new Refused('agent-not-idle', `the phone ${to.extension} is in use`);
  const begun = begin(turn, floor, working, lead, { attended: true });
  if (typeof begun === 'string') return begun;
  const leg = turn.nextId('leg-');
  const queue = turn.state.floor.rules.queues.get(working.campaign.queue);
  turn.tellAgent(agent, { type: 'Offer', call: begun.call.id, leg });
  turn.tellCall(begun.call, { type: 'Offered', leg, agent: agentId, to, ringMs: queue?.ringMs ?? 15_000 });
  return { attempt: begun.attempt.id };
}
