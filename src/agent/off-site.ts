import { Refused } from '../base/errors.ts';
import type { Endpoint } from '../pbx/pbx.ts';
import { type Agent, extensionOf } from './agent.ts';

/** True when the agent is logged in at his ordinary or mobile phone elsewhere, not at one of ours. */
export function isOffSite(agent: Agent): boolean {
  return agent.outside !== undefined && extensionOf(agent) === agent.outside.number;
}

/** Where the agent is rung; undefined while he is logged out. */
export function endpointOf(agent: Agent): Endpoint | undefined {
  const extension = extensionOf(agent);
  if (extension === undefined) return undefined;
  return isOffSite(agent) ? { kind: 'outside', number: extension } : { kind: 'phone', extension };
}

/**
 * True when the agent may be rung now: he is ready, and somebody elsewhere is on duty as well.
 * @param isOpen whether a duty calendar is open now
 */
export function availableAt(agent: Agent, isOpen: (calendar: string) => boolean): boolean {
  return agent.state.at === 'ready' && isOnDuty(agent, isOpen);
}

/** True but for an agent elsewhere outside the hours of his duty calendar. */
export function isOnDuty(agent: Agent, isOpen: (calendar: string) => boolean): boolean {
  if (!isOffSite(agent)) return true;
  const duty = agent.outside?.duty ?? '';
  return duty === '' || isOpen(duty);
}

/**
 * Checks that an agent who is logged in stays where he is when he is saved: a phone of ours, or his own elsewhere.
 * @throws Refused `agent-logged-in`
 */
export function checkStays(agent: Agent, saved: Agent): void {
  if (isOffSite(agent) === isOffSite({ ...saved, state: agent.state })) return;
  throw new Refused(
    'agent-logged-in',
    `${agent.name} (${agent.id}) is logged in at ${extensionOf(agent)}: log him out before his phone elsewhere is changed`,
  );
}
