import { endpointOf } from '../agent/off-site.ts';
import type { Offer } from '../queue/queue.ts';
import { callFor, lookAtCallback } from './callback-desk.ts';
import { sensitiveUses } from './sensitive-use.ts';
import type { Turn } from './turn.ts';

/** Name of the deadline at which time alone may make an offer possible: the turn that it wakes comes by here. */
const MATCHING = 'matching';

/**
 * Makes the offers that this turn has made possible; sends away those whom nobody logged in could serve.
 * @returns what went wrong: our bugs. Each costs one call, not the others their turn.
 */
export function offerWaiting(turn: Turn): readonly unknown[] {
  const { state } = turn;
  const { floor } = state;
  const bugs: unknown[] = [];
  for (const id of floor.hopeless()) {
    const call = state.calls.get(id);
    if (call) sound(turn, id, bugs, () => turn.tellCall(call, { type: 'LeftQueue', exit: 'no-agents' }));
  }
  for (const offer of floor.offers(turn.now)) {
    const made = sound(turn, offer.call, bugs, () => make(turn, offer));
    if (made !== true) takeBack(turn, offer);
  }
  state.deadlines.set(MATCHING, floor.nextDue(turn.now));
  return bugs;
}

/** Does it, or ends the call for which it went wrong. */
function sound<Result>(turn: Turn, call: string, bugs: unknown[], work: () => Result): Result | undefined {
  try {
    return work();
  } catch (bug) {
    bugs.push(bug);
  }
  try {
    const live = turn.state.calls.get(call);
    if (live) turn.failCall(live, 'matching');
  } catch (bug) {
    bugs.push(bug);
  }
  return undefined;
}

/** The floor took both of them for matched. */
function takeBack(turn: Turn, { call, agent }: Offer): void {
  const { state } = turn;
  const [waiting, ready] = [state.calls.get(call), state.agents.get(agent)];
  if (waiting) state.floor.callChanged(waiting);
  else {
    state.floor.callbackGone(call);
    lookAtCallback(turn, call);
  }
  if (ready) state.floor.agentChanged(ready);
}

/** False when nothing came of it. */
function make(turn: Turn, offer: Offer): boolean {
  const { state } = turn;
  const call = state.calls.get(offer.call) ?? callFor(turn, offer.call);
  const agent = state.agents.get(offer.agent);
  const queue = state.floor.rules.queues.get(offer.queue);
  const to = agent && endpointOf(agent);
  if (!call || !agent || !queue || !to) return false;
  const leg = turn.nextLeg();
  const permitted = turn.permitted(call, to);
  if (!permitted) {
    // Somebody elsewhere whose number may not be dialled: the next one is asked, and he again in a while.
    turn.tellAgent(agent, { type: 'Offer', call: call.id, leg });
    const reserved = state.agents.get(agent.id) ?? agent;
    turn.tellAgent(reserved, { type: 'OfferEnded', leg, by: 'trouble', reason: 'not-permitted' });
    return false;
  }
  turn.log('CallOffered', { queue: offer.queue, ...offer.why }, { call: call.id, agent: agent.id });
  for (const { type, data, call, agent } of sensitiveUses(state.floor.rules, offer.waiting, offer, turn.now))
    turn.log(type, data, { call, agent });
  turn.tellAgent(agent, { type: 'Offer', call: call.id, leg });
  turn.tellCall(call, { type: 'Offered', leg, agent: agent.id, to, ringMs: queue.ringMs, ...permitted });
  return true;
}
