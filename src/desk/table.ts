import { index, integer, primaryKey, table, text, time, word } from '../store/columns.ts';
import type { ChoiceKind } from './choice.ts';
import type { Sale } from './note.ts';

/** What agents keep of calls, drafts too: a row per call and agent. */
export const callNoteTable = table(
  'call_note',
  {
    call: text('call').notNull(),
    agent: text('agent').notNull(),
    version: integer('version').notNull(),
    text: text('text').notNull(),
    /** '' for none yet. */
    reason: text('reason').notNull(),
    sale: word<Sale | ''>('sale').notNull(),
    at: time('at').notNull(),
    /** Null for a draft. */
    doneAt: time('done_at'),
  },
  (note) => [
    primaryKey({ columns: [note.call, note.agent] }),
    index('call_note_agent').on(note.agent, note.doneAt),
  ],
);

/** What agents choose from; of a kind without a row they have the usual choices. */
export const deskChoiceTable = table(
  'desk_choice',
  {
    kind: word<ChoiceKind>('kind').notNull(),
    id: text('id').notNull(),
    /** Place in its list, from 0. */
    position: integer('position').notNull(),
    zh: text('zh').notNull(),
    en: text('en').notNull(),
  },
  (choice) => [primaryKey({ columns: [choice.kind, choice.id] })],
);

/** The phone that each agent chose for his desk. */
export const phoneChoiceTable = table('desk_phone', {
  agent: text('agent').primaryKey(),
  kind: word<'web' | 'desk'>('kind').notNull(),
});
