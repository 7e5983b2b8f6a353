import { callInHand } from '../agent/agent.ts';
import { webPhoneOf } from '../agent/web-phone.ts';
import { Refused } from '../base/errors.ts';
import type { Call } from '../call/call.ts';
import type { EngineInput } from './input.ts';
import type { CentreState } from './state.ts';
import type { Turn } from './turn.ts';

/** The phone in the page of an agent came or went: the call whose sound is there is told. */
export function pageChanged(
  turn: Turn,
  { extension, registered }: EngineInput & { type: 'PageChanged' },
): void {
  const sound = soundAt(turn.state, extension);
  if (sound) turn.tellCall(sound.call, { type: registered ? 'PhoneCame' : 'PhoneLeft', leg: sound.leg });
}

/**
 * The page of an agent is there again and has no sound: it is rung for what he has in hand, or listens to.
 * @returns false when that is nothing, or not in his page
 * @throws Refused `agent-unknown`
 */
export function pageRejoins(turn: Turn, id: string): boolean {
  if (!turn.state.agents.has(id)) throw new Refused('agent-unknown', `there is no agent ${id}`);
  const sound = soundAt(turn.state, webPhoneOf(id));
  if (!sound) return false;
  turn.tellCall(sound.call, { type: 'Rejoin', leg: turn.nextLeg(), replaces: sound.leg });
  return true;
}

/** The call whose sound is at a phone, with its leg there: what the agent has in hand, else what a supervisor listens to. */
function soundAt(
  state: CentreState,
  extension: string,
): { readonly call: Call; readonly leg: string } | undefined {
  const agent = state.agentAt(extension);
  const inHand = agent && callInHand(agent);
  const own = inHand && state.calls.get(inHand.call);
  if (own) return { call: own, leg: inHand.leg };
  for (const call of state.calls.values()) {
    const { leg } = call.supervision ?? {};
    if (leg?.to.kind === 'phone' && leg.to.extension === extension) return { call, leg: leg.id };
  }
  return undefined;
}
