import { sql } from 'drizzle-orm';
import type { HangupCause } from '../pbx/pbx.ts';
import { duration, index, integer, json, table, text, time, word } from '../store/columns.ts';
import type { Call, CallFacts, Phase } from './call.ts';
import type { LegOutcome } from './leg.ts';

/** What a live call needs besides the columns of its row. */
export interface LiveState {
  readonly phase: Phase;
  readonly variables: CallFacts['variables'];
  readonly persona: string;
  readonly personalFlow?: string;
  readonly customer?: CallFacts['customer'];
  readonly left?: CallFacts['left'];
  readonly callback?: Call['callback'];
  readonly outbound?: Call['outbound'];
  readonly supervision?: Call['supervision'];
  readonly heard?: CallFacts['heard'];
  /** Of the cursor's step; see `Cursor`. */
  readonly run: number;
  readonly entry: number;
  readonly since: number;
  readonly stack: Call['stack'];
}

/** One row per call, live or ended, with every column that a report asks for. */
export const callTable = table(
  'call',
  {
    id: text('id').primaryKey(),
    channel: text('channel').notNull(),
    /** `outside`, `guest`, or `phone:` and the extension. */
    source: text('source').notNull(),
    ani: text('ani').notNull(),
    aniName: text('ani_name').notNull(),
    dnis: text('dnis').notNull(),
    /** Of a callback: the number of whoever asked for it. */
    askedBy: text('asked_by'),
    customerId: text('customer_id'),
    tier: text('tier'),
    language: text('language').notNull(),
    /** The flow that the call entered first. */
    enteredFlow: text('entered_flow'),
    enteredVersion: text('entered_version'),
    /** The flow that it is in, or was in last. */
    flow: text('flow'),
    flowVersion: text('flow_version'),
    step: text('step'),
    campaignId: text('campaign_id'),
    queue: text('queue'),
    agentId: text('agent_id'),
    startedAt: time('started_at').notNull(),
    connectedAt: time('connected_at'),
    endedAt: time('ended_at'),
    endedBy: word<NonNullable<Call['endedBy']>>('ended_by'),
    endCause: word<NonNullable<Call['endCause']>>('end_cause'),
    waitedMs: duration('waited_ms').notNull(),
    talkedMs: duration('talked_ms').notNull(),
    /** Null as soon as the call has ended. */
    state: json<LiveState>('state'),
  },
  (call) => [
    index('call_live').on(call.startedAt, call.id).where(sql`"ended_at" is null`),
    index('call_started').on(call.startedAt),
    index('call_ended').on(call.endedAt).where(sql`"ended_at" is not null`),
    index('call_ani').on(call.ani, call.startedAt),
    index('call_customer').on(call.customerId, call.startedAt).where(sql`"customer_id" is not null`),
    index('call_campaign').on(call.campaignId, call.startedAt).where(sql`"campaign_id" is not null`),
    index('call_agent').on(call.agentId, call.startedAt).where(sql`"agent_id" is not null`),
    index('call_queue').on(call.queue, call.startedAt).where(sql`"queue" is not null`),
  ],
);

/** One row per leg that was dialled for a call. */
export const legTable = table(
  'leg',
  {
    id: text('id').primaryKey(),
    callId: text('call_id')
      .notNull()
      .references(() => callTable.id, { onDelete: 'cascade' }),
    /** Place among the legs of its call, from 0. */
    position: integer('position').notNull(),
    toKind: word<'phone' | 'outside'>('to_kind').notNull(),
    toNumber: text('to_number').notNull(),
    agentId: text('agent_id'),
    /** The queue that it was dialled for. */
    queue: text('queue'),
    /** The phone at which somebody wrote its outside number. */
    writtenBy: text('written_by'),
    /** The leg of the same agent whose place it is to take. */
    replaces: text('replaces'),
    plannedAt: time('planned_at').notNull(),
    ringingAt: time('ringing_at'),
    answeredAt: time('answered_at'),
    endedAt: time('ended_at'),
    cause: word<HangupCause>('cause'),
    sipCode: integer('sip_code'),
    outcome: word<LegOutcome>('outcome'),
  },
  (leg) => [index('leg_call').on(leg.callId, leg.position)],
);

export const voicemailTable = table(
  'voicemail',
  {
    id: text('id').primaryKey(),
    callId: text('call_id').notNull(),
    box: text('box').notNull(),
    ani: text('ani').notNull(),
    file: text('file').notNull(),
    durationMs: duration('duration_ms').notNull(),
    at: time('at').notNull(),
    heardBy: text('heard_by'),
  },
  (voicemail) => [
    index('voicemail_box').on(voicemail.box, voicemail.at),
    index('voicemail_at').on(voicemail.at),
    index('voicemail_ani').on(voicemail.ani, voicemail.at),
  ],
);
