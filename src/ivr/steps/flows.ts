import { z } from 'zod';
import type { Variables } from '../../call/call.ts';
import { condition, name, value, variableName } from '../grammar.ts';
import { type StepRun, stepKind } from '../step.ts';
import type { Expression } from '../values.ts';

const given = z
  .record(variableName, value)
  .default({})
  .describe('What the other flow is given: its "takes", as expressions');

function valuesOf(step: StepRun, expressions: Readonly<Record<string, Expression>>): Variables {
  return Object.fromEntries(
    Object.entries(expressions).map(([into, expression]) => [into, step.evaluate(expression)]),
  );
}

const flowArgs = z.strictObject({ flow: name, with: given });

export const go = stepKind({
  verb: 'go',
  summary: 'Goes on in another flow, at its start, and does not come back.',
  args: flowArgs,
  waiting: 'none',
  exits: () => [],
  mentions: (args) => [{ kind: 'flow', name: args.flow }],
  calls: (args) => [args],
  run: async (step, args) => ({ enterFlow: args.flow, with: valuesOf(step, args.with) }),
});

export const call = stepKind({
  verb: 'call',
  summary:
    'Runs another flow and comes back with its result, which is the way out; it may give variables back.',
  args: flowArgs,
  // The caller waits in most flows; one that does not wait at all is caught by the limit of steps per second.
  waiting: 'waits',
  exits: () => [],
  mentions: (args) => [{ kind: 'flow', name: args.flow }],
  calls: (args) => [args],
  comesBack: true,
  run: async (step, args) => ({ callFlow: args.flow, with: valuesOf(step, args.with) }),
});

export const giveBack = stepKind({
  verb: 'return',
  summary: 'Ends this flow with a result for the flow that called it.',
  args: name,
  waiting: 'none',
  exits: () => [],
  ends: (result) => [result],
  run: async (_step, result) => ({ result }),
});

/** A flow of his own for a customer, for a time of day, for a single call. */
export const chooseFlow = stepKind({
  verb: 'choose-flow',
  summary: 'Goes on in the first flow whose rule holds, for instance customer.flow == "concierge".',
  args: z
    .array(z.strictObject({ when: condition, flow: name }))
    .min(1)
    .max(50),
  waiting: 'none',
  exits: () => ['none'],
  mentions: (rules) => rules.map((rule) => ({ kind: 'flow', name: rule.flow })),
  calls: (rules) => rules.map((rule) => ({ flow: rule.flow, with: {} })),
  async run(step, rules) {
    const rule = rules.find((one) => step.evaluate(one.when) === true);
    return rule ? { enterFlow: rule.flow, with: {} } : { exit: 'none' };
  },
});
