import type { Attributes } from '../base/attributes.ts';
import { index, integer, json, table, text, word } from '../store/columns.ts';
import type { Tier } from './customer.ts';

export const customerTable = table(
  'customer',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    tier: word<Tier>('tier').notNull(),
    language: text('language').notNull(),
    note: text('note').notNull(),
    flow: text('flow').notNull().default(''),
    attributes: json<Attributes>('attributes').notNull().default({}),
    accountManager: text('account_manager'),
    caseOwner: text('case_owner'),
    branch: text('branch').notNull().default(''),
  },
  (customer) => [
    index('customer_name').on(customer.name),
    index('customer_branch').on(customer.branch, customer.name, customer.id),
  ],
);

/** A number belongs to one customer: the caller's number has to say who calls. */
export const customerNumberTable = table(
  'customer_number',
  {
    number: text('number').primaryKey(),
    customerId: text('customer_id')
      .notNull()
      .references(() => customerTable.id, { onDelete: 'cascade' }),
    /** Place among the numbers of its customer, from 0. */
    position: integer('position').notNull(),
  },
  (number) => [index('customer_number_customer').on(number.customerId, number.position)],
);
