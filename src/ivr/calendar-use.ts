import { distancesFrom } from '../base/graph.ts';
import { type Flow, nextOf, type Step } from './flow.ts';

/** Whether callers of a flow may wait for an agent while a calendar is open, and not while it is closed. */
export function opensQueues(flow: Flow, calendar: string): boolean {
  const ways = new Map(
    [...flow.steps.values()].map((step) => [
      step.name,
      step.exits.flatMap((exit) => nextOf(step, exit) ?? []),
    ]),
  );
  const leadsToQueue = (start: string | undefined): boolean =>
    start !== undefined &&
    [...distancesFrom(ways, [start]).keys()].some((name) => flow.steps.get(name)?.kind.verb === 'queue');
  return [...flow.steps.values()].some(
    (step) =>
      asksFor(step, calendar) && leadsToQueue(nextOf(step, 'open')) && !leadsToQueue(nextOf(step, 'closed')),
  );
}

function asksFor({ kind, args }: Step, calendar: string): boolean {
  return (
    kind.verb === 'hours' &&
    (kind.mentions?.(args) ?? []).some((one) => one.kind === 'calendar' && one.name === calendar)
  );
}
