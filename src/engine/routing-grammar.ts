import { z } from 'zod';
import { FAMILIAR } from '../call/call.ts';
import { TIERS } from '../customer/customer.ts';
import { duration, name, variableName } from '../ivr/grammar.ts';
import { ATTRIBUTE_TYPES, MOST_SCORE } from '../queue/declarations.ts';
import { ORDERS } from '../queue/queue.ts';

/** Callers of no tier, or of one that is not named. */
export const OTHERS = 'others';

const oneOf = (names: readonly string[]): string => `one of ${names.join(', ')}`;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A time within sensible limits: what lies outside is a slip of the pen that would cost callers. Limits in ms. */
const within = (leastMs: number, mostMs: number) =>
  duration
    .refine((ms) => ms >= leastMs, `at least ${spanWord(leastMs)}`)
    .refine((ms) => ms <= mostMs, `at most ${spanWord(mostMs)}`);

const spanWord = (ms: number): string => (ms % MINUTE === 0 ? `${ms / MINUTE}m` : `${ms / SECOND}s`);

/** From when on others may be asked. */
const after = within(0, 24 * HOUR);

/** `85% in 20s` → share and time. */
const target = z
  .string({ error: 'a target such as 85% in 20s' })
  .regex(/^\d{1,3}(\.\d{1,2})?\s*% in \d{1,5}(ms|s|m)$/, 'a target such as 85% in 20s')
  .meta({ examples: ['80% in 20s', '90% in 10s'] })
  .transform((text) => {
    const [percent = '', time = ''] = text.split(/\s*% in /);
    return { percent: Number(percent), withinMs: duration.parse(time) };
  });

const lane = z.strictObject({
  target: target.optional().describe('So many of a hundred callers are answered within this'),
  priority: z.int().min(-1000).max(1000).optional().describe('For the order strict: higher is served first'),
  bonus: within(0, 24 * HOUR)
    .optional()
    .describe('For the order score: counts as so much wait more'),
});

const lanes = z.partialRecord(z.enum([...TIERS, OTHERS]), lane);

const expression = z
  .string({ error: 'an expression such as skill.wealth >= 9' })
  .trim()
  .min(1, 'an expression such as skill.wealth >= 9')
  .describe('An expression over skill, agent and caller, such as caller.dialect in agent.dialects');

const scores = z
  .record(
    variableName,
    z.number(`a score up to ${MOST_SCORE}`).gt(0, 'a score above 0').max(MOST_SCORE, `at most ${MOST_SCORE}`),
  )
  .describe('The least score per skill, such as { wealth: 9.5 }');

const needs = z
  .union([scores, z.array(z.union([expression, scores])).max(20, 'at most 20')])
  .describe('What an agent must have: scores, or expressions that all have to hold; [] for nothing');

const points = z.number('a number of points').min(-1_000_000).max(1_000_000);

const prefers = z
  .array(
    z.union([
      expression,
      z.strictObject({ when: expression, score: points }),
      z.strictObject({ score: expression }),
    ]),
  )
  .max(20, 'at most 20')
  .describe('What makes one fit agent better than another; the scores are added up');

const queue = z.strictObject({
  description: z.string().max(500).optional().describe('What it is for, for people'),
  needs,
  prefers: prefers.default([]),
  relax: z
    .array(z.strictObject({ after, needs }))
    .max(20, 'at most 20')
    .default([])
    .describe('Who may be asked too, after so long a wait'),
  first: z
    .strictObject({
      who: z.array(z.enum(FAMILIAR, oneOf(FAMILIAR))).min(1, 'at least one'),
      for: within(SECOND, HOUR),
    })
    .optional()
    .describe('Those who know the caller are asked before all others, for so long, 1s to 60m'),
  tiers: lanes.default({}).describe('What is different here from the tiers of the centre'),
  ring: within(3 * SECOND, 5 * MINUTE)
    .default(15_000)
    .describe('How long a phone rings, 3s to 5m'),
  'wrap-up': within(0, HOUR)
    .default(10_000)
    .describe('How long an agent may finish his notes after a call, at most 60m'),
  'max-wait': within(SECOND, 24 * HOUR)
    .default(120_000)
    .describe('When the flow takes its way out `timeout`, 1s to 1440m'),
  'max-waiting': z.int().min(1).max(100_000).default(100_000).describe('More callers are not let in'),
  music: name.default('default').describe('What plays while callers wait'),
  hours: name.optional().describe('A calendar of shared.yaml; always open without it'),
  overflow: z
    .array(z.strictObject({ after, queue: name }))
    .max(20, 'at most 20')
    .default([])
    .describe('Queues whose agents help after so long a wait'),
});

const attributeType = z.enum(ATTRIBUTE_TYPES, oneOf(ATTRIBUTE_TYPES));

const attribute = z.union([
  attributeType,
  z.strictObject({
    type: attributeType,
    sensitive: z.boolean().default(false).describe('True for age, gender and the like'),
  }),
]);

const sensitiveName = z
  .string()
  .regex(/^(agent|caller)\.[a-z][a-zA-Z0-9_]*$/, 'an attribute with its side, such as agent.age');

/** The file `routing.yaml`. */
export const routingFile = z.strictObject({
  order: z
    .enum(ORDERS, oneOf(ORDERS))
    .default('service-level')
    .describe('Who of the waiting comes first; one rule for the centre'),
  tiers: lanes.default({}).describe('How each tier is served'),
  skills: z.array(variableName).max(1000).default([]).describe('The skills that agents may have'),
  attributes: z
    .strictObject({
      agent: z.record(variableName, attribute).default({}),
      caller: z.record(variableName, attribute).default({}),
    })
    .prefault({})
    .describe('What rules may look at besides skills, and its type'),
  'sensitive-use': z
    .union([
      z.strictObject({
        permit: z.array(sensitiveName).min(1, 'at least one').max(100),
        reason: z
          .string({ error: 'say why, and who permitted it' })
          .trim()
          .min(10, 'say why, and who permitted it')
          .max(500),
      }),
      z.literal('off', 'off, or what is permitted and why: { permit: [agent.age], reason: … }'),
    ])
    .default('off')
    .describe('Whether rules may use sensitive attributes'),
  queues: z.record(name, queue).describe('The queues, by name'),
});

export type RoutingFile = z.output<typeof routingFile>;
export type WrittenQueue = z.output<typeof queue>;
export type WrittenLanes = z.output<typeof lanes>;
export type WrittenNeeds = z.output<typeof needs>;
export type WrittenPreference = z.output<typeof prefers>[number];
