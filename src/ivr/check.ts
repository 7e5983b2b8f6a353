import { cyclesIn, distancesFrom, type Graph, wayRound } from '../base/graph.ts';
import { type Said, said } from '../base/said.ts';
import { estimateMs } from '../speech/length.ts';
import { type Flow, nextOf, type Step, wordsOf } from './flow.ts';
import { namesIn } from './flow-variables.ts';
import { wordsOf as inWords, type Problem } from './report.ts';
import { type Expression, isExpression } from './values.ts';

/** From where on a menu or a prompt is called too much for a caller. */
export interface Limits {
  readonly menuDepth: number;
  readonly menuKeys: number;
  readonly promptSeconds: number;
}

export const LIMITS: Limits = { menuDepth: 4, menuKeys: 7, promptSeconds: 30 };

/** What is wrong with the way through a flow, although every single step is right. */
export function checkWays(flow: Flow, limits: Limits): Problem[] {
  const problems: Problem[] = [];
  const add = (
    step: Step,
    severity: Problem['severity'],
    message: string | Said,
    hint: string | Said,
  ): void => {
    problems.push({
      file: flow.file,
      line: step.line,
      column: step.column,
      severity,
      ...inWords(message, hint),
    });
  };
  const { steps } = flow;
  const ways = graphOf([...steps.values()], (step) => step.exits);
  const reached = distancesFrom(ways, [flow.start, ...(flow.onError === undefined ? [] : [flow.onError])]);
  // Where a name is misspelt, the step that it meant is not lost but missed.
  const misspelt =
    !steps.has(flow.start) ||
    [...ways.values()].some((targets) => targets.some((target) => !steps.has(target)));
  for (const step of misspelt ? [] : steps.values())
    if (!reached.has(step.name))
      add(
        step,
        'error',
        said`nobody reaches the step "${step.name}"`,
        'let another step lead to it, or take it out',
      );
  for (const way of silentCircles(flow))
    add(
      steps.get(way[0]!)!,
      'error',
      said`who says nothing goes round for ever: ${way.join(' → ')}`,
      'let "silence" lead to an agent, to voicemail or to an end',
    );
  for (const way of restlessCircles(flow, ways))
    add(
      steps.get(way[0]!)!,
      'error',
      said`this goes round for ever and waits for nobody: ${way.join(' → ')}`,
      'put a menu, a queue or an end into the circle',
    );
  const depths = menuDepths(flow, ways);
  for (const step of steps.values()) {
    const keys = step.kind.keys?.(step.args).length ?? 0;
    if (keys > limits.menuKeys)
      add(
        step,
        'warning',
        said`the menu "${step.name}" has ${keys} keys`,
        said`callers keep up to ${limits.menuKeys}: make two menus of it`,
      );
    const depth = depths.get(step.name) ?? 0;
    if (keys > 0 && depth > limits.menuDepth)
      add(
        step,
        'warning',
        said`the menu "${step.name}" is ${depth} menus deep`,
        said`callers follow up to ${limits.menuDepth}: put it further up`,
      );
    problems.push(...longPrompts(flow, step, limits));
  }
  return problems;
}

/** Prompts that go on for too long, as they are spoken or would be. */
function longPrompts(flow: Flow, step: Step, { promptSeconds }: Limits): Problem[] {
  return (step.kind.prompts?.(step.args) ?? []).flatMap((prompt) =>
    Object.entries(wordsOf(flow, prompt).texts).flatMap(([language, text]) => {
      const seconds = Math.round(estimateMs(text, language) / 1000);
      if (seconds <= promptSeconds) return [];
      const { line, column } = step;
      const message = said`the ${language} prompt of step "${step.name}" takes about ${seconds} s`;
      return [
        {
          file: flow.file,
          line,
          column,
          severity: 'warning' as const,
          ...inWords(message, said`keep it within ${promptSeconds} s`),
        },
      ];
    }),
  );
}

function graphOf(steps: readonly Step[], exitsOf: (step: Step) => readonly string[]): Graph {
  return new Map(
    steps.map((step) => [step.name, [...new Set(exitsOf(step).flatMap((exit) => nextOf(step, exit) ?? []))]]),
  );
}

/**
 * Circles in which a caller who presses nothing stays for ever. Waiting for a person ends some day; a circle that counts may
 * end by its count.
 */
function silentCircles({ steps }: Flow): string[][] {
  const asks = (step: Step): boolean => step.exits.includes('silence');
  const silent = [...steps.values()].filter((step) => asks(step) || step.kind.waiting !== 'waits');
  const graph = graphOf(silent, (step) => (asks(step) ? ['silence'] : step.exits));
  return cyclesIn(graph).flatMap((group) => {
    const asking = group.find((name) => asks(steps.get(name)!));
    return asking === undefined || mayCountItsWayOut(group, graph, steps) ? [] : [wayRound(graph, asking)];
  });
}

/** Circles that go round without waiting for anybody: for ever, or as fast as the machine can. */
function restlessCircles({ steps }: Flow, ways: Graph): string[][] {
  const restless = new Map([...ways].filter(([name]) => steps.get(name)!.kind.waiting !== 'waits'));
  return cyclesIn(restless).flatMap((group) => {
    const leaves = group.some((name) => ways.get(name)!.some((next) => !group.includes(next)));
    const speaks = group.some((name) => steps.get(name)!.kind.waiting === 'speaks');
    const ends = leaves && (speaks || mayCountItsWayOut(group, ways, steps));
    return ends ? [] : [wayRound(new Map(group.map((name) => [name, ways.get(name)!])), group[0]!)];
  });
}

/** True when the circle has a way out that looks at a variable which the circle changes. */
function mayCountItsWayOut(group: readonly string[], graph: Graph, steps: Flow['steps']): boolean {
  const changed = new Set(group.flatMap((name) => changedBy(steps.get(name)!)));
  return group.some((name) => {
    const { kind, args } = steps.get(name)!;
    const leaves = graph.get(name)!.some((next) => !group.includes(next));
    return (
      leaves &&
      kind.verb === 'choose' &&
      expressionsIn(args).some((one) => namesIn(one).some((used) => changed.has(used)))
    );
  });
}

function changedBy({ kind, args }: Step): string[] {
  return kind.waiting === 'none' ? Object.keys(kind.sets?.(args) ?? {}) : [];
}

function expressionsIn(args: unknown): Expression[] {
  if (isExpression(args)) return [args];
  return typeof args === 'object' && args !== null ? Object.values(args).flatMap(expressionsIn) : [];
}

/** How many menus a caller hears on the shortest way to each step, that step's own included. */
function menuDepths({ steps, start }: Flow, ways: Graph): Map<string, number> {
  const isMenu = (name: string): boolean =>
    (steps.get(name)?.kind.keys?.(steps.get(name)!.args).length ?? 0) > 0;
  const depths = new Map<string, number>();
  let level = [start];
  for (let depth = 0; level.length > 0; depth += 1) {
    const deeper: string[] = [];
    for (const queue = level; queue.length > 0; ) {
      const name = queue.shift()!;
      if (depths.has(name) || !steps.has(name)) continue;
      depths.set(name, depth + (isMenu(name) ? 1 : 0));
      (isMenu(name) ? deeper : queue).push(...(ways.get(name) ?? []));
    }
    level = deeper;
  }
  return depths;
}
