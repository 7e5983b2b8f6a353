import { z } from 'zod';
import { DIAL_EXITS } from '../../call/call.ts';
import { duration, name } from '../grammar.ts';
import { stepKind } from '../step.ts';

const extension = z.union([
  z.string().regex(/^[0-9]{2,10}$/, 'an extension of 2 to 10 digits'),
  z.literal('dialled').describe('the extension that the caller dialled'),
]);

const number = z.union([
  z.string().regex(/^\+?[0-9]{2,20}$/, 'a telephone number'),
  z.literal('dialled').describe('the number that the caller dialled'),
]);

const music = name.optional().describe("Music class; without it the persona's");

export const dial = stepKind({
  verb: 'dial',
  summary: 'Puts the caller through to an extension, or to an outside number through the trunk.',
  args: z.union([
    z.strictObject({ extension, ring: duration.default(20_000), music }),
    z.strictObject({ number, ring: duration.default(30_000), music }),
  ]),
  waiting: 'waits',
  exits: () => DIAL_EXITS,
  outsideNumber: (args) => ('number' in args && args.number !== 'dialled' ? args.number : undefined),
  async run(step, args) {
    const meant = (text: string): string => (text === 'dialled' ? step.call.dnis : text);
    const to =
      'number' in args
        ? ({ kind: 'outside', number: meant(args.number) } as const)
        : ({ kind: 'phone', extension: meant(args.extension) } as const);
    const handOver = {
      kind: 'dial',
      leg: step.nextLeg(),
      to,
      ringMs: args.ring,
      music: step.music(args.music),
    } as const;
    return { handOver };
  },
});
