import { index, integer, json, sequence, table, text, time, word } from '../store/columns.ts';
import type { Outcome } from './audit.ts';

/** Who did what, or tried to. */
export const auditTable = table(
  'audit',
  {
    seq: sequence('seq'),
    at: time('at').notNull(),
    /** Id of a user or token; '' for nobody whom we know. */
    who: text('who').notNull(),
    /** His name as it was then; of a sign-in that failed, the login that was tried. */
    name: text('name').notNull(),
    role: text('role').notNull(),
    branch: text('branch').notNull(),
    address: text('address').notNull(),
    /** Method and pattern of the route, such as `POST /api/users/:id`. */
    what: text('what').notNull(),
    outcome: word<Outcome>('outcome').notNull(),
    status: integer('status').notNull(),
    /** Id of the refusal, '' where there was none. */
    refusal: text('refusal').notNull(),
    /** What the address named, by parameter. */
    target: json<Readonly<Record<string, string>>>('target').notNull(),
    /** What was sent, without secrets. */
    sent: json<unknown>('sent'),
  },
  (row) => [index('audit_at').on(row.at), index('audit_who').on(row.who, row.seq)],
);
