import { isDeepStrictEqual } from 'node:util';
import { and, asc, desc, eq, inArray } from 'drizzle-orm';
import { Refused } from '../base/errors.ts';
import { callTable } from '../call/table.ts';
import type { Authorship, EventWriter, LogEvent } from '../engine/changes.ts';
import type { Database } from '../store/connect.ts';
import { known } from '../store/known.ts';
import { type Choice, type ChoiceKind, USUAL_CHOICES } from './choice.ts';
import { type CallNote, isNews, type Writing, written } from './note.ts';
import { callNoteTable, deskChoiceTable, phoneChoiceTable } from './table.ts';

/** The phone at which an agent takes his calls. */
export type PhoneChoice = 'web' | 'desk';

/** What agents write and choose at their desks. */
export class DeskStore {
  readonly #database: Database;
  readonly #events: EventWriter;
  readonly #choices = new Map<ChoiceKind, readonly Choice[]>();

  constructor(database: Database, events: EventWriter) {
    this.#database = database;
    this.#events = events;
  }

  /** Keeps what an agent writes of a call; what is done goes to the log as `CallNoted`. @throws Refused `note-outdated`, `note-done` */
  async write(whose: Pick<CallNote, 'call' | 'agent'>, writing: Writing, now: number): Promise<CallNote> {
    let note: CallNote | undefined;
    this.#events.commit(() => {
      const before = this.#noteOf(whose.call, whose.agent);
      note = written(before, writing, whose, now);
      const { call, agent, ...content } = { ...note, doneAt: note.doneAt ?? null };
      this.#database.query
        .insert(callNoteTable)
        .values({ call, agent, ...content })
        .onConflictDoUpdate({ target: [callNoteTable.call, callNoteTable.agent], set: content })
        .run();
      return isNews(before, note) ? [callNoted(note)] : [];
    });
    return note!;
  }

  async note(call: string, agent: string): Promise<CallNote | undefined> {
    return this.#noteOf(call, agent);
  }

  /** The notes of these calls that agents are done with, by the time when they were. */
  async notesOf(calls: readonly string[]): Promise<CallNote[]> {
    if (calls.length === 0) return [];
    const { call, at } = callNoteTable;
    const rows = this.#database.query
      .select()
      .from(callNoteTable)
      .where(inArray(call, [...calls]))
      .orderBy(asc(at))
      .all();
    return rows.filter(({ doneAt }) => doneAt !== null).map((row) => known(row));
  }

  /** Id of the call that an agent talked in last, at `since` or later (UTC ms). */
  async lastCallOf(agent: string, since: number): Promise<string | undefined> {
    const { id, agentId, startedAt } = callTable;
    const row = this.#database.query
      .select({ id, startedAt })
      .from(callTable)
      .where(eq(agentId, agent))
      .orderBy(desc(startedAt))
      .limit(1)
      .get();
    return row && row.startedAt >= since ? row.id : undefined;
  }

  /** What agents choose from, in its order. Kept in memory: every desk asks for it. */
  choices(kind: ChoiceKind): readonly Choice[] {
    const kept = this.#choices.get(kind);
    if (kept) return kept;
    const { kind: of, position, id, zh, en } = deskChoiceTable;
    const rows = this.#database.query
      .select({ id, zh, en })
      .from(deskChoiceTable)
      .where(eq(of, kind))
      .orderBy(asc(position))
      .all();
    const choices = rows.length > 0 ? rows : USUAL_CHOICES[kind];
    this.#choices.set(kind, choices);
    return choices;
  }

  /**
   * Agents choose from these from now on. Goes to the log as `DeskChoicesChanged`.
   * @param basedOn the list as it was read by whoever changed it
   * @throws Refused `changed-meanwhile`
   */
  async replaceChoices(
    kind: ChoiceKind,
    choices: readonly Choice[],
    made: Authorship,
    basedOn?: readonly Choice[],
  ): Promise<void> {
    if (basedOn && !isDeepStrictEqual(basedOn, this.choices(kind)))
      throw new Refused(
        'changed-meanwhile',
        'Somebody else changed this list meanwhile: read it again, then change it.',
      );
    this.#events.commit(() => {
      const { query } = this.#database;
      query.delete(deskChoiceTable).where(eq(deskChoiceTable.kind, kind)).run();
      const rows = choices.map((choice, position) => ({ ...choice, kind, position }));
      if (rows.length > 0) query.insert(deskChoiceTable).values(rows).run();
      const data = { kind, ids: choices.map(({ id }) => id), by: made.by };
      return [{ type: 'DeskChoicesChanged', version: 1, at: made.at, data }];
    });
    this.#choices.delete(kind);
  }

  /** The phone that an agent chose; undefined as long as he has chosen none. */
  phoneOf(agent: string): PhoneChoice | undefined {
    return this.#database.query.select().from(phoneChoiceTable).where(eq(phoneChoiceTable.agent, agent)).get()
      ?.kind;
  }

  async choosePhone(agent: string, kind: PhoneChoice): Promise<void> {
    this.#database.query
      .insert(phoneChoiceTable)
      .values({ agent, kind })
      .onConflictDoUpdate({ target: phoneChoiceTable.agent, set: { kind } })
      .run();
  }

  #noteOf(ofCall: string, by: string): CallNote | undefined {
    const { call, agent } = callNoteTable;
    const row = this.#database.query
      .select()
      .from(callNoteTable)
      .where(and(eq(call, ofCall), eq(agent, by)))
      .get();
    return row && known(row);
  }
}

/** The text stays out of the log: whoever may read it asks for the note. */
function callNoted({ call, agent, reason, sale, at }: CallNote): LogEvent {
  return { type: 'CallNoted', version: 1, at, call, agent, data: { reason, sale } };
}
