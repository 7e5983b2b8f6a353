import { endpointOf } from '../agent/off-site.ts';
import type { Offer } from '../queue/queue.ts';
import { callFor, lookAtCallback } from './callback-desk.ts';
import { sensitiveUses } from './sensitive-use.ts';
import type { Turn } from './turn.ts';

/** Name of the deadline at which time alone may make an offer possible: the turn that it wakes comes by here. */
const MATCHING = 'matching';

/** Makes the offers that this turn has made possible; sends away those whom nobody logged in could serve. */
export function offerWaiting(turn: Turn): void {
  const { state } = turn;
  const { floor } = state;
  for (const id of floor.hopeless()) {
    const call = state.calls.get(id);
    if (call) turn.tellCall(call, { type: 'LeftQueue', exit: 'no-agents' });
  }
  for (const offer of floor.offers(turn.now)) if (!make(turn, offer)) takeBack(turn, offer);
  state.deadlines.set(MATCHING, floor.nextDue(turn.now));
}

/** The floor took both of them for matched. */
function takeBack(turn: Turn, { call, agent }: Offer): void {
  const { state } = turn;
  const [waiting, ready] = [state.calls.get(call), state.agents.get(agent)];
  if (waiting) state.floor.callChanged(waiting);
  else lookAtCallback(turn, call);
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
  turn.log('CallOffered', { queue: offer.queue, ...offer.why }, { call: call.id, agent: agent.id });
  turn.tellAgent(agent, { type: 'Offer', call: call.id, leg });
  for (const { type, data, call, agent } of sensitiveUses(state.floor.rules, offer.waiting, offer, turn.now))
    turn.log(type, data, { call, agent });
  const permitted = turn.permitted(call, to);
  if (!permitted) {
    // Somebody elsewhere whose number may not be dialled: the next one is asked, and he again in a while.
    const reserved = state.agents.get(agent.id) ?? agent;
    turn.tellAgent(reserved, { type: 'OfferEnded', leg, by: 'trouble', reason: 'not-permitted' });
    return false;
  }
  turn.tellCall(call, { type: 'Offered', leg, agent: agent.id, to, ringMs: queue.ringMs, ...permitted });
  return true;
}
