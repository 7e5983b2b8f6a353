import type { Queue } from '../queue/queue.ts';
import type { RoutingRules } from '../queue/rules.ts';
import type { LogEvent } from './changes.ts';

/** Other rules are in force. @param digest of their text @param at UTC ms */
export function rulesChanged(before: RoutingRules, now: RoutingRules, digest: string, at: number): LogEvent {
  const added = [...now.queues.keys()].filter((name) => !before.queues.has(name));
  const removed = [...before.queues.keys()].filter((name) => !now.queues.has(name));
  const changed = [...now.queues.values()].flatMap((queue) => {
    const old = before.queues.get(queue.name);
    return old && said(old) !== said(queue) ? queue.name : [];
  });
  const data = {
    digest,
    order: now.order,
    added,
    removed,
    changed,
    sensitiveUse: now.sensitiveUse.permitted,
    reason: now.sensitiveUse.reason,
  };
  return { type: 'RoutingRulesChanged', version: 1, at, data };
}

/** Conditions are their texts; what they do is left out. */
function said(queue: Queue): string {
  return JSON.stringify(queue);
}
