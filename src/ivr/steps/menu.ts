import { z } from 'zod';
import { duration, key, name, prompt } from '../grammar.ts';
import { stepKind } from '../step.ts';

export const menu = stepKind({
  verb: 'menu',
  summary: 'Says a menu and goes where the pressed key leads.',
  args: z.strictObject({
    say: prompt,
    keys: z.record(key, name).refine((keys) => Object.keys(keys).length > 0, 'a menu needs at least one key'),
    timeout: duration.default(5000),
    tries: z.int().min(1).max(9).default(3),
    wrong: prompt.optional(),
  }),
  exits: (menu) => [...Object.keys(menu.keys), 'silence', 'invalid'],
  targets: (menu) => menu.keys as Record<string, string>,
  prompts: (menu) => [menu.say, ...(menu.wrong ? [menu.wrong] : [])],
  async run(step, menu) {
    let exit = 'silence';
    for (let attempt = 0; attempt < menu.tries; attempt += 1) {
      const { digits } = await step.gather(menu.say, {
        maxDigits: 1,
        endKey: '',
        firstMs: menu.timeout,
        nextMs: menu.timeout,
      });
      if (Object.hasOwn(menu.keys, digits)) return { exit: digits };
      exit = digits === '' ? 'silence' : 'invalid';
      step.verbs.forgetTyped();
      if (exit === 'invalid' && menu.wrong && attempt + 1 < menu.tries) await step.say(menu.wrong);
    }
    return { exit };
  },
});

export const gather = stepKind({
  verb: 'gather',
  summary: 'Asks for digits and keeps them in a variable.',
  args: z
    .strictObject({
      say: prompt,
      into: name,
      min: z.int().min(1).max(32).default(1),
      max: z.int().min(1).max(32),
      'end-key': z.enum(['#', '*', '']).default('#'),
      timeout: duration.default(6000),
      tries: z.int().min(1).max(9).default(3),
      wrong: prompt.optional(),
    })
    .refine((args) => args.min <= args.max, '"min" is larger than "max"'),
  exits: () => ['done', 'silence', 'invalid'],
  prompts: (args) => [args.say, ...(args.wrong ? [args.wrong] : [])],
  async run(step, args) {
    let exit = 'silence';
    for (let attempt = 0; attempt < args.tries; attempt += 1) {
      const { digits } = await step.gather(args.say, {
        maxDigits: args.max,
        endKey: args['end-key'],
        firstMs: args.timeout,
        nextMs: args.timeout,
      });
      if (/^\d+$/.test(digits) && digits.length >= args.min) {
        return { exit: 'done', facts: { variables: { ...step.call.facts.variables, [args.into]: digits } } };
      }
      exit = digits === '' ? 'silence' : 'invalid';
      if (exit === 'invalid' && args.wrong && attempt + 1 < args.tries) await step.say(args.wrong);
    }
    return { exit };
  },
});
