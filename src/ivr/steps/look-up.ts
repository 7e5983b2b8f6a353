import { z } from 'zod';
import type { VariableValue } from '../../call/call.ts';
import { duration, name, sentValue, textValue, value, variableName, variableType } from '../grammar.ts';
import { type LookUp, takeResult, type WantedResult } from '../look-up.ts';
import { type StepKind, type StepRun, stepKind } from '../step.ts';
import type { Expression } from '../values.ts';

/** A service of the house that flows may ask, as the operator set it up. */
export interface Service {
  /** Absolute, without a slash at its end. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`, '' for none. */
  readonly token: string;
}

export interface LookUpParts {
  readonly lookUp: LookUp;
  readonly services: (name: string) => Service | undefined;
}

const LONGEST_MS = 15_000;

const wanted = z.union([
  variableType,
  z.strictObject({
    from: z.string().regex(/^[\w-]+(\.[\w-]+){0,9}$/, 'a way into the answer such as account.balance'),
    as: variableType,
  }),
]);

const fields = {
  path: z
    .string()
    .regex(/^(\/[\w.~-]+)*\/?$/, 'a path such as /accounts/balance')
    .refine((path) => !/\/\.\.?(\/|$)/.test(path), 'a path without . and ..')
    .default(''),
  query: z
    .record(name, textValue)
    .default({})
    .describe('Goes into the address, which is logged: no secrets here'),
  send: z
    .record(name, sentValue)
    .optional()
    .describe('Sent as JSON; makes it a POST that is done once, however often it is tried'),
  take: z
    .record(variableName, wanted)
    .default({})
    .describe('Variables taken from the JSON answer, with their types'),
  answers: z
    .record(z.string().regex(/^[24]\d\d$/, 'a status from 200 to 299 or 400 to 499'), name)
    .default({})
    .describe('Where an answer with this status leads'),
  deadline: duration
    .default(3000)
    .refine((ms) => ms >= 100 && ms <= LONGEST_MS, 'from 100ms to 15s')
    .describe('For the whole look-up with all its tries'),
  retries: z.int().min(0).max(3).default(1),
};

const ADDRESS = z
  .url({ protocol: /^https?$/, error: 'an address such as https://rates.example.com' })
  .refine((url) => !/[?#@]/.test(url), 'an address without ?, # and @');

const args = z.union([
  z.strictObject({ service: name.describe('A service of the house, see CARILLON_SERVICES'), ...fields }),
  z.strictObject({
    url: ADDRESS.describe('Somewhere on the public internet'),
    ...fields,
    // Secrets go to services that the operator named, and to nobody else.
    send: z.record(name, value).optional().describe('Sent as JSON, without secrets'),
  }),
]);
type Args = z.output<typeof args>;

/** Asks a service and takes typed values from its answer. */
export function lookUpStep({ lookUp, services }: LookUpParts): StepKind {
  return stepKind({
    verb: 'http',
    summary: 'Asks a service over HTTP and takes typed values from its JSON answer.',
    args,
    waiting: 'none',
    exits: (args) => [
      'ok',
      ...Object.keys(args.answers),
      'failed',
      ...(sendsSecrets(args) ? ['forgotten'] : []),
    ],
    targets: (args) => args.answers as Record<string, string>,
    sets: (args) => Object.fromEntries(Object.entries(wantedOf(args)).map(([into, { as }]) => [into, as])),
    mentions: (args) => ('service' in args ? [{ kind: 'service', name: args.service }] : []),
    changesOutside: (args) => args.send !== undefined,
    async run(step, args) {
      const service = 'service' in args ? services(args.service) : { url: args.url, token: '' };
      const failed = (reason: string) => {
        step.note('LookUpFailed', { to: placeOf(args), reason });
        return { exit: 'failed' };
      };
      if (!service) return failed('the service is not set up');
      const question = questionOf(step, args);
      if (!question)
        return sendsSecrets(args) ? { exit: 'forgotten' } : failed('a value to be sent cannot be worked out');
      const answer = await lookUp.ask(
        {
          ...question,
          url: `${service.url}${args.path}`,
          ...(service.token === '' ? {} : { headers: { authorization: `Bearer ${service.token}` } }),
          deadlineMs: args.deadline,
          retries: args.retries,
          privateAllowed: 'service' in args,
        },
        step.signal,
      );
      if (answer.kind === 'failed') return failed(answer.reason);
      if (Object.hasOwn(args.answers, answer.status)) return { exit: String(answer.status) };
      if (answer.status >= 300) return failed(`the service answered ${answer.status}`);
      const taken = takeResult(answer.body, wantedOf(args));
      return 'wrong' in taken ? failed(taken.wrong) : { exit: 'ok', set: taken.values };
    },
  });
}

/** Whether it needs secrets, which may be gone: after a restart, or a wait in a queue. */
function sendsSecrets({ send = {} }: Args): boolean {
  return Object.values(send as Record<string, Expression>).some(({ expression }) =>
    /\bsecrets\b/.test(expression),
  );
}

/** What is sent; undefined when a value cannot be had, as a secret after a restart. */
function questionOf(step: StepRun, { query, send }: Args) {
  const values = (expressions: Readonly<Record<string, Expression>>): Record<string, VariableValue> =>
    Object.fromEntries(Object.entries(expressions).map(([into, from]) => [into, step.evaluate(from)]));
  try {
    const asked = Object.entries(values(query as Record<string, Expression>));
    const plain = { query: Object.fromEntries(asked.map(([into, value]) => [into, String(value)])) };
    if (send === undefined) return { ...plain, method: 'GET' as const };
    const { id, cursor } = step.call;
    const body = values(send as Record<string, Expression>);
    return { ...plain, method: 'POST' as const, body, idempotencyKey: `${id}-${cursor?.entry ?? 0}` };
  } catch {
    return undefined;
  }
}

function wantedOf({ take }: Args): WantedResult {
  const entries = Object.entries(take as Record<string, z.output<typeof wanted>>);
  return Object.fromEntries(
    entries.map(([into, how]) => [into, typeof how === 'string' ? { from: into, as: how } : how]),
  );
}

function placeOf(args: Args): string {
  return 'service' in args ? `${args.service}${args.path}` : `${args.url}${args.path}`;
}
