import type { LadderStep, Queue } from './queue.ts';

/**
 * The queue as its callers wait in it: the agents of the queues that it overflows to may help them from then on, as if they were a step
 * of its ladder. So a caller keeps his place, and nobody of his own queue is lost to him.
 * @param queues by name; one that is not there helps nobody
 */
export function withHelp(queue: Queue, queues: ReadonlyMap<string, Queue>): Queue {
  const helpers = queue.overflow.flatMap(({ afterMs, queue: name }) => {
    const needs = queues.get(name)?.ladder[0]?.needs;
    return needs ? [{ begin: afterMs, needs, helps: true as const }] : [];
  });
  return helpers.length === 0
    ? queue
    : { ...queue, ladder: ladderOf([...beginsOf(queue.ladder), ...helpers]) };
}

interface Begin extends Omit<LadderStep, 'forMs'> {
  /** Wait from which it counts, ms. */
  readonly begin: number;
}

function beginsOf(ladder: readonly LadderStep[]): Begin[] {
  let begin = 0;
  return ladder.map(({ needs, forMs }) => {
    const step = { begin, needs };
    begin += forMs;
    return step;
  });
}

function ladderOf(begins: readonly Begin[]): LadderStep[] {
  const inOrder = begins.toSorted((a, b) => a.begin - b.begin);
  return inOrder.map(({ begin, ...step }, index) => ({
    ...step,
    forMs: (inOrder[index + 1]?.begin ?? begin) - begin,
  }));
}
