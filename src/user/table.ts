import type { PersonRole } from '../http/roles.ts';
import { index, table, text, time, uniqueIndex, word } from '../store/columns.ts';

/** Those who sign in at the console. */
export const userTable = table(
  'user',
  {
    id: text('id').primaryKey(),
    /** In lower case, so that it is unique as people mean it. */
    login: text('login').notNull(),
    name: text('name').notNull(),
    role: word<PersonRole>('role').notNull(),
    /** '' for the head office. */
    branch: text('branch').notNull().default(''),
    agentId: text('agent_id'),
    /** As `password.ts` writes it, with its salt and parameters. */
    passwordHash: text('password_hash').notNull(),
    passwordChangedAt: time('password_changed_at').notNull(),
    createdAt: time('created_at').notNull(),
    disabledAt: time('disabled_at'),
  },
  (user) => [uniqueIndex('user_login').on(user.login)],
);

/** Who is signed in; of the cookie's secret only its SHA-256 is kept. */
export const sessionTable = table(
  'session',
  {
    /** Hexadecimal. */
    hash: text('hash').primaryKey(),
    userId: text('user_id').notNull(),
    createdAt: time('created_at').notNull(),
    /** When something was last asked with it, to the minute. */
    seenAt: time('seen_at').notNull(),
    /** It ends then, whatever is done with it. */
    expiresAt: time('expires_at').notNull(),
    /** Where it was begun. */
    address: text('address').notNull(),
  },
  (session) => [index('session_user').on(session.userId)],
);
