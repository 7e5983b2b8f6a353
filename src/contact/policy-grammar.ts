import { z } from 'zod';
import { calendarFile, zone } from '../ivr/calendar-file.ts';
import { name } from '../ivr/grammar.ts';
import { LONGEST_LOOK_BACK_MS } from './data.ts';

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const LENGTH = /^(\d{1,5})([smhd])$/;
const LENGTH_HINT = 'a length of time such as 90s, 30m, 72h or 7d';

/** `72h` → milliseconds. */
const length = z
  .string({ error: LENGTH_HINT })
  .regex(LENGTH, LENGTH_HINT)
  .meta({ examples: ['30m', '72h', '7d'] })
  .transform((text) => Number.parseInt(text, 10) * UNITS[text.slice(-1) as keyof typeof UNITS]);

/** What was done is looked up for so long and no longer. */
const lookBack = length.refine((ms) => ms <= LONGEST_LOOK_BACK_MS, 'at most 30d');

const forGood = z.literal('for-good').transform(() => undefined);

const window = z
  .union([z.literal('day'), lookBack])
  .describe("day for a day by the calendar of the number's zone, else so long before now, at most 30d");

const open = calendarFile.shape.open.describe(
  'Hours by weekday; a day that is not named is closed. holiday: closed unless named; workday: as on a Monday',
);

const cap = z.strictObject({
  most: z.int().min(0).max(10_000).describe('So many, and no more'),
  within: window,
  counts: z
    .enum(['attempts', 'connected'])
    .default('attempts')
    .describe('connected: only those that he answered'),
  of: z.enum(['person', 'number', 'each']).default('each').describe('each: of the person and of the number'),
  across: z
    .enum(['campaigns', 'campaign'])
    .default('campaigns')
    .describe('campaigns: of all of them together; campaign: of each by itself'),
});

const lockOut = z.union([
  lookBack.transform((forMs) => ({ forMs, unlessAttended: false })),
  z
    .strictObject({ for: lookBack, 'unless-attended': z.boolean() })
    .transform((written) => ({ forMs: written.for, unlessAttended: written['unless-attended'] })),
  z.literal('none').transform(() => ({ forMs: 0, unlessAttended: false })),
]);

const PERCENT = /^\d{1,2}(\.\d{1,2})?%$/;
const percent = z
  .string({ error: 'a share such as 3%' })
  .regex(PERCENT, 'a share such as 3%')
  .meta({ examples: ['3%', '2.5%'] })
  .transform((text) => Number.parseFloat(text) / 100);

const days = {
  holidays: z
    .union([z.literal('none'), calendarFile.shape.holidays.unwrap()])
    .describe(
      'Public holidays by year; a year that is not listed is closed. none: no day is unlike its weekday',
    ),
  workdays: calendarFile.shape.workdays.describe(
    'Days by year that are worked although their weekday is not',
  ),
  'special-days': calendarFile.shape['special-days']
    .unwrap()
    .optional()
    .describe('Days with hours of their own, by year, as { "12-31": 09:00-12:00 }'),
};

const WHEN = 'When a number may ring, in each of its zones';
const callingHours = z.strictObject({ open, ...days });

/** What there is to say about contact; a regulator's file says all of it. */
const rules = {
  consent: z.enum(['needed', 'not-needed']).describe('Whether only those may be called who consented'),
  refusals: z
    .strictObject({
      'same-campaign': z
        .union([forGood, length])
        .describe('How long a refusal is remembered in its campaign'),
      'other-campaigns': length.describe('And in all others; 0d: not at all'),
    })
    .describe('How long it is remembered that he did not want what was offered'),
  'minimum-gap': z
    .strictObject({ number: lookBack, person: lookBack })
    .describe('Least time between two attempts, over all campaigns; 0m: none'),
  'lock-outs': z
    .strictObject({
      abandoned: lockOut.describe('After a call for which nobody was there'),
      machine: lockOut.describe('After a machine answered'),
      conversation: lockOut.describe('After he talked with an agent'),
    })
    .describe('How long he is left alone after such a call'),
  caps: z
    .array(cap, 'a list of caps, [] for none')
    .max(20, 'at most 20')
    .describe('How often he may be called'),
  conduct: z
    .strictObject({
      'max-abandonment': percent.describe('Share of the live answers that may be abandoned'),
      'abandonment-windows': z.array(window).min(1, 'at least one').max(10).describe('In each of these'),
      'connect-within': length.describe('An agent has to be there so soon'),
      'clock-starts': z.enum(['answer', 'greeting-end']).describe('From which moment that is counted'),
      'minimum-ring': length.describe('Nobody is let ring for less'),
      message: z.enum(['needed', 'not-needed']).describe('Whether who is abandoned has to hear who called'),
    })
    .describe('What is wanted of the dialling itself'),
};

/** A file of `regulators`: all rules, as somebody makes them for everybody. */
export const regulatorFile = z.strictObject({
  regulator: name.describe('As policies name it; the name of the file'),
  title: z.string().min(1).max(200).describe('Whose rules these are, for people'),
  'calling-hours': callingHours.describe(WHEN),
  ...rules,
});

const DATES = /^(2\d{3}-\d\d-\d\d)(?:\.\.(2\d{3}-\d\d-\d\d))?$/;
const DATES_HINT = 'a date such as "2026-11-23", or dates such as "2026-11-23..2026-12-18"';

const policy = z.strictObject({
  description: z.string().max(500).optional().describe('What it is for, for people'),
  regulator: name.describe('Whose rules hold unless they are changed here: a file in the folder regulators'),
  agreed: z
    .string()
    .trim()
    .min(10, 'say who agreed, and why')
    .max(500)
    .optional()
    .describe(
      'Who agreed that it permits more than its regulator does, and why; without it, that is a warning',
    ),
  dates: z
    .array(z.string(DATES_HINT).regex(DATES, DATES_HINT))
    .max(100)
    .default([])
    .describe('Dates on which its campaigns dial, in the zone of the number; without it, on all'),
  hours: z
    .strictObject({
      open,
      zone: zone.optional().describe("Where they are kept; without it, in the number's zones"),
    })
    .optional()
    .describe('When its campaigns dial, beside the calling hours'),
  'calling-hours': callingHours
    .partial()
    .optional()
    .describe(`${WHEN}; what is not named is as the regulator has it`),
  ...z.object(rules).partial().shape,
});

/** The file `contact-policy.yaml`. */
export const policyFile = z.strictObject({
  usual: name.describe('The policy of campaigns that name none'),
  policies: z.record(name, policy).describe('The policies, by name'),
});

export type RegulatorFile = z.output<typeof regulatorFile>;
export type PolicyFile = z.output<typeof policyFile>;
export type WrittenPolicy = z.output<typeof policy>;
