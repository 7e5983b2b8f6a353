import type { Attributes } from '../base/attributes.ts';
import { json, table, text, word } from '../store/columns.ts';
import type { Agent, AgentState } from './agent.ts';
import type { PhoneKind } from './web-phone.ts';

export const agentTable = table('agent', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  homeExtension: text('home_extension').notNull(),
  skills: json<Agent['skills']>('skills').notNull(),
  attributes: json<Attributes>('attributes').notNull().default({}),
  outside: json<NonNullable<Agent['outside']>>('outside'),
  branch: text('branch').notNull().default(''),
  state: json<AgentState>('state').notNull(),
});

/** The SIP accounts of our phones. */
export const phoneTable = table('phone', {
  extension: text('extension').primaryKey(),
  password: text('password').notNull(),
  name: text('name').notNull(),
  kind: word<PhoneKind>('kind').notNull().default('desk'),
  /** Where it stands. A phone in a page is wherever its agent is. */
  branch: text('branch').notNull().default(''),
});
