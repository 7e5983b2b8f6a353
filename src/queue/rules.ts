import { type Declarations, NOTHING_DECLARED } from './declarations.ts';
import { ExpressionCompiler } from './expression.ts';
import { withHelp } from './overflow.ts';
import type { Condition, Order, Preference, Queue } from './queue.ts';

/** The routing rules of the centre, as the routing file says them. */
export interface RoutingRules extends Declarations {
  readonly order: Order;
  readonly queues: ReadonlyMap<string, Queue>;
  /** The queue with those who help it after a while; the same object each time. */
  helped(queue: Queue): Queue;
  /** A wish of one call; the same text gives the same condition. A sentence says what is wrong with it. */
  condition(text: string): Condition | string;
  /** A wish that scores: the expression gives a number, or yes (10) or no (0). */
  preference(text: string): Preference | string;
  /** The expressions that failed for somebody since the rules are in force, a sentence each. */
  troubles(): readonly string[];
}

/** Where the engine finds the rules that are in force. */
export interface RoutingDirectory {
  current(): RoutingRules;
  /** @param listener called with the rules whenever others are in force */
  onChange(listener: (rules: RoutingRules) => void): void;
}

/** Rules from their parts; wishes are compiled against what is declared. */
export function routingRules(
  order: Order,
  queues: readonly Queue[],
  declared: Declarations = NOTHING_DECLARED,
  compiler = new ExpressionCompiler(declared),
): RoutingRules {
  const byName = new Map(queues.map((queue) => [queue.name, queue]));
  const helped = new Map(queues.map((queue) => [queue.name, withHelp(queue, byName)]));
  return {
    ...declared,
    order,
    queues: byName,
    helped: (queue) => helped.get(queue.name) ?? queue,
    condition: (text) => compiler.condition(text),
    preference: (text) => compiler.preference(text),
    troubles: () => compiler.troubles(),
  };
}

/** What is wrong with a wish of one call, a sentence; undefined for nothing. */
export function wrongWish(
  rules: RoutingRules,
  { as, text }: { readonly as: 'needs' | 'prefers'; readonly text: string },
): string | undefined {
  const compiled = as === 'needs' ? rules.condition(text) : rules.preference(text);
  return typeof compiled === 'string' ? compiled : undefined;
}

/** Rules that never change: for tests and the lab. */
export function fixedRouting(
  queues: readonly Queue[],
  order: Order = 'service-level',
  declared: Declarations = NOTHING_DECLARED,
): RoutingDirectory {
  const rules = routingRules(order, queues, declared);
  return { current: () => rules, onChange: () => undefined };
}
