import type { Condition, Offer, Preference, Waiting } from '../queue/queue.ts';
import type { RoutingRules } from '../queue/rules.ts';
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

function rulesWithASay(
  { queue, needs = [], prefers = [] }: Waiting,
  { why }: Offer,
): (Condition | Preference)[] {
  if (why.step < 0) return [...needs];
  const steps = queue.ladder.slice(0, why.step + 1).flatMap((step) => step.needs);
  return [...steps, ...needs, ...queue.prefers, ...prefers];
}
