import { z } from 'zod';
import type { CallbackBook } from '../../queue/callback.ts';
import { duration, name, textValue } from '../grammar.ts';
import { type StepKind, stepKind } from '../step.ts';

/** Notes that the caller wants to be called back. */
export function callbackStep(callbacks: CallbackBook): StepKind {
  return stepKind({
    verb: 'callback',
    summary:
      'Notes that the caller wants to be called back by an agent of a queue. When he has just waited there, he keeps his place.',
    args: z.strictObject({
      queue: name,
      number: textValue.optional().describe('Another number than the one he calls from, such as vars.phone'),
      tries: z.int().min(1).max(10).default(3).describe('So often he is dialled, at most'),
      again: duration.default(600_000).describe('Time between two tries'),
      ring: duration.default(30_000).describe('For how long his phone rings'),
    }),
    waiting: 'none',
    exits: () => ['done', 'no-number'],
    mentions: (args) => [{ kind: 'queue', name: args.queue }],
    changesOutside: () => true,
    async run(step, args) {
      const { id, ani, dnis, source, facts, cursor, entered } = step.call;
      const number = args.number === undefined ? ani : String(step.evaluate(args.number));
      if (!/^\+?\d{6,20}$/.test(number)) return { exit: 'no-number' };
      const now = step.now();
      const left = facts.left?.queue === args.queue ? facts.left : undefined;
      const { variables: _own, left: _left, ...known } = facts;
      await callbacks.request({
        // The same when the step runs again after a crash.
        id: `callback-${id}-${cursor?.entry ?? 0}`,
        call: id,
        queue: args.queue,
        number,
        ...(facts.customerId === undefined ? {} : { customerId: facts.customerId }),
        tier: facts.tier ?? '',
        language: facts.language,
        at: now,
        since: left?.since ?? now,
        plan: {
          facts: { ...known, variables: {} },
          ...(left?.wishes && { wishes: left.wishes }),
          source,
          ani,
          dnis,
          ...(entered && { entered }),
          tries: args.tries,
          againMs: args.again,
          ringMs: args.ring,
        },
      });
      return { exit: 'done' };
    },
  });
}
