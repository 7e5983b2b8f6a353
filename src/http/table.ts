import { table, text, time, uniqueIndex, word } from '../store/columns.ts';
import type { Role } from './roles.ts';

/** API tokens; of the token itself only its SHA-256 is kept. */
export const tokenTable = table(
  'api_token',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    role: word<Role>('role').notNull(),
    /** The agent that a token of role `agent` speaks for. */
    agentId: text('agent_id'),
    /** '' for the head office. */
    branch: text('branch').notNull().default(''),
    /** Hexadecimal. */
    hash: text('hash').notNull(),
    createdAt: time('created_at').notNull(),
    revokedAt: time('revoked_at'),
  },
  (token) => [uniqueIndex('api_token_hash').on(token.hash)],
);
