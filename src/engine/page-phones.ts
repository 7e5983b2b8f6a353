import { callInHand, extensionOf } from '../agent/agent.ts';
import { isWebPhone } from '../agent/web-phone.ts';
import { Refused } from '../base/errors.ts';
import type { EngineInput } from './input.ts';
import type { Turn } from './turn.ts';

/** The phone in the page of an agent came or went: the call that he has in hand there is told. */
export function pageChanged(
  turn: Turn,
  { extension, registered }: EngineInput & { type: 'PageChanged' },
): void {
  const agent = turn.state.agentAt(extension);
  const inHand = agent && callInHand(agent);
  const call = inHand && turn.state.calls.get(inHand.call);
  if (call) turn.tellCall(call, { type: registered ? 'PhoneCame' : 'PhoneLeft', leg: inHand.leg });
}

/**
 * The page of an agent is there again and has no sound: he is rung for what he has in hand.
 * @returns false when that is nothing, or not in his page
 * @throws Refused `unknown-agent`
 */
export function pageRejoins(turn: Turn, id: string): boolean {
  const agent = turn.state.agents.get(id);
  if (!agent) throw new Refused('unknown-agent', `there is no agent ${id}`);
  const inHand = isWebPhone(extensionOf(agent) ?? '') ? callInHand(agent) : undefined;
  const call = inHand && turn.state.calls.get(inHand.call);
  if (!call) return false;
  turn.tellCall(call, { type: 'Rejoin', leg: turn.nextLeg(), replaces: inHand.leg });
  return true;
}
