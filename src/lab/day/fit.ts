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
