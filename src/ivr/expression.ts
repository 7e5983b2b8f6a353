import { Environment } from '@marcbachmann/cel-js';
import type { Call } from '../call/call.ts';

/**
 * Conditions in flow files: CEL (the Common Expression Language, cel.dev), which has no loops, no side effects and no way
 * to anything but the values below.
 */
const environment = new Environment({ limits: { maxAstNodes: 200, maxDepth: 20 } })
  .registerVariable('customer', { schema: { known: 'bool', tier: 'string' } })
  .registerVariable('caller', {
    schema: { number: 'string', name: 'string', language: 'string', inside: 'bool' },
  })
  .registerVariable('campaign', { schema: { id: 'string' } })
  .registerVariable('dialled', 'string')
  .registerVariable('vars', 'map<string,string>');

/** A condition that was read and type-checked. */
export interface Condition {
  readonly text: string;
  holds(call: Call): boolean;
}

/** Reads a condition. Returns what is wrong with it as text instead when it cannot be one. */
export function readCondition(text: string): Condition | string {
  try {
    const evaluate = environment.parse(text);
    const check = evaluate.check();
    if (!check.valid) return firstLine(check.error);
    if (check.type !== 'bool') return `a condition is true or false; this is a ${check.type}`;
    return { text, holds: (call) => evaluate(valuesOf(call)) === true };
  } catch (thrown) {
    return firstLine(thrown);
  }
}

function valuesOf(call: Call): Record<string, unknown> {
  const { facts } = call;
  return {
    customer: { known: facts.customerId !== undefined, tier: facts.tier ?? '' },
    caller: {
      number: call.ani,
      name: call.aniName,
      language: facts.language,
      inside: call.source.kind === 'phone',
    },
    campaign: { id: facts.campaignId ?? '' },
    dialled: call.dnis,
    vars: { ...facts.variables },
  };
}

function firstLine(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message.split('\n')[0] ?? message;
}
