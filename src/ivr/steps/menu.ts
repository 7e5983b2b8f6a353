import { z } from 'zod';
import { duration, key, name, prompt, variableName } from '../grammar.ts';
import { stepKind } from '../step.ts';

const interruptible = z.boolean().default(true).describe('false: it is heard to its end before keys count');

export const menu = stepKind({
  verb: 'menu',
  summary: 'Says a menu and goes where the pressed key leads.',
  args: z.strictObject({
    say: prompt,
    keys: z.record(key, name).refine((keys) => Object.keys(keys).length > 0, 'a menu needs at least one key'),
    timeout: duration.default(5000),
    tries: z.int().min(1).max(9).default(3),
    wrong: prompt.optional().describe('Said after a key that is not in the menu'),
    interruptible,
  }),
  waiting: 'waits',
  exits: (menu) => [...Object.keys(menu.keys), 'silence', 'invalid'],
  targets: (menu) => menu.keys as Record<string, string>,
  prompts: (menu) => [menu.say, ...(menu.wrong ? [menu.wrong] : [])],
  keys: (menu) => Object.keys(menu.keys),
  async run(step, menu) {
    let exit = 'silence';
    for (let attempt = 0; attempt < menu.tries; attempt += 1) {
      const { digits } = await step.gather(menu.say, {
        maxDigits: 1,
        endKey: '',
        firstMs: menu.timeout,
        nextMs: menu.timeout,
        interruptible: menu.interruptible,
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
  summary: 'Asks for digits and keeps them in a variable, or as a secret that is never stored or logged.',
  args: z
    .strictObject({
      say: prompt,
      into: variableName,
      secret: z
        .boolean()
        .default(false)
        .describe('For a PIN or a card number: only what is sent to a service may use it, as secrets.name'),
      min: z.int().min(1).max(32).default(1),
      max: z.int().min(1).max(32),
      star: z
        .boolean()
        .default(false)
        .describe('true: the star key is part of what is entered, as for the X of an identity number'),
      'end-key': z.enum(['#', '*', '']).default('#'),
      timeout: duration.default(6000),
      tries: z.int().min(1).max(9).default(3),
      wrong: prompt.optional().describe('Said after too few digits'),
      interruptible,
    })
    .refine((args) => args.min <= args.max, '"min" is larger than "max"')
    .refine(
      (args) => !args.star || args['end-key'] !== '*',
      'the star cannot be both part of the entry and its end',
    ),
  waiting: 'waits',
  exits: () => ['done', 'silence', 'invalid'],
  prompts: (args) => [args.say, ...(args.wrong ? [args.wrong] : [])],
  sets: (args) => (args.secret ? {} : { [args.into]: 'text' }),
  keeps: (args) => (args.secret ? [args.into] : []),
  async run(step, args) {
    step.secrets.delete(args.into);
    const plain = args.star ? /^[\d*]+$/ : /^\d+$/;
    let exit = 'silence';
    for (let attempt = 0; attempt < args.tries; attempt += 1) {
      const { digits, ended } = await step.gather(args.say, {
        maxDigits: args.max,
        endKey: args['end-key'],
        firstMs: args.timeout,
        nextMs: args.timeout,
        interruptible: args.interruptible,
      });
      // Who ended it himself may go on with the next entry; what else follows may still be part of the secret.
      if (args.secret && ended !== 'end-key') step.verbs.endSecretEntry();
      if (plain.test(digits) && digits.length >= args.min) {
        if (!args.secret) return { exit: 'done', set: { [args.into]: digits } };
        step.secrets.set(args.into, digits);
        return { exit: 'done' };
      }
      exit = digits === '' ? 'silence' : 'invalid';
      step.verbs.forgetTyped();
      if (exit === 'invalid' && args.wrong && attempt + 1 < args.tries) await step.say(args.wrong);
    }
    return { exit };
  },
});
