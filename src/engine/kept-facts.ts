import type { Agent } from '../agent/agent.ts';
import type { Call } from '../call/call.ts';
import { laneOf } from '../queue/queue.ts';
import type { RoutingRules } from '../queue/rules.ts';
import { keepable, waiterFacts } from '../queue/waiting.ts';
import type { LogEvent } from './changes.ts';

type Facts = LogEvent['data'];

/**
 * What the log keeps of a caller who begins to wait, so that it can be told why he got whom, and be played again with other rules:
 * his facts, and the target and needs that he had by the rules of that moment. @param now UTC ms
 */
export function factsOfWaiter(call: Call, rules: RoutingRules, now: number): Facts {
  const { phase } = call;
  if (phase.at !== 'queued') return {};
  const { call: _call, attributes, ...facts } = waiterFacts(call, phase);
  const queue = rules.queues.get(phase.queue);
  const lane = queue && laneOf(queue, facts.tier);
  return {
    ...facts,
    attributes: keepable(attributes, rules.attributes.caller, 'caller', rules),
    maxWaitMs: phase.until - now,
    ...(phase.from !== undefined && { from: phase.from }),
    ...(lane && { goal: lane.goal, targetMs: lane.targetMs }),
    ...(queue && { asks: queue.ladder[0]?.needs.map(({ text }) => text) ?? [] }),
  };
}

/** What the log keeps of an agent who logs in or is changed. */
export function factsOfAgent({ skills, attributes = {} }: Agent, rules: RoutingRules): Facts {
  return { skills, attributes: keepable(attributes, rules.attributes.agent, 'agent', rules) };
}
