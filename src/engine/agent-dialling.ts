import { callInHand } from '../agent/agent.ts';
import { endpointOf } from '../agent/off-site.ts';
import { numberOf } from '../agent/web-phone.ts';
import { Refused } from '../base/errors.ts';
import type { Call } from '../call/call.ts';
import { refusalText } from '../call/dial-refusal.ts';
import type { Turn } from './turn.ts';

/** For so long the phone of the agent rings, and then that of the one whom he calls, ms. */
const AGENT_RINGS_MS = 20_000;
const RINGS_MS = 60_000;
/** How long the agent is rung has its own limit, ms. */
const LONG_MS = 3_600_000;

/**
 * Has an agent call a number that he chose: he is rung first. What his phone may dial, he may.
 * @param isPhone it is the extension of one of our phones
 * @returns the id of the call
 * @throws Refused `agent-unknown`, `agent-logged-out`, `agent-off-site`, `agent-not-idle`, `number-not-permitted`, `agent-busy`, `phone-busy`
 */
export function agentDials(turn: Turn, id: string, number: string, isPhone: boolean): string {
  const agent = turn.state.agents.get(id);
  if (!agent) throw new Refused('agent-unknown', `there is no agent ${id}`);
  const to = endpointOf(agent);
  if (!to) throw new Refused('agent-logged-out', `${id} is not logged in`);
  if (to.kind !== 'phone')
    throw new Refused('agent-off-site', `${id} is reached elsewhere: he dials himself`);
  const { at } = agent.state;
  if (at !== 'ready' && at !== 'wrap-up' && at !== 'not-ready')
    throw new Refused('agent-not-idle', `${id} is ${at}`);
  if (turn.state.isBusy(to.extension))
    throw new Refused('agent-not-idle', `the phone ${to.extension} is in use`);
  const phone = numberOf(agent, to.extension);
  const call = callOf(turn, phone, number, isPhone ? freePhone(turn, number, to.extension) : undefined);
  const permission = isPhone
    ? ({ allowed: true } as const)
    : turn.outside.permit(call, number, { phone }, turn.now);
  if (!permission.allowed) throw new Refused('number-not-permitted', refusalText(permission.refusal));
  const leg = turn.nextLeg();
  turn.log('AgentDialled', { number }, { call: call.id, agent: id });
  turn.tellAgent(agent, { type: 'Offer', call: call.id, leg });
  turn.tellCall(call, { type: 'Offered', leg, agent: id, to, ringMs: AGENT_RINGS_MS });
  return call.id;
}

/** Where whoever has that extension is rung now. @param own phone of the one who calls */
function freePhone(turn: Turn, extension: string, own: string): string {
  const agent = turn.state.agentFor(extension);
  const to = agent && endpointOf(agent);
  const at = to?.kind === 'phone' ? to.extension : extension;
  if (agent && callInHand(agent))
    throw new Refused('agent-busy', `${agent.name} (${agent.id}) has a call: he is ${agent.state.at}`);
  if (at === own || turn.state.isBusy(at)) throw new Refused('phone-busy', `phone ${extension} is in use`);
  return at;
}

/** Like the call of a callback whose turn has come: its rules ring the agent, then the customer. */
function callOf(turn: Turn, extension: string, number: string, phone: string | undefined): Call {
  const id = turn.nextId('call-');
  return {
    id,
    channel: `leg-${id}`,
    source: { kind: 'phone', extension },
    callback: { id, ringMs: RINGS_MS, ...(phone !== undefined && { phone }) },
    ani: number,
    aniName: '',
    dnis: '',
    startedAt: turn.now,
    facts: { language: '', persona: '', variables: {} },
    stack: [],
    phase: { at: 'queued', queue: '', since: turn.now, until: turn.now + LONG_MS, music: '' },
    legs: [],
    waitedMs: 0,
    talkedMs: 0,
  };
}
