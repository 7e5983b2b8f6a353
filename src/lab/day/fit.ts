import type { AgentFacts, CallerFacts, Condition, Queue } from '../../queue/queue.ts';

/** The step of the ladder that has begun last by time alone, after this wait; -1 before the first. @param firstMs see `Queue.first` */
export function stepAt(queue: Queue, waitedMs: number, firstMs: number): number {
  let begins = firstMs;
  let step = -1;
  for (const { forMs } of queue.ladder) {
    if (waitedMs < begins) return step;
    step += 1;
    begins += forMs;
  }
  return step;
}

/**
 * The queue with the agents of those it overflows to: each is a step of its ladder, at the wait from which they help. Reckoned here once
 * more, so that a mistake in how the engine does it shows.
 * @param queues by name; one that is not there helps nobody
 */
export function withOverflow(queue: Queue, queues: ReadonlyMap<string, Queue>): Queue {
  if (queue.overflow.length === 0) return queue;
  let begin = 0;
  const steps: { at: number; needs: readonly Condition[]; helps?: true }[] = queue.ladder.map(
    ({ needs, forMs }) => {
      begin += forMs;
      return { at: begin - forMs, needs };
    },
  );
  for (const { afterMs, queue: name } of queue.overflow) {
    const helps = queues.get(name)?.ladder[0];
    if (helps) steps.push({ at: afterMs, needs: helps.needs, helps: true });
  }
  steps.sort((one, other) => one.at - other.at);
  const ladder = steps.map(({ at, ...step }, index) => ({
    ...step,
    forMs: (steps[index + 1]?.at ?? at) - at,
  }));
  return { ...queue, ladder };
}

/**
 * The earliest wait from which a step may count, ms: steps of its own that nobody there meets take no time, and no other time is skipped.
 * @param there steps that somebody meets who is surely there @param perhaps those of whoever may be there too
 */
export function soonestMs(
  queue: Queue,
  step: number,
  there: ReadonlySet<number>,
  perhaps: ReadonlySet<number>,
): number {
  const { ladder } = queue;
  const isAlone = !ladder.some(({ helps }, own) => !helps && (there.has(own) || perhaps.has(own)));
  let soonest = 0;
  let current = -1;
  for (let before = 0; before < step; before += 1) {
    if (isAlone || !ladder[before]!.helps) current = before;
    if (there.has(current)) soonest += ladder[before]!.forMs;
  }
  return soonest;
}

/** The first step at which the agent fits the caller, asked of every condition anew; -1 for none. What throws does not hold. */
export function firstFit(
  agent: AgentFacts,
  caller: CallerFacts,
  queue: Queue,
  own: readonly Condition[],
): number {
  const holds = (condition: Condition): boolean => {
    try {
      return condition.holds(agent, caller);
    } catch {
      return false;
    }
  };
  if (!own.every(holds)) return -1;
  return queue.ladder.findIndex(({ needs }) => needs.every(holds));
}
