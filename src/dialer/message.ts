import { type Flow, nextOf, type Step } from '../ivr/flow.ts';

/**
 * True when whoever finds no agent hears something: from the way out `timeout` of each `campaign-agent` on, a step speaks before the flow
 * ends. A flow that looks for no agent abandons nobody.
 * @param byName flows that this one goes on in
 */
export function leavesMessage(name: string, byName: (name: string) => Flow | undefined): boolean {
  const flow = byName(name);
  if (!flow) return false;
  const asking = [...flow.steps.values()].filter(({ kind }) => kind.verb === 'campaign-agent');
  return asking.every((step) => speaksFrom(flow, nextOf(step, 'timeout'), byName, new Set()));
}

/** @param seen steps that were looked at, by flow and name */
function speaksFrom(
  flow: Flow,
  name: string | undefined,
  byName: (name: string) => Flow | undefined,
  seen: Set<string>,
): boolean {
  const step = name === undefined ? undefined : flow.steps.get(name);
  const key = `${flow.name} ${name}`;
  if (!step || seen.has(key)) return false;
  seen.add(key);
  if (speaks(step)) return true;
  const called = (step.kind.calls?.(step.args) ?? []).map((call) => byName(call.flow));
  if (called.some((other) => other && speaksFrom(other, other.start, byName, seen))) return true;
  return step.exits.some((exit) => speaksFrom(flow, nextOf(step, exit), byName, seen));
}

const speaks = ({ kind, args }: Step): boolean => (kind.prompts?.(args) ?? []).length > 0;
