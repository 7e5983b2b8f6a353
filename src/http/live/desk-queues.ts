import type { Agent } from '../../agent/agent.ts';
import type { QueueStatus } from '../../engine/centre.ts';
import { Requirement } from '../../queue/requirement.ts';
import type { RoutingRules } from '../../queue/rules.ts';
import { waitingUnder } from '../../queue/waiting.ts';
import type { DeskQueueView } from './views.ts';

/** A caller of whom nothing is known. */
const ANYBODY = { call: '', since: 0, tier: '', language: '', attributes: {}, knownTo: {} };

/** The queues that each agent serves, as long as rules and skills are the same objects. */
const served = new WeakMap<RoutingRules, WeakMap<object, ReadonlySet<string>>>();
const shown = new WeakMap<QueueStatus, DeskQueueView>();

/** The queues whose calls an agent takes, and who waits there. */
export function deskQueues(
  statuses: readonly QueueStatus[],
  agent: Agent,
  rules: RoutingRules,
): ReadonlyMap<string, object> {
  const own = servedBy(agent, rules);
  return new Map(
    statuses.filter(({ queue }) => own.has(queue.name)).map((status) => [status.queue.name, rowOf(status)]),
  );
}

function servedBy({ id, skills, attributes = {} }: Agent, rules: RoutingRules): ReadonlySet<string> {
  const known = served.get(rules) ?? new WeakMap<object, ReadonlySet<string>>();
  served.set(rules, known);
  const found =
    known.get(skills) ??
    new Set(
      [...rules.queues.values()]
        .filter((queue) => {
          const requirement = new Requirement(waitingUnder(rules, queue, ANYBODY));
          return requirement.stepOf({ id, skills, attributes }) !== -1;
        })
        .map(({ name }) => name),
    );
  known.set(skills, found);
  return found;
}

/** The same row for all agents: it is written once. */
function rowOf(status: QueueStatus): DeskQueueView {
  const known = shown.get(status);
  if (known) return known;
  const { queue, waiting, ready } = status;
  const since = waiting.length === 0 ? null : Math.min(...waiting.map((one) => one.since));
  const row = { name: queue.name, waiting: waiting.length, since, ready };
  shown.set(status, row);
  return row;
}
