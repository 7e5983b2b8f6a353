import { z } from 'zod';
import { TIERS } from '../customer/customer.ts';
import { box, duration, language, name } from '../ivr/grammar.ts';
import type { Behaviour } from '../pbx/simulated/party.ts';

const QUOTES = 'put it in quotes: "95533"';

/** A telephone number as tests write it. */
export const number = z
  .string({ error: QUOTES })
  .regex(/^\+?[0-9*#]{1,32}$/, 'a telephone number, in quotes');

const moment = z.iso
  .datetime({ offset: true, error: 'a time with its zone, such as 2026-11-23T10:00:00+08:00' })
  .transform((text) => Date.parse(text));

/** When something is, as date, time and zone → UTC ms. */
export const time = moment.describe('Date, time and zone, such as 2026-11-23T10:00:00+08:00');

const answers = z
  .string()
  .regex(/^(\d{1,5}(ms|s|m)|never|busy|offline)$/, 'a time such as 2s, or never, busy, offline')
  .default('2s')
  .describe('After which time it is taken, or never, busy, offline');

const talks = duration.optional().describe('After which time this side hangs up; without it, it does not');

const skills = z.record(name, z.number().min(0).max(10));

const customer = z.strictObject({
  number: number.describe('The number that he calls from'),
  id: name.optional().describe('Without it, his number'),
  name: z.string().max(80).default('').describe('What he is called'),
  tier: z.enum(TIERS).default('standard').describe('How he is served'),
  language: language.optional().describe('The language that he prefers'),
  flow: name.optional().describe('The flow that was made for him alone'),
  attributes: z
    .record(name, z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
    .default({})
    .describe('What is known of him besides, such as response: 0.8'),
  'account-manager': name.optional().describe('The agent who looks after him'),
  'case-owner': name.optional().describe('The agent who works on his case'),
});

const queueRules = z.strictObject({
  name: name.describe('The name by which flows call it'),
  needs: skills
    .optional()
    .describe('The least score per skill; without it, it takes agents whose "queues" name it'),
  'max-wait': duration.default(120_000).describe('How long a caller waits at most'),
  ring: duration.default(15_000).describe("How long an agent's phone rings"),
  'wrap-up': duration.default(10_000).describe('Time that an agent has after a talk'),
  music: name.default('default').describe('Music class for those who wait'),
  'max-waiting': z.int().min(1).max(100_000).default(100_000).describe('More callers are not let in'),
  hours: name.optional().describe('The calendar of its hours; without it, it is always open'),
  waiting: z.int().min(0).max(50).default(0).describe('How many callers wait there when the call comes in'),
});

const agent = z.strictObject({
  id: name.describe('The id of the agent'),
  name: z.string().max(80).optional().describe('What the agent is called'),
  phone: number.optional().describe('The phone of the agent; without it, the id'),
  queues: z.array(name).default([]).describe('The queues that the agent serves'),
  skills: skills.default({}).describe('Score per skill, 0 to 10'),
  state: z
    .enum(['ready', 'not-ready', 'logged-out'])
    .default('ready')
    .describe('What the agent does when the call comes in'),
  answers,
  talks,
});

const fallback = z.union([
  z.strictObject({ queue: name.describe('The queue that takes the caller') }),
  z.strictObject({ voicemail: box.describe('The box that takes his message') }),
  z.strictObject({ number: number.describe('The phone or outside number that is rung instead') }),
]);

const campaign = z.strictObject({
  code: z
    .string({ error: QUOTES })
    .regex(/^\d{1,12}$/, 'a code of 1 to 12 digits, in quotes')
    .describe('The code that callers key in'),
  id: name.optional().describe('Without it, "campaign-" and the code'),
  reception: number.describe('The phone of ours or the outside number that takes its callers'),
  answers,
  talks,
  ring: duration.default(20_000).describe('How long the reception rings'),
  'valid-from': time.optional().describe('From when the code is good; date, time and zone'),
  'valid-until': time.optional().describe('Until when; date, time and zone'),
  persona: name.optional().describe('Whose voice and music its callers hear'),
  fallback: fallback.optional().describe('What happens to a caller whom the reception does not take'),
});

const phone = z.strictObject({
  number: number.describe('A phone of ours (2 to 6 digits) or an outside number'),
  answers,
  talks,
});

const after = duration.default(50).describe('How long it takes');

const answer = z.union([
  z.strictObject({
    status: z.int().min(200).max(599).default(200).describe('HTTP status'),
    body: z.unknown().optional().describe('The JSON of the answer'),
    after,
  }),
  z.strictObject({
    fails: z.enum(['timeout', 'unreachable']).describe('How the look-up fails instead'),
    after,
  }),
]);

const paths = z.record(
  z.string().regex(/^(\/.*)?$/, 'a path such as /verify'),
  z.union([answer.transform((one) => [one]), z.array(answer).min(1, 'at least one answer').max(50)]),
);

/** The fields of a world, see docs/flow-tests.md. */
export const worldFile = z.strictObject({
  customers: z.array(customer).max(1000).default([]).describe('Customers on file'),
  queues: z
    .array(
      z.union([
        name.transform((queueName) => queueRules.parse({ name: queueName })).describe('Its name'),
        queueRules,
      ]),
    )
    .max(200)
    .default([])
    .describe('Queues with rules of their own; those that are named anywhere are there anyhow'),
  agents: z.array(agent).max(200).default([]).describe('Agents'),
  campaigns: z.array(campaign).max(200).default([]).describe('Campaigns'),
  phones: z.array(phone).max(200).default([]).describe('Other phones of ours, and outside numbers'),
  services: z
    .record(z.string().min(1).max(200), paths)
    .default({})
    .describe('Services that flows ask, by name (or by address, for a step with "url"), then by path'),
});

/** What there is around the flows while a test runs. */
export type World = z.output<typeof worldFile>;
export type Answer = World['services'][string][string][number];

/** `file` with what `test` adds; the same id, number, code, name or path is replaced. */
export function worldWith(file: World, test: World): World {
  const services = Object.keys({ ...file.services, ...test.services }).map((service) => [
    service,
    { ...file.services[service], ...test.services[service] },
  ]);
  return {
    customers: joined(file.customers, test.customers, (one) => one.number),
    queues: joined(file.queues, test.queues, (one) => one.name),
    agents: joined(file.agents, test.agents, (one) => one.id),
    campaigns: joined(file.campaigns, test.campaigns, (one) => one.code),
    phones: joined(file.phones, test.phones, (one) => one.number),
    services: Object.fromEntries(services),
  };
}

function joined<One>(file: readonly One[], test: readonly One[], keyOf: (one: One) => string): One[] {
  return [...new Map([...file, ...test].map((one) => [keyOf(one), one])).values()];
}

/** How a phone that `answers` and `talks` so behaves; undefined: it is not there. */
export function behaviourOf(one: {
  readonly answers: string;
  readonly talks?: number | undefined;
}): Behaviour | undefined {
  switch (one.answers) {
    case 'offline':
      return undefined;
    case 'never':
      return { ringAfterMs: 20 };
    case 'busy':
      return { ringAfterMs: 20, refuse: { afterMs: 200, sipCode: 486 } };
    default:
      return {
        ringAfterMs: 20,
        answerAfterMs: duration.parse(one.answers),
        ...(one.talks === undefined ? {} : { hangupAfterMs: one.talks }),
      };
  }
}
