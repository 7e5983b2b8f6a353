import type { Call } from '../call/call.ts';
import type { Condition, Offer, Preference, Waiting } from '../queue/queue.ts';
import type { RoutingRules } from '../queue/rules.ts';
import { waiterFacts, waitingUnder } from '../queue/waiting.ts';
import type { LogEvent } from './changes.ts';

/**
 * The events that keep account of sensitive attributes: one for each rule with one that had a say in this offer. Those of
 * steps that had not begun, and all while only people who know the caller are asked, had none.
 * @param now UTC ms
 */
export function sensitiveUses(
  { sensitiveUse }: Pick<RoutingRules, 'sensitiveUse'>,
  waiting: Waiting,
  offer: Offer,
  now: number,
): LogEvent[] {
  const { call, agent, queue } = offer;
  return rulesWithASay(waiting, offer).flatMap(({ text, sensitive = [] }): LogEvent[] => {
    if (sensitive.length === 0) return [];
    const data = { queue, attributes: sensitive, rule: text, reason: sensitiveUse.reason };
    return [{ type: 'SensitiveAttributeUsed', version: 1, at: now, call, agent, data }];
  });
}

/**
 * The same for a wait that ended and nobody was got: every need with a sensitive attribute may be why, so each is named once, and no
 * agent.
 * @param call as it waited @param now UTC ms
 */
export function sensitiveNeedsOf(rules: RoutingRules, call: Call, now: number): LogEvent[] {
  const { phase } = call;
  if (phase.at !== 'queued' && phase.at !== 'offered') return [];
  const queue = rules.queues.get(phase.queue);
  if (!queue) return [];
  const waiting = waitingUnder(rules, queue, waiterFacts(call, phase));
  const needs = [...waiting.queue.ladder.flatMap((step) => step.needs), ...(waiting.needs ?? [])];
  const sensitive = new Map(needs.filter((need) => need.sensitive?.length).map((need) => [need.text, need]));
  return [...sensitive.values()].map(({ text, sensitive: attributes }) => {
    const data = { queue: queue.name, attributes, rule: text, reason: rules.sensitiveUse.reason };
    return { type: 'SensitiveAttributeUsed', version: 1, at: now, call: call.id, data };
  });
}

function rulesWithASay(
  { queue, needs = [], prefers = [] }: Waiting,
  { why }: Offer,
): (Condition | Preference)[] {
  if (why.step < 0) return [...needs];
  const steps = queue.ladder.slice(0, why.step + 1).flatMap((step) => step.needs);
  return [...steps, ...needs, ...queue.prefers, ...prefers];
}
