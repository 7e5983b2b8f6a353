import type { Endpoint } from '../pbx/pbx.ts';
import {
  duration,
  flag,
  index,
  json,
  sequence,
  table,
  text,
  time,
  uniqueIndex,
  word,
} from '../store/columns.ts';
import type { Fallback } from './campaign.ts';
import type { ContactWish } from './contact-policy.ts';
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

/** What people wish about being called. Empty texts instead of nothing, so that the same wish is found again. */
export const contactWishTable = table(
  'contact_wish',
  {
    id: sequence('id'),
    kind: word<ContactWish['kind']>('kind').notNull(),
    /** '' for all campaigns. */
    campaign: text('campaign').notNull(),
    person: text('person').notNull(),
    number: text('number').notNull(),
    source: text('source').notNull(),
    at: time('at').notNull(),
    until: time('until'),
    by: text('by').notNull(),
  },
  (wish) => [
    uniqueIndex('contact_wish_same').on(wish.number, wish.person, wish.kind, wish.campaign, wish.source),
    index('contact_wish_person').on(wish.person),
    index('contact_wish_kind').on(wish.kind),
    index('contact_wish_source').on(wish.source),
  ],
);
