import { index, sequence, table, text, time, uniqueIndex, word } from '../store/columns.ts';
import type { ContactWish } from './contact.ts';

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
