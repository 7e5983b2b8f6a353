import type { Endpoint, Source } from '../pbx/pbx.ts';
import { known } from '../store/known.ts';
import type { Call, Cursor, Phase } from './call.ts';
import type { Leg } from './leg.ts';
import type { callTable, LiveState, legTable } from './table.ts';

export type CallRow = typeof callTable.$inferSelect;
export type LegRow = typeof legTable.$inferSelect;

/** A call as reports see it, live or ended; null where nothing is known. Times UTC ms. */
export type CallRecord = Omit<CallRow, 'askedBy' | 'state'>;
export type LegRecord = Omit<LegRow, 'callId' | 'position' | 'writtenBy' | 'replaces'>;

/** A call as a report sees it, for one that is still in memory. */
export function recordOf(call: Call): CallRecord {
  const { state: _live, askedBy: _asked, ...record } = rowOf(call);
  return record;
}

/** The row of a call. */
export function rowOf(call: Call): CallRow {
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

function liveStateOf(call: Call): LiveState {
  const { phase, facts, cursor, stack, startedAt, callback, outbound, supervision } = call;
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
    supervision,
    run: cursor?.run ?? 0,
    entry: cursor?.entry ?? 0,
    since: cursor?.since ?? startedAt,
    stack,
  });
}

const PHONE = 'phone:';
const GUEST = 'guest';

/** The call of a row. */
export function callOf(row: CallRow, legs: readonly Leg[]): Call {
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
    supervision: row.state?.supervision,
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

/** Who brought the call of a row. */
export function sourceOf(text: string): Source {
  if (text.startsWith(PHONE)) return { kind: 'phone', extension: text.slice(PHONE.length) };
  return text === GUEST ? { kind: 'outside', guest: true } : { kind: 'outside' };
}

/** The row of a leg. */
export function legRowOf(leg: Leg, callId: string, position: number): LegRow {
  return {
    id: leg.id,
    callId,
    position,
    toKind: leg.to.kind,
    toNumber: leg.to.kind === 'phone' ? leg.to.extension : leg.to.number,
    agentId: leg.agent ?? null,
    queue: leg.queue ?? null,
    writtenBy: leg.writtenBy ?? null,
    replaces: leg.replaces ?? null,
    plannedAt: leg.plannedAt,
    ringingAt: leg.ringingAt ?? null,
    answeredAt: leg.answeredAt ?? null,
    endedAt: leg.endedAt ?? null,
    cause: leg.cause ?? null,
    sipCode: leg.sipCode ?? null,
    outcome: leg.outcome ?? null,
  };
}

/** The leg of a row. */
export function legOf(row: LegRow): Leg {
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
    replaces: row.replaces,
    plannedAt: row.plannedAt,
    ringingAt: row.ringingAt,
    answeredAt: row.answeredAt,
    endedAt: row.endedAt,
    cause: row.cause,
    sipCode: row.sipCode,
    outcome: row.outcome,
  });
}
