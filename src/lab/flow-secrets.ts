import { type Expression, isExpression } from '../ivr/values.ts';
import type { ReadFlows } from './stage.ts';

/** Names under which flows send secrets to services. */
export function secretFields({ flows }: ReadFlows): ReadonlySet<string> {
  const found = new Set<string>();
  for (const flow of flows)
    for (const step of flow.steps.values())
      forEachExpression(step.args, (name, { secrets, expression }) => {
        if (secrets && /\bsecrets\b/.test(expression)) found.add(name);
      });
  return found;
}

function forEachExpression(args: unknown, take: (name: string, expression: Expression) => void): void {
  if (typeof args !== 'object' || args === null) return;
  for (const [name, value] of Object.entries(args)) {
    if (isExpression(value)) take(name, value);
    else forEachExpression(value, take);
  }
}
