import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  or,
  type SQL,
} from 'drizzle-orm';
import { CONTACTS_LOOKED_AT, type Contact, type ContactHistory } from '../customer/contact.ts';
import type { EventWriter } from '../engine/changes.ts';
import type { Database } from '../store/connect.ts';
import { known } from '../store/known.ts';
import { updater, upserter } from '../store/writer.ts';
import type { Call, CallFacts } from './call.ts';
import type { Leg } from './leg.ts';
import { type CallRecord, callOf, type LegRecord, type LegRow, legOf, legRowOf, rowOf } from './row-store.ts';
import { callTable, legTable, voicemailTable } from './table.ts';
import type { Voicemail } from './voicemail.ts';

/** Where a list was left: the last row of the page before. */
export interface Place {
  readonly at: number;
  readonly id: string;
}

export interface CallFilter {
  /** Any of these numbers. */
  readonly numbers?: readonly string[];
  readonly campaignId?: string;
  readonly customerId?: string;
  readonly agentId?: string;
  readonly queue?: string;
  /** Start of the call, UTC ms: from (inclusive) to (exclusive). */
  readonly from?: number;
  readonly to?: number;
  readonly before?: Place;
  readonly limit: number;
}

const { state: _state, askedBy: _askedBy, ...RECORD } = getTableColumns(callTable);

/** What changes from step to step while the call lives and its facts stay. None of it is indexed. */
const CHANGING_LIVE = [
  'flow',
  'flowVersion',
  'step',
  'connectedAt',
  'waitedMs',
  'talkedMs',
  'state',
] as const;

/** What may change after the first write; the rest of the row stays as it was inserted. */
const CHANGING_CALL = [
  ...CHANGING_LIVE,
  'customerId',
  'tier',
  'language',
  'campaignId',
  'queue',
  'agentId',
  'endedAt',
  'endedBy',
  'endCause',
] as const;

const CHANGING_LEG = ['ringingAt', 'answeredAt', 'endedAt', 'cause', 'sipCode', 'outcome'] as const;

/**
 * Prepares the writing of calls, for use inside a unit of work. Facts and legs are values: what was written as this very
 * object is not written again, so after a unit that failed a new writer is needed.
 */
export function callWriter(database: Database): (call: Call) => void {
  const writeWhole = upserter(database, callTable, CHANGING_CALL);
  const writeProgress = updater(database, callTable, CHANGING_LIVE);
  const writeLeg = upserter(database, legTable, CHANGING_LEG);
  const writtenFacts = new Map<string, CallFacts>();
  const writtenLegs = new WeakSet<Leg>();
  return (call) => {
    const ended = call.phase.at === 'ended';
    if (!ended && writtenFacts.get(call.id) === call.facts) writeProgress(rowOf(call));
    else writeWhole(rowOf(call));
    if (ended) writtenFacts.delete(call.id);
    else writtenFacts.set(call.id, call.facts);
    call.legs.forEach((leg, position) => {
      if (writtenLegs.has(leg)) return;
      writeLeg(legRowOf(leg, call.id, position));
      writtenLegs.add(leg);
    });
  };
}

/** The calls that had not ended, oldest first. */
export function liveCalls(database: Database): Call[] {
  const isLive = and(isNull(callTable.endedAt), isNotNull(callTable.state));
  const rows = database.query
    .select()
    .from(callTable)
    .where(isLive)
    .orderBy(asc(callTable.startedAt), asc(callTable.id))
    .all();
  // Callers wait for this after a crash: one query for the legs of all of them.
  const ids = database.query.select({ id: callTable.id }).from(callTable).where(isLive);
  const legRows = database.query
    .select()
    .from(legTable)
    .where(inArray(legTable.callId, ids))
    .orderBy(asc(legTable.position))
    .all();
  const legs = Map.groupBy(legRows, ({ callId }) => callId);
  return rows.map((row) => callOf(row, (legs.get(row.id) ?? []).map(legOf)));
}

function legRowsOf(database: Database, call: string): LegRow[] {
  return database.query
    .select()
    .from(legTable)
    .where(eq(legTable.callId, call))
    .orderBy(asc(legTable.position))
    .all();
}

/** Who has to do with a call: its customer, the last agent, its campaign. */
export type CallParties = Pick<CallRecord, 'customerId' | 'agentId' | 'campaignId'>;

/** Reads call records, and keeps the messages that callers leave. */
export class CallStore implements ContactHistory {
  readonly #database: Database;
  readonly #events: EventWriter;

  constructor(database: Database, events: EventWriter) {
    this.#database = database;
    this.#events = events;
  }

  /** Newest first. */
  async list(filter: CallFilter): Promise<CallRecord[]> {
    return this.#database.query
      .select(RECORD)
      .from(callTable)
      .where(and(...conditionsOf(filter)))
      .orderBy(desc(callTable.startedAt), desc(callTable.id))
      .limit(filter.limit)
      .all();
  }

