import { sql } from 'drizzle-orm';
import type { AttemptOutcome, Lead, LeadFate } from '../list/lead.ts';
import type { RetryRules } from '../list/retry.ts';
import {
  duration,
  index,
  integer,
  json,
  primaryKey,
  table,
  text,
  time,
  uniqueIndex,
  word,
} from '../store/columns.ts';
import type { Attempt, Disposition } from './attempt.ts';
import type { OutboundStatus, PacingMode, PacingSettings } from './outbound.ts';

/** Campaigns that call people. */
export const outboundCampaignTable = table('outbound_campaign', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  status: word<OutboundStatus>('status').notNull(),
  queue: text('queue').notNull(),
  flow: text('flow').notNull(),
  callerNumber: text('caller_number').notNull(),
  policy: text('policy').notNull(),
  validFrom: time('valid_from').notNull(),
  validUntil: time('valid_until').notNull(),
  pacing: json<PacingSettings>('pacing').notNull(),
  ringMs: duration('ring_ms').notNull(),
  retry: json<RetryRules>('retry').notNull(),
  weight: integer('weight').notNull(),
  script: text('script').notNull(),
  branch: text('branch').notNull().default(''),
});

/** One row per attempt, open or ended. Campaigns, lists and leads are named, not referred to: an attempt outlives them. */
export const attemptTable = table(
  'attempt',
  {
    id: text('id').primaryKey(),
    campaign: text('campaign').notNull(),
    list: text('list').notNull(),
    lead: text('lead').notNull(),
    person: text('person').notNull(),
    number: text('number').notNull(),
    mode: word<PacingMode>('mode').notNull(),
    earlier: integer('earlier').notNull(),
    numbers: integer('numbers').notNull().default(1),
    callback: json<NonNullable<Lead['callback']>>('callback'),
    at: time('at').notNull(),
    ringingAt: time('ringing_at'),
    answeredAt: time('answered_at'),
    /** A live answer. */
    waitedAt: time('waited_at'),
    connectedAt: time('connected_at'),
    endedAt: time('ended_at'),
    outcome: word<AttemptOutcome>('outcome'),
    sipCode: integer('sip_code'),
    q850: integer('q850'),
    detected: word<NonNullable<Attempt['detected']>>('detected'),
    agent: text('agent'),
    /** Null until the agent notes something, as the five below. */
    result: word<Disposition['result']>('result'),
    note: text('note'),
    callbackAt: time('callback_at'),
    callbackAgent: text('callback_agent'),
    notedBy: text('noted_by'),
    notedAt: time('noted_at'),
    fate: json<LeadFate>('fate'),
    /** Place in the order in which fates became known, from 1; null while it has none. A fate that changes gets a new one. */
    settledSeq: integer('settled_seq'),
  },
  (attempt) => [
    index('attempt_person').on(attempt.person, attempt.at),
    index('attempt_number').on(attempt.number, attempt.at),
    index('attempt_campaign').on(attempt.campaign, attempt.at, attempt.id),
    index('attempt_lead').on(attempt.lead, attempt.at),
    index('attempt_at').on(attempt.at),
    index('attempt_open').on(attempt.at, attempt.id).where(sql`"ended_at" is null`),
    // What the abandonment of the last hour is reckoned from; before that, from counts.
    index('attempt_live_answer')
      .on(attempt.campaign, attempt.at, attempt.waitedAt, attempt.outcome)
      .where(sql`"waited_at" is not null`),
    uniqueIndex('attempt_settled').on(attempt.settledSeq).where(sql`"settled_seq" is not null`),
  ],
);

/** How many attempts ended how, summed by the hour in which they were made: figures must not read attempts one by one. */
export const attemptCountTable = table(
  'attempt_count',
  {
    campaign: text('campaign').notNull(),
    list: text('list').notNull(),
    /** Its beginning; 0 for the sum of all hours. */
    hour: time('hour').notNull(),
    mode: word<PacingMode>('mode').notNull(),
    outcome: word<AttemptOutcome>('outcome').notNull(),
    /** What the agent noted, '' for nothing. */
    result: word<Disposition['result'] | ''>('result').notNull(),
    attempts: integer('attempts').notNull(),
    /** Live answers among them. */
    waited: integer('waited').notNull().default(0),
    ringMs: duration('ring_ms').notNull(),
    talkMs: duration('talk_ms').notNull(),
  },
  (count) => [
    primaryKey({
      columns: [count.campaign, count.hour, count.list, count.mode, count.outcome, count.result],
    }),
  ],
);
