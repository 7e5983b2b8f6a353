import { z } from 'zod';
import { TIERS } from '../../customer/customer.ts';
import { zone } from '../../ivr/calendar-file.ts';
import { duration, language, name } from '../../ivr/grammar.ts';
import type { Spread } from './chance.ts';
import { FAULTS } from './scenario.ts';
import { SHAPES } from './shape.ts';

const DAY_MS = 86_400_000;

/** `08:30` → ms from midnight; 24:00 is the end of the day. */
const timeOfDay = z
  .string({ error: 'a time such as "08:30"' })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time such as "08:30"')
  .transform((text) => Number(text.slice(0, 2)) * 3_600_000 + Number(text.slice(3)) * 60_000);

/** `08:00-20:00` → ms from midnight. */
const span = z
  .string({ error: 'from when to when, such as 08:00-20:00' })
  .regex(/^\d\d:\d\d-\d\d:\d\d$/, 'from when to when, such as 08:00-20:00')
  .transform((text) => text.split('-'))
  .pipe(z.tuple([timeOfDay, timeOfDay]))
  .refine(([from, to]) => from < to && to <= DAY_MS, 'the end comes after the beginning, on the same day')
  .transform(([fromMs, toMs]) => ({ fromMs, toMs }));

/** `1.5%` → 0.015. */
const share = z
  .string({ error: 'a share such as 2%' })
  .regex(/^\d{1,3}(\.\d{1,3})?\s*%$/, 'a share such as 2%')
  .transform((text) => Number.parseFloat(text) / 100)
  .refine((value) => value <= 1, 'at most 100%');

const cv = z.number('standard deviation ÷ mean, such as 0.5').min(0).max(5);

/** A mean alone, or how it spreads. */
function lasting(usually: Pick<Spread, 'law' | 'cv'>): z.ZodType<Spread> {
  return z
    .union([
      duration.transform((meanMs): Spread => ({ meanMs, ...usually })),
      z
        .strictObject({
          mean: duration,
          cv: cv.optional(),
          law: z.enum(['lognormal', 'exponential', 'fixed']).optional(),
        })
        .transform(
          (given): Spread => ({
            meanMs: given.mean,
            law: given.law ?? (given.cv === undefined ? usually.law : 'lognormal'),
            cv: given.cv ?? usually.cv,
          }),
        ),
    ])
    .describe('How long on average, such as 4m, or { mean: 4m, cv: 0.8 } or { mean: 4m, law: exponential }');
}

const attributes = z
  .record(
    z.string().regex(/^[a-z][a-zA-Z0-9_]{0,39}$/, 'a name such as city'),
    z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).max(50)]),
  )
  .describe('What the routing rules may look at, as they declare it');

const expected = z
  .array(z.number('how many callers are expected').min(0).max(1_000_000))
  .min(1, 'at least one part of the day')
  .max(288);

const callers = z.strictObject({
  queue: name.describe('The queue that they wait in'),
  tier: z.enum(TIERS).optional().describe('Without it, they are no customers'),
  calls: z.int('how many call').min(0).max(2_000_000).optional().describe('How many call, spread by "shape"'),
  shape: z
    .union([z.enum(SHAPES), expected])
    .default('flat')
    .describe(`When they call: ${SHAPES.join(', ')}, or a weight for each of equal parts of the day`),
  expected: expected
    .optional()
    .describe(
      'Instead of "calls" and "shape": how many are expected in each of equal parts of the day, such as quarter hours',
    ),
  language: language.default('zh-CN').describe('The language that they speak'),
  attributes: attributes.default({}),
  menu: duration.default(0).describe('How long they listen to a menu before they wait'),
  patience: lasting({ law: 'exponential', cv: 1 }).describe('How long they wait before they give up'),
  talk: lasting({ law: 'lognormal', cv: 1 }).describe('How long they talk'),
  redials: z
    .strictObject({ share, after: lasting({ law: 'exponential', cv: 1 }) })
    .optional()
    .describe('How many of those who gave up call once more, and after how long'),
  callbacks: z
    .strictObject({ share, after: lasting({ law: 'exponential', cv: 1 }) })
    .optional()
    .describe('How many would rather be called back, and after how long a wait they ask for it'),
});

const agents = z.strictObject({
  count: z.int('how many they are').min(1).max(20_000),
  skills: z
    .record(
      z.string(),
      z.number('a score from 0 to 10').min(0, 'a score from 0 to 10').max(10, 'a score from 0 to 10'),
    )
    .describe('Score per skill, 0 to 10'),
  attributes: attributes.default({}),
  shift: span.optional().describe('When they work; without it, all day'),
  jitter: duration.default(60_000).describe('They come, go and take breaks up to so much later'),
  breaks: z
    .array(z.strictObject({ at: timeOfDay, for: duration }))
    .max(20)
    .default([])
    .describe('When they are away'),
  pace: z.number().min(0.1).max(10).default(1).describe('Their talks last so many times as long'),
  'answers-after': lasting({ law: 'lognormal', cv: 0.5 }).prefault('3s').describe('How soon they answer'),
  'wrap-up': lasting({ law: 'lognormal', cv: 0.5 })
    .optional()
    .describe('When they are ready again by themselves after a call'),
  misses: share.prefault('0%').describe('Calls that they let ring'),
  declines: share.prefault('0%').describe('Calls that they decline'),
  'loses-phone': share.prefault('0%').describe('Talks in the middle of which the phone is gone'),
  'back-after': lasting({ law: 'exponential', cv: 1 })
    .prefault('30s')
    .describe('When they are ready again after that'),
});

const fault = z
  .strictObject({
    what: z.enum(FAULTS, `one of ${FAULTS.join(', ')}`),
    at: timeOfDay.optional().describe('When; without it at a time by chance'),
    times: z.int().min(1).max(1000).default(1).describe('How often, at times by chance'),
    for: duration.default(5000).describe('How long it lasts'),
    share: share
      .optional()
      .describe('phones-lost: of the phones; commands and late-snapshots: of those that get lost'),
    by: z
      .string()
      .regex(/^-?\d{1,5}(ms|s|m)$/, 'a time such as 9s or -60m')
      .optional()
      .describe('clock-step: by how much, such as -60m; late-snapshots: how late'),
  })
  .refine(({ at, times }) => at === undefined || times === 1, {
    path: ['times'],
    error: 'either "at" or "times"',
  });

/** A scenario file, see docs/lab.md. */
export const scenarioFile = z.strictObject({
  name: z.string().trim().min(1).max(200).describe('What day it is'),
  date: z
    .string({ error: 'a date such as "2026-11-23", in quotes' })
    .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'a date such as "2026-11-23"')
    .describe('The day'),
  hours: span.describe('When callers call, such as 08:00-20:00'),
  zone: zone.default('Asia/Shanghai').describe('The time zone of the centre'),
  seed: z.int().min(0).max(4_294_967_295).default(1).describe('The same seed gives the same day'),
  routing: z.string().min(1).optional().describe('The file of routing rules; without it that of the centre'),
  callers: z
    .record(name, callers)
    .refine((groups) => Object.keys(groups).length <= 900, 'at most 900 groups')
    .describe('Groups of callers who are alike, by name'),
  agents: z.record(name, agents).describe('Groups of agents who are alike, by name'),
  faults: z.array(fault).max(1000).default([]).describe('What goes wrong'),
});

export type ScenarioFile = z.output<typeof scenarioFile>;
