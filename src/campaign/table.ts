import type { Endpoint } from '../pbx/pbx.ts';
import { duration, flag, index, json, table, text, time, uniqueIndex, word } from '../store/columns.ts';
import type { Fallback } from './campaign.ts';
import type { Feedback } from './feedback.ts';

export const campaignTable = table(
  'campaign',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    code: text('code').notNull(),
    checkDigit: flag('check_digit').notNull(),
    validFrom: time('valid_from').notNull(),
    validUntil: time('valid_until').notNull(),
    reception: json<Endpoint>('reception').notNull(),
    receptionRingMs: duration('reception_ring_ms').notNull(),
    fallback: json<Fallback>('fallback').notNull(),
    material: text('material').notNull(),
    persona: text('persona').notNull().default(''),
    branch: text('branch').notNull().default(''),
  },
  (campaign) => [uniqueIndex('campaign_code').on(campaign.code)],
);

export const feedbackTable = table(
  'feedback',
  {
    id: text('id').primaryKey(),
    campaignId: text('campaign_id')
      .notNull()
      .references(() => campaignTable.id),
    customerId: text('customer_id'),
    callId: text('call_id'),
    ani: text('ani').notNull(),
    interest: word<Feedback['interest']>('interest').notNull(),
    note: text('note').notNull(),
    by: text('by').notNull(),
    at: time('at').notNull(),
  },
  (feedback) => [
    index('feedback_campaign').on(feedback.campaignId, feedback.at),
    index('feedback_customer').on(feedback.customerId, feedback.at),
    index('feedback_ani').on(feedback.ani, feedback.at),
  ],
);
