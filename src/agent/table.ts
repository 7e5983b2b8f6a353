import type { Attributes } from '../base/attributes.ts';
import { json, table, text } from '../store/columns.ts';
import type { Agent, AgentState } from './agent.ts';

export const agentTable = table('agent', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  homeExtension: text('home_extension').notNull(),
  skills: json<Agent['skills']>('skills').notNull(),
  attributes: json<Attributes>('attributes').notNull().default({}),
  outside: json<NonNullable<Agent['outside']>>('outside'),
  state: json<AgentState>('state').notNull(),
});

/** The SIP accounts of our phones. */
export const phoneTable = table('phone', {
  extension: text('extension').primaryKey(),
  password: text('password').notNull(),
  name: text('name').notNull(),
});
