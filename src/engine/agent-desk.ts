import type { Agent, AgentInput, AgentState } from '../agent/agent.ts';
import { checkStays } from '../agent/off-site.ts';
import { mayLogInAt } from '../agent/web-phone.ts';
import { Refused } from '../base/errors.ts';
import type { CallEffect } from '../call/call-effect.ts';
import type { Leg } from '../call/leg.ts';
import type { Director } from '../call/supervision.ts';
import { factsOfAgent } from './kept-facts.ts';
import type { Turn } from './turn.ts';

/** Wrap-up after a call that came to an agent through no queue, ms. */
const DIRECT_WRAP_UP_MS = 10_000;

/** Somebody, or his phone, says what an agent does now. @param by a supervisor, where it is not the agent himself @throws Refused */
export function agentTold(turn: Turn, id: string, input: AgentInput, by?: Director): void {
  const { state } = turn;
  const agent = state.agents.get(id);
  if (!agent) throw new Refused('agent-unknown', `there is no agent ${id}`);
  if (input.type === 'LogIn') {
    const { extension } = input;
    if (!mayLogInAt(extension, id))
      throw new Refused('not-his-phone', `${extension} is the phone in the page of another agent`);
    const other = state.agentAt(extension);
    if (other && other.id !== id)
      throw new Refused(
        'phone-in-use',
        `${other.name} (${other.id}) is logged in at ${extension}: log out there first`,
      );
  }
  turn.tellAgent(agent, input);
  if (!by) return;
  const reason = input.type === 'GoNotReady' ? { reason: input.reason } : {};
  turn.log('AgentDirected', { asked: input.type, ...reason, by: by.id, name: by.name }, { agent: id });
}

/** The administrator has added or changed him; his state is his own. @throws Refused when it would move the phone he is at */
export function agentSaved(turn: Turn, saved: Agent): void {
  const { state } = turn;
  const known = state.agents.get(saved.id);
  if (known) checkStays(known, saved);
  const agent = known ? { ...saved, state: known.state } : saved;
  state.putAgent(agent);
  if (known && known.state.at !== 'logged-out')
    turn.log('AgentFactsChanged', factsOfAgent(agent, state.floor.rules), { agent: agent.id });
}

/** @throws Refused while he is logged in */
export function agentRemoved({ state }: Turn, id: string): void {
  const agent = state.agents.get(id);
  if (!agent) return;
  if (agent.state.at !== 'logged-out')
    throw new Refused('agent-logged-in', `${agent.name} (${id}) is logged in: log him out first`);
  state.dropAgent(agent);
}

/** Calendars open and close without a word. */
export function lookAtDuty({ state }: Turn): void {
  for (const agent of state.agents.values()) if (agent.outside) state.floor.agentChanged(agent);
}

/** Tells the agent at the end of a leg, if there is one. */
export function tellAgentAt(turn: Turn, { agent }: Leg, input: AgentInput): void {
  const told = agent === undefined ? undefined : turn.state.agents.get(agent);
  if (told) turn.tellAgent(told, input);
}

/** The agent at the end of a leg is told how it ended. */
export function releaseAgent(turn: Turn, { leg, talked, gone }: CallEffect & { do: 'release' }): void {
  if (gone) return tellAgentAt(turn, leg, { type: 'PhoneGone', leg: leg.id });
  if (talked) {
    const queue = leg.queue === undefined ? undefined : turn.state.floor.rules.queues.get(leg.queue);
    const wrapUpMs = queue?.wrapUpMs ?? DIRECT_WRAP_UP_MS;
    return tellAgentAt(turn, leg, { type: 'TalkEnded', leg: leg.id, wrapUpMs });
  }
  const reason = leg.outcome === 'no-answer' ? 'ring-no-answer' : (leg.outcome ?? 'failed');
  tellAgentAt(turn, leg, { type: 'OfferEnded', leg: leg.id, by: whoseDoing(leg), reason });
}

/** Who let an offer come to nothing. Only what an agent does with a queue's call counts against him. */
function whoseDoing(leg: Leg): 'caller' | 'agent' | 'trouble' {
  if (leg.queue === undefined) return 'caller';
  switch (leg.outcome) {
    case 'cancelled':
      return 'caller';
    case 'no-answer':
    case 'rejected':
    case 'busy':
    case 'unreachable':
      return 'agent';
    default:
      return 'trouble';
  }
}

/** A state as the log has it. */
export function stateFacts(state: AgentState): Readonly<Record<string, unknown>> {
  const reason = state.at === 'not-ready' ? { reason: state.reason } : {};
  return { state: state.at, ...(state.at === 'logged-out' ? {} : { extension: state.extension }), ...reason };
}
