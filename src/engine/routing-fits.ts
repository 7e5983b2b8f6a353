import type { Agent } from '../agent/agent.ts';
import type { LadderStep } from '../queue/queue.ts';
import type { RoutingRules } from '../queue/rules.ts';
import { mayFit } from './routing-names.ts';

/** Who can take calls of a queue from some wait on. */
export interface StepFit {
  readonly queue: string;
  readonly afterMs: number;
  readonly needs: readonly string[];
  /** Whether it depends on the caller who of them really fits. */
  readonly dependsOnCaller: boolean;
  /** Those who did not fit an earlier step. */
  readonly agents: readonly Agent[];
}

/** Which agents fit which queue, and after which wait. */
export function fitsOf({ queues }: Pick<RoutingRules, 'queues'>, agents: readonly Agent[]): StepFit[] {
  return [...queues.values()].flatMap(({ name, ladder }) => {
    const seen = new Set<Agent>();
    let afterMs = 0;
    return ladder.map((step): StepFit => {
      const fresh = agents.filter((agent) => !seen.has(agent) && mayFit(agent, step));
      for (const agent of fresh) seen.add(agent);
      const needs = step.needs.map(({ text }) => text);
      const fit = { queue: name, afterMs, needs, agents: fresh, dependsOnCaller: asksCaller(step) };
      afterMs += step.forMs;
      return fit;
    });
  });
}

const asksCaller = ({ needs }: LadderStep): boolean => needs.some(({ looksAt }) => looksAt.length > 0);
