/** A directed graph: the nodes that each node leads to. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** Everything that can be reached from `starts`, with the fewest edges to it. */
export function distancesFrom(graph: Graph, starts: readonly string[]): Map<string, number> {
  const distances = new Map(starts.filter((start) => graph.has(start)).map((start) => [start, 0]));
  // A map goes on with what is put into it while it is gone through.
  for (const [node, distance] of distances)
    for (const next of graph.get(node) ?? [])
      if (graph.has(next) && !distances.has(next)) distances.set(next, distance + 1);
  return distances;
}

/** The groups of nodes that can all reach each other, each with at least one way round (Tarjan 1972). */
export function cyclesIn(graph: Graph): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const groups: string[][] = [];
  for (const root of graph.keys()) {
    if (index.has(root)) continue;
    // By hand instead of by recursion: a flow may be thousands of steps long.
    const work: { readonly node: string; next: number }[] = [];
    const enter = (node: string): void => {
      index.set(node, index.size);
      low.set(node, index.get(node)!);
      stack.push(node);
      onStack.add(node);
      work.push({ node, next: 0 });
    };
    enter(root);
    for (let top = work.at(-1); top; top = work.at(-1)) {
      const { node } = top;
      const next = graph.get(node)![top.next++];
      if (next === undefined) {
        work.pop();
        const above = work.at(-1);
        if (above) low.set(above.node, Math.min(low.get(above.node)!, low.get(node)!));
        if (low.get(node) === index.get(node)) groups.push(takeGroup(stack, onStack, node));
      } else if (!graph.has(next)) continue;
      else if (!index.has(next)) enter(next);
      else if (onStack.has(next)) low.set(node, Math.min(low.get(node)!, index.get(next)!));
    }
  }
  return groups.filter((group) => group.length > 1 || graph.get(group[0]!)!.includes(group[0]!));
}

function takeGroup(stack: string[], onStack: Set<string>, node: string): string[] {
  const group = stack.splice(stack.lastIndexOf(node));
  for (const member of group) onStack.delete(member);
  return group;
}

/** The shortest way from `node` back to itself, both ends included; empty when there is none. */
export function wayRound(graph: Graph, node: string): string[] {
  const before = new Map<string, string>();
  for (const queue = [node]; queue.length > 0; ) {
    const at = queue.shift()!;
    for (const next of graph.get(at) ?? []) {
      if (next === node) {
        const way = [node];
        for (let back = at; back !== node; back = before.get(back)!) way.unshift(back);
        return [node, ...way];
      }
      if (graph.has(next) && !before.has(next)) {
        before.set(next, at);
        queue.push(next);
      }
    }
  }
  return [];
}
