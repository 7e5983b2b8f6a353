import { z } from 'zod';
import type { CallbackBook } from '../../queue/callback.ts';
import { name, textValue } from '../grammar.ts';
import { type StepKind, stepKind } from '../step.ts';

/** Notes that the caller wants to be called back. */
export function callbackStep(callbacks: CallbackBook): StepKind {
  return stepKind({
    verb: 'callback',
    summary: 'Notes that the caller wants to be called back by an agent of a queue.',
    args: z.strictObject({
      queue: name,
      number: textValue.optional().describe('Another number than the one he calls from, such as vars.phone'),
    }),
    waiting: 'none',
    exits: () => ['done', 'no-number'],
    mentions: (args) => [{ kind: 'queue', name: args.queue }],
    changesOutside: () => true,
    async run(step, args) {
      const { id, ani, facts, cursor } = step.call;
      const number = args.number === undefined ? ani : String(step.evaluate(args.number));
      if (!/^\+?\d{6,20}$/.test(number)) return { exit: 'no-number' };
      await callbacks.request({
        // The same when the step runs again after a crash.
        id: `callback-${id}-${cursor?.entry ?? 0}`,
        call: id,
        queue: args.queue,
        number,
        ...(facts.customerId === undefined ? {} : { customerId: facts.customerId }),
        tier: facts.tier ?? '',
        language: facts.language,
        at: step.now(),
      });
      return { exit: 'done' };
    },
  });
}
