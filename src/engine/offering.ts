import { type Agent, extensionOf } from '../agent/agent.ts';
import { messageOf } from '../base/errors.ts';
import { tierRank } from '../customer/customer.ts';
import { fits, match, type Offer, type Queue, type Waiting } from '../queue/queue.ts';
import type { Turn } from './turn.ts';

/**
 * Matches who waits with who is ready, and makes the offers; sends away those whom nobody logged in could serve.
 * @returns what kept callers from being matched, a sentence each; undefined when nobody waited
 */
export function offerWaiting(turn: Turn): readonly string[] | undefined {
  const { state } = turn;
  if (state.waiting.size === 0) return undefined;
  const problems: string[] = [];
  const present = [...state.agents.values()].filter((agent) => extensionOf(agent) !== undefined);
  const served = new Set([...state.queues.values()].filter((queue) => isServed(queue, present, problems)));
  const waiting: Waiting[] = [];
  for (const id of [...state.waiting]) {
    const call = state.calls.get(id);
    if (call?.phase.at !== 'queued' || call.phase.until <= turn.now) continue;
    const queue = state.queues.get(call.phase.queue);
    if (queue && served.has(queue))
      waiting.push({ call: id, queue, since: call.phase.since, rank: tierRank(call.facts.tier) });
    else turn.tellCall(call, { type: 'LeftQueue', exit: 'no-agents' });
  }
  const idle = present.filter((agent) => agent.state.at === 'ready');
  if (waiting.length === 0 || idle.length === 0) return problems;
  const busy = state.busyPhones();
  const ready = idle.filter((agent) => !busy.has(extensionOf(agent) ?? ''));
  for (const offer of match(waiting, ready, turn.now)) make(turn, offer);
  return problems;
}

/** A queue whose rules fail serves nobody; the others go on. */
function isServed(queue: Queue, present: readonly Agent[], problems: string[]): boolean {
  try {
    return present.some((agent) => fits(agent, queue));
  } catch (thrown) {
    problems.push(
      `queue ${queue.name} cannot be matched with agents (${messageOf(thrown)}): correct its rules`,
    );
    return false;
  }
}

function make(turn: Turn, offer: Offer): void {
  const call = turn.state.calls.get(offer.call);
  const agent = turn.state.agents.get(offer.agent);
  const queue = turn.state.queues.get(offer.queue);
  const extension = agent && extensionOf(agent);
  if (!call || !agent || !queue || extension === undefined) return;
  const leg = turn.nextLeg();
  turn.log('CallOffered', { queue: offer.queue, ...offer.why }, { call: call.id, agent: agent.id });
  turn.tellAgent(agent, { type: 'Offer', call: call.id, leg });
  turn.tellCall(call, { type: 'Offered', leg, agent: agent.id, extension, ringMs: queue.ringMs });
}
