import { and, type Column, desc, eq, inArray, isNull, lt, ne, or } from 'drizzle-orm';
import { callTable, voicemailTable } from '../call/table.ts';
import { feedbackTable } from '../campaign/table.ts';
import { attemptTable } from '../dialer/table.ts';
import { callbackTable } from '../queue/table.ts';
import type { Database } from '../store/connect.ts';
import { type ContactPage, merged, type PastContact } from './contact.ts';
import { callNoteTable } from './table.ts';

/** Somebody: a customer, a number in all its spellings, or both. */
export interface Somebody {
  readonly customerId: string | undefined;
  readonly numbers: readonly string[];
}

/** What was promised to somebody and is not done yet. */
export interface Promised {
  readonly id: string;
  readonly queue: string;
  readonly number: string;
  /** UTC ms. */
  readonly at: number;
}

const NOTHING = {
  call: '',
  agent: '',
  queue: '',
  campaign: '',
  outcome: '',
  result: '',
  note: '',
  durationMs: 0,
};

/** What there was with somebody, over all channels. */
export class ContactStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The latest contacts before a moment (UTC ms). @param except a call that is not told */
  async before(who: Somebody, moment: number, limit: number, except: string): Promise<ContactPage> {
    if (who.customerId === undefined && who.numbers.length === 0) return { items: [] };
    return merged(
      [
        this.#calls(who, moment, limit, except),
        this.#attempts(who, moment, limit, except),
        this.#voicemails(who, moment, limit),
        this.#callbacks(who, moment, limit),
        this.#feedback(who, moment, limit),
      ],
      limit,
    );
  }

  /** Who is to be called back still. */
  async promised({ customerId, numbers }: Somebody): Promise<Promised[]> {
    const { id, queue, number, at, doneAt, customerId: whose } = callbackTable;
    if (customerId === undefined && numbers.length === 0) return [];
    return this.#database.query
      .select({ id, queue, number, at })
      .from(callbackTable)
      .where(and(isNull(doneAt), isHis(whose, number, { customerId, numbers })))
      .orderBy(desc(at))
      .limit(10)
      .all();
  }

  #calls(who: Somebody, moment: number, limit: number, except: string): PastContact[] {
    const { customerId, ani, startedAt, id } = callTable;
    const rows = this.#database.query
      .select()
      .from(callTable)
      .where(and(lt(startedAt, moment), ne(id, except), isHis(customerId, ani, who)))
      .orderBy(desc(startedAt))
      .limit(limit)
      .all();
    const notes = this.#notesOf(rows.map((row) => row.id));
    return rows.map((row) => ({
      ...NOTHING,
      channel: 'call',
      id: row.id,
      call: row.id,
      at: row.startedAt,
      agent: row.agentId ?? '',
      queue: row.queue ?? '',
      campaign: row.campaignId ?? '',
      outcome: outcomeOf(row),
      durationMs: row.talkedMs,
      ...notes.get(row.id),
    }));
  }

  #notesOf(calls: readonly string[]): Map<string, Pick<PastContact, 'note' | 'result'>> {
    if (calls.length === 0) return new Map();
    const rows = this.#database.query
      .select()
      .from(callNoteTable)
      .where(inArray(callNoteTable.call, [...calls]))
      .all();
    const done = rows.filter(({ doneAt }) => doneAt !== null).sort((a, b) => a.at - b.at);
    return new Map(done.map(({ call, text, reason }) => [call, { note: text, result: reason }]));
  }

  #attempts({ numbers }: Somebody, moment: number, limit: number, except: string): PastContact[] {
    if (numbers.length === 0) return [];
    const { id, number, at } = attemptTable;
    const rows = this.#database.query
      .select()
      .from(attemptTable)
      .where(and(lt(at, moment), inArray(number, [...numbers]), ne(id, except.replace(/^call-/, ''))))
      .orderBy(desc(at))
      .limit(limit)
      .all();
    return rows.map((row) => ({
      ...NOTHING,
      channel: 'attempt',
      id: row.id,
      call: `call-${row.id}`,
      at: row.at,
      agent: row.agent ?? '',
      campaign: row.campaign,
      outcome: row.outcome ?? '',
      result: row.result ?? '',
      note: row.note ?? '',
      durationMs: row.connectedAt && row.endedAt ? row.endedAt - row.connectedAt : 0,
    }));
  }

  #voicemails({ numbers }: Somebody, moment: number, limit: number): PastContact[] {
    if (numbers.length === 0) return [];
    const { ani, at } = voicemailTable;
    const rows = this.#database.query
      .select()
      .from(voicemailTable)
      .where(and(lt(at, moment), inArray(ani, [...numbers])))
      .orderBy(desc(at))
      .limit(limit)
      .all();
    return rows.map(({ id, callId, at: when, box, durationMs }) => ({
      ...NOTHING,
      channel: 'voicemail',
      id,
      call: callId,
      at: when,
      outcome: box,
      durationMs,
    }));
  }

  #callbacks(who: Somebody, moment: number, limit: number): PastContact[] {
    const { customerId, number, at } = callbackTable;
    const rows = this.#database.query
      .select()
      .from(callbackTable)
      .where(and(lt(at, moment), isHis(customerId, number, who)))
      .orderBy(desc(at))
      .limit(limit)
      .all();
    return rows.map(({ id, call, at: when, queue, doneBy, outcome }) => ({
      ...NOTHING,
      channel: 'callback',
      id,
      call,
      at: when,
      queue,
      agent: doneBy ?? '',
      outcome: outcome ?? 'open',
    }));
  }

  #feedback(who: Somebody, moment: number, limit: number): PastContact[] {
    const { customerId, ani, at } = feedbackTable;
    const rows = this.#database.query
      .select()
      .from(feedbackTable)
      .where(and(lt(at, moment), isHis(customerId, ani, who)))
      .orderBy(desc(at))
      .limit(limit)
      .all();
    return rows.map(({ id, callId, at: when, by, campaignId, interest, note }) => ({
      ...NOTHING,
      channel: 'feedback',
      id,
      call: callId ?? '',
      at: when,
      agent: by,
      campaign: campaignId,
      outcome: interest,
      note,
    }));
  }
}

function isHis(customer: Column, number: Column, { customerId, numbers }: Somebody) {
  return or(
    customerId === undefined ? undefined : eq(customer, customerId),
    numbers.length === 0 ? undefined : inArray(number, [...numbers]),
  );
}

function outcomeOf(row: typeof callTable.$inferSelect): string {
  if (row.endedAt === null) return 'live';
  if (row.connectedAt !== null) return 'talked';
  return row.queue !== null && row.endedBy === 'caller' ? 'abandoned' : 'self-service';
}
