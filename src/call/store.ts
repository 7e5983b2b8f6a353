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
import type { EndedChannel, EventWriter } from '../engine/changes.ts';
import type { Endpoint, Source } from '../pbx/pbx.ts';
import type { Database } from '../store/connect.ts';
import { known } from '../store/known.ts';
import { updater, upserter } from '../store/writer.ts';
import type { Call, CallFacts, Cursor, Phase } from './call.ts';
import { countedFor, maxTalkOf, type OutsideLeg } from './dial-source.ts';
import type { Leg } from './leg.ts';
import { callTable, type LiveState, legTable, voicemailTable } from './table.ts';
import type { Voicemail } from './voicemail.ts';

type CallRow = typeof callTable.$inferSelect;
type LegRow = typeof legTable.$inferSelect;

/** A call as reports see it, live or ended; null where nothing is known. Times UTC ms. */
export type CallRecord = Omit<CallRow, 'askedBy' | 'state'>;
export type LegRecord = Omit<LegRow, 'callId' | 'position' | 'writtenBy'>;

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
  const rows = database.query
    .select()
    .from(callTable)
    .where(and(isNull(callTable.endedAt), isNotNull(callTable.state)))
    .orderBy(asc(callTable.startedAt), asc(callTable.id))
    .all();
  return rows.map((row) => callOf(row, legRowsOf(database, row.id).map(legOf)));
}

function legRowsOf(database: Database, call: string): LegRow[] {
  return database.query
    .select()
    .from(legTable)
    .where(eq(legTable.callId, call))
    .orderBy(asc(legTable.position))
    .all();
}

/** Calls, the last ones, whose hang-ups may have been lost with the daemon. */
const LATELY = 500;

/** Channels of the calls and legs that came last and have ended: one that is still up was to be hung up. */
export function lastEndedChannels(database: Database): EndedChannel[] {
  const { query } = database;
  const { id, channel, source, startedAt, endedAt } = callTable;
  const calls = query
    .select({ id, channel, source, endedAt })
    .from(callTable)
    .orderBy(desc(startedAt))
    .limit(LATELY)
    .all();
  const callers = calls
    .filter((call) => call.endedAt !== null)
    .map((call) => ({ channel: call.channel, from: sourceOf(call.source) }));
  const ofThem = inArray(
    legTable.callId,
    calls.map((call) => call.id),
  );
  const legs = query
    .select()
    .from(legTable)
    .where(and(ofThem, isNotNull(legTable.endedAt)))
    .all()
    .map(legOf);
  return [
    ...callers.map(({ channel, from }) =>
      from.kind === 'phone' ? { channel, extension: from.extension } : { channel },
    ),
    ...legs.map(({ id, to }) =>
      to.kind === 'phone' ? { channel: id, extension: to.extension } : { channel: id },
    ),
  ];
}

/** The outside legs of live calls and of those that ended since `since` (UTC ms): they count for limits after a restart too. */
export function outsideLegsSince(database: Database, since: number): OutsideLeg[] {
  const { endedAt } = callTable;
  // Two questions: each finds its calls by an index, both in one would scan them all.
  return [isNull(endedAt), gte(endedAt, since)].flatMap((which) => outsideLegsOf(database, which));
}

function outsideLegsOf(database: Database, which: SQL): OutsideLeg[] {
  const { query } = database;
  const { id, source, ani, askedBy, enteredFlow, campaignId, state } = callTable;
  const calls = query.select({ id }).from(callTable).where(which);
  return query
    .select({ leg: legTable, source, ani, askedBy, enteredFlow, campaignId, state })
    .from(legTable)
    .innerJoin(callTable, eq(id, legTable.callId))
    .where(and(inArray(legTable.callId, calls), eq(legTable.toKind, 'outside')))
    .all()
    .map(({ leg, source, state, ...call }) => {
      const { id, toNumber: number, writtenBy, plannedAt, answeredAt, endedAt } = leg;
      const sources = countedFor(known({ ...call, source: sourceOf(source) }), writtenBy ?? undefined);
      const maxTalkMs = state ? maxTalkOf(id, state.phase) : undefined;
      return known({ id, number, sources, plannedAt, answeredAt, endedAt, maxTalkMs });
    });
}

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
      legs: legs.map(({ callId: _call, position: _position, writtenBy: _phone, ...leg }) => leg),
    };
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

/** A call as a report sees it, for one that is still in memory. */
export function recordOf(call: Call): CallRecord {
  const { state: _live, askedBy: _asked, ...record } = rowOf(call);
  return record;
}