  async byId(id: string): Promise<(CallRecord & { readonly legs: readonly LegRecord[] }) | undefined> {
    const record = this.#database.query.select(RECORD).from(callTable).where(eq(callTable.id, id)).get();
    if (!record) return undefined;
    const legs = legRowsOf(this.#database, id);
    return {
      ...record,
      legs: legs.map(
        ({ callId: _call, position: _position, writtenBy: _phone, replaces: _replaced, ...leg }) => leg,
      ),
    };
  }

  /** Whose call it is, or was; undefined where there is no such call. */
  partiesOf(id: string): CallParties | undefined {
    const { customerId, agentId, campaignId } = callTable;
    return this.#database.query
      .select({ customerId, agentId, campaignId })
      .from(callTable)
      .where(eq(callTable.id, id))
      .get();
  }

  /** The latest calls of a customer, whichever way he was recognised, newest first. */
  async contactsOf(
    customerId: string | undefined,
    numbers: readonly string[],
    limit: number,
  ): Promise<CallRecord[]> {
    const mine: SQL[] = [];
    if (customerId !== undefined) mine.push(eq(callTable.customerId, customerId));
    if (numbers.length > 0) mine.push(inArray(callTable.ani, [...numbers]));
    if (mine.length === 0) return [];
    return this.#database.query
      .select(RECORD)
      .from(callTable)
      .where(or(...mine))
      .orderBy(desc(callTable.startedAt), desc(callTable.id))
      .limit(limit)
      .all();
  }

  /** Keeps a message, and says so in the log; keeping it again changes nothing. */
  async keepVoicemail(voicemail: Voicemail): Promise<void> {
    const { callId: call, box, durationMs, at } = voicemail;
    this.#events.commit(() => {
      const { query } = this.#database;
      const { changes } = query.insert(voicemailTable).values(voicemail).onConflictDoNothing().run();
      return changes === 0
        ? []
        : [{ type: 'VoicemailLeft', version: 1, at, call, data: { box, durationMs } }];
    });
  }

  async voicemail(id: string): Promise<Voicemail | undefined> {
    const row = this.#database.query.select().from(voicemailTable).where(eq(voicemailTable.id, id)).get();
    return row && voicemailOf(row);
  }

  /** Newest first. */
  async voicemails(filter: {
    readonly box?: string;
    readonly before?: Place;
    readonly limit: number;
  }): Promise<Voicemail[]> {
    const { at, id, box } = voicemailTable;
    return this.#database.query
      .select()
      .from(voicemailTable)
      .where(
        and(
          filter.box === undefined ? undefined : eq(box, filter.box),
          filter.before &&
            or(lt(at, filter.before.at), and(eq(at, filter.before.at), lt(id, filter.before.id))),
        ),
      )
      .orderBy(desc(at), desc(id))
      .limit(filter.limit)
      .all()
      .map(voicemailOf);
  }

  async lastContacts(customerId: string): Promise<Contact[]> {
    const { agentId, waitedMs, connectedAt, endedBy, queue, startedAt, endedAt } = callTable;
    const mine = and(eq(callTable.customerId, customerId), isNotNull(endedAt));
    return this.#database.query
      .select({ agentId, waitedMs, connectedAt, endedBy, queue })
      .from(callTable)
      .where(mine)
      .orderBy(desc(startedAt))
      .limit(CONTACTS_LOOKED_AT)
      .all()
      .map((row) => ({
        waitedMs: row.waitedMs,
        gaveUp: row.connectedAt === null && row.endedBy === 'caller' && row.queue !== null,
        ...(row.agentId !== null && { agent: row.agentId }),
      }));
  }

  /** Notes who listened to a message first. */
  async markHeard(id: string, by: string): Promise<void> {
    this.#database.query
      .update(voicemailTable)
      .set({ heardBy: by })
      .where(and(eq(voicemailTable.id, id), isNull(voicemailTable.heardBy)))
      .run();
  }
}

function conditionsOf(filter: CallFilter): (SQL | undefined)[] {
  const { ani, campaignId, customerId, agentId, queue, startedAt, id } = callTable;
  const { before } = filter;
  return [
    filter.numbers && inArray(ani, [...filter.numbers]),
    filter.campaignId === undefined ? undefined : eq(campaignId, filter.campaignId),
    filter.customerId === undefined ? undefined : eq(customerId, filter.customerId),
    filter.agentId === undefined ? undefined : eq(agentId, filter.agentId),
    filter.queue === undefined ? undefined : eq(queue, filter.queue),
    filter.from === undefined ? undefined : gte(startedAt, filter.from),
    filter.to === undefined ? undefined : lt(startedAt, filter.to),
    before && or(lt(startedAt, before.at), and(eq(startedAt, before.at), lt(id, before.id))),
  ];
}

function voicemailOf(row: typeof voicemailTable.$inferSelect): Voicemail {
  return known(row);
}
