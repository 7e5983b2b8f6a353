import { type Agent, type AgentState, extensionOf } from '../../agent/agent.ts';
import type { Call } from '../../call/call.ts';
import { type CallRecord, recordOf } from '../../call/row-store.ts';
import { callAtHand, type Part, partOf, thirdPartyOf, waitsSince } from '../../desk/in-hand.ts';
import type { CallNote } from '../../desk/note.ts';
import type { OfferReason } from '../../queue/queue.ts';
import { numbersFor, textFor } from '../fields.ts';
import type { Principal } from '../principal.ts';
import type { DeskCallView, NoteView, SeatView } from './views.ts';

/** An agent's seat as he sees it. @param phone the one that he chose */
export function seatRow(
  agent: Agent,
  { phone, webPhone }: { readonly phone: SeatView['phone']; readonly webPhone: string },
): SeatView {
  const { id, name, homeExtension, outside, state } = agent;
  const next = 'after' in state ? state.after : undefined;
  return {
    agent: id,
    name,
    state: state.at,
    since: state.since,
    reason: state.at === 'not-ready' ? state.reason : '',
    extension: extensionOf(agent) ?? '',
    phone,
    webPhone,
    deskPhone: homeExtension || (outside?.number ?? ''),
    call: callAtHand(agent) ?? '',
    until: state.at === 'wrap-up' ? state.until : null,
    mayExtend: state.at === 'wrap-up' && state.extended === undefined,
    next: next === undefined ? '' : restOf(next),
    nextReason: next?.at === 'not-ready' ? next.reason : '',
  };
}

type After = Extract<AgentState, { after: unknown }>['after'];

/** What comes at last: a wrap-up in between ends by itself. */
function restOf(after: After): 'ready' | 'not-ready' | 'logged-out' {
  return after.at === 'wrap-up' ? restOf(after.after) : after.at;
}

/** A call on an agent's desk, live or over. */
export function callRow(
  call: Call | CallRecord,
  agent: Agent,
  why: DeskCallView['why'],
  principal: Principal,
): DeskCallView {
  const live = 'phase' in call ? call : undefined;
  const record = 'phase' in call ? recordOf(call) : call;
  const show = numbersFor(principal);
  const third = live && thirdPartyOf(live, agent);
  const part: Part = live ? partOf(live, agent) : 'over';
  return {
    id: record.id,
    part,
    kind: kindOf(record, live),
    phase: live?.phase.at ?? 'ended',
    phaseSince: live && 'since' in live.phase ? live.phase.since : null,
    number: show(record.ani),
    name: textFor(principal)(record.aniName),
    dnis: record.dnis,
    customerId: record.customerId ?? '',
    tier: record.tier ?? '',
    language: record.language,
    queue: record.queue ?? '',
    campaign: record.campaignId ?? '',
    attempt: live?.outbound?.attempt ?? '',
    startedAt: record.startedAt,
    connectedAt: record.connectedAt,
    endedAt: record.endedAt,
    waitedMs: record.waitedMs,
    waitsSince: (live && waitsSince(live)) ?? null,
    supervisor: live ? supervisorOf(live, agent) : null,
    third: third ? { ...third, address: third.isOurs ? third.address : show(third.address) } : null,
    why,
  };
}

function supervisorOf({ supervision }: Call, agent: Agent): DeskCallView['supervisor'] {
  if (!supervision || supervision.agent !== agent.id || supervision.ringUntil !== undefined) return null;
  const { mode, by } = supervision;
  return mode === 'listen' ? null : { mode, name: by.name };
}

function kindOf({ id }: CallRecord, live: Call | undefined): DeskCallView['kind'] {
  if (live?.outbound) return 'outbound';
  if (live?.callback) return live.callback.id === live.id ? 'dialled' : 'callback';
  return id.startsWith('call-callback-') ? 'callback' : 'inbound';
}

/** Why he was chosen, as he may know it. */
export function offerRow(why: Partial<OfferReason>): DeskCallView['why'] {
  const { rule = 'only', order = 'fifo', waitedMs = 0, step = 0, score = null, ready = 0, fit = 0 } = why;
  return { rule, order, waitedMs, step, score, ready, fit };
}

export function noteRow(call: string, note: CallNote | undefined): NoteView {
  const { version = 0, text = '', reason = '', sale = '', at = 0, doneAt = null } = note ?? {};
  return { call, version, text, reason, sale, at, doneAt };
}