function rowOf(call: Call): CallRow {
  const { facts, cursor } = call;
  return {
    id: call.id,
    channel: call.channel,
    source: sourceText(call.source),
    ani: call.ani,
    aniName: call.aniName,
    dnis: call.dnis,
    askedBy: call.callback?.askedBy ?? null,
    customerId: facts.customerId ?? null,
    tier: facts.tier ?? null,
    language: facts.language,
    flow: cursor?.flow ?? null,
    flowVersion: cursor?.version ?? null,
    enteredFlow: call.entered?.flow ?? null,
    enteredVersion: call.entered?.version ?? null,
    step: cursor?.step ?? null,
    campaignId: facts.campaignId ?? null,
    queue: facts.queue ?? null,
    agentId: facts.agentId ?? null,
    startedAt: call.startedAt,
    connectedAt: call.connectedAt ?? null,
    endedAt: call.endedAt ?? null,
    endedBy: call.endedBy ?? null,
    endCause: call.endCause ?? null,
    waitedMs: call.waitedMs,
    talkedMs: call.talkedMs,
    state: call.phase.at === 'ended' ? null : liveStateOf(call),
  };
}

function liveStateOf({ phase, facts, cursor, stack, startedAt, callback, outbound }: Call): LiveState {
  return known({
    phase,
    variables: facts.variables,
    persona: facts.persona,
    personalFlow: facts.personalFlow,
    customer: facts.customer,
    left: facts.left,
    heard: facts.heard,
    callback,
    outbound,
    run: cursor?.run ?? 0,
    entry: cursor?.entry ?? 0,
    since: cursor?.since ?? startedAt,
    stack,
  });
}

const PHONE = 'phone:';
const GUEST = 'guest';

function callOf(row: CallRow, legs: readonly Leg[]): Call {
  return {
    id: row.id,
    channel: row.channel,
    source: sourceOf(row.source),
    ani: row.ani,
    aniName: row.aniName,
    dnis: row.dnis,
    startedAt: row.startedAt,
    facts: known({
      language: row.language,
      persona: row.state?.persona ?? '',
      customerId: row.customerId,
      tier: row.tier,
      personalFlow: row.state?.personalFlow,
      customer: row.state?.customer,
      left: row.state?.left,
      heard: row.state?.heard,
      campaignId: row.campaignId,
      queue: row.queue,
      agentId: row.agentId,
      variables: row.state?.variables ?? {},
    }),
    callback: row.state?.callback,
    outbound: row.state?.outbound,
    entered: enteredBy(row),
    cursor: cursorOf(row),
    stack: row.state?.stack ?? [],
    phase: phaseOf(row.state),
    legs,
    connectedAt: row.connectedAt ?? undefined,
    waitedMs: row.waitedMs,
    talkedMs: row.talkedMs,
    endedAt: row.endedAt ?? undefined,
    endedBy: row.endedBy ?? undefined,
    endCause: row.endCause ?? undefined,
  };
}

/** Rows of a version before this one do not say which music plays. */
function phaseOf(state: LiveState | null): Phase {
  if (!state) return { at: 'ended' };
  const { phase } = state;
  const waits = phase.at === 'queued' || phase.at === 'offered' || phase.at === 'dialing';
  return waits ? { ...phase, music: phase.music ?? 'default' } : phase;
}

function enteredBy({ enteredFlow, enteredVersion }: CallRow): Call['entered'] {
  if (enteredFlow === null || enteredVersion === null) return undefined;
  return { flow: enteredFlow, version: enteredVersion };
}

function cursorOf({ flow, flowVersion, step, state, startedAt }: CallRow): Cursor | undefined {
  if (flow === null || flowVersion === null || step === null) return undefined;
  const { run = 0, entry = run, since = startedAt } = state ?? {};
  return { flow, version: flowVersion, step, run, entry, since };
}

function sourceText(source: Source): string {
  if (source.kind === 'phone') return `${PHONE}${source.extension}`;
  return source.guest ? GUEST : source.kind;
}

function sourceOf(text: string): Source {
  if (text.startsWith(PHONE)) return { kind: 'phone', extension: text.slice(PHONE.length) };
  return text === GUEST ? { kind: 'outside', guest: true } : { kind: 'outside' };
}

function legRowOf(leg: Leg, callId: string, position: number): LegRow {
  return {
    id: leg.id,
    callId,
    position,
    toKind: leg.to.kind,
    toNumber: leg.to.kind === 'phone' ? leg.to.extension : leg.to.number,
    agentId: leg.agent ?? null,
    queue: leg.queue ?? null,
    writtenBy: leg.writtenBy ?? null,
    plannedAt: leg.plannedAt,
    ringingAt: leg.ringingAt ?? null,
    answeredAt: leg.answeredAt ?? null,
    endedAt: leg.endedAt ?? null,
    cause: leg.cause ?? null,
    sipCode: leg.sipCode ?? null,
    outcome: leg.outcome ?? null,
  };
}

function legOf(row: LegRow): Leg {
  const to: Endpoint =
    row.toKind === 'phone'
      ? { kind: 'phone', extension: row.toNumber }
      : { kind: 'outside', number: row.toNumber };
  return known({
    id: row.id,
    to,
    agent: row.agentId,
    queue: row.queue,
    writtenBy: row.writtenBy,
    plannedAt: row.plannedAt,
    ringingAt: row.ringingAt,
    answeredAt: row.answeredAt,
    endedAt: row.endedAt,
    cause: row.cause,
    sipCode: row.sipCode,
    outcome: row.outcome,
  });
}

function voicemailOf(row: typeof voicemailTable.$inferSelect): Voicemail {
  return known(row);
}
