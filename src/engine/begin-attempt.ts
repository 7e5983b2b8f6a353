import type { Call } from '../call/call.ts';
import type { Leg } from '../call/leg.ts';
import type { ContactRequest, ContactRule, ContactVerdict, PastContact } from '../contact/contact.ts';
import type { Conduct } from '../contact/data.ts';
import type { Attempt } from '../dialer/attempt.ts';
import type { HeldBackLead, HeldBackNote } from '../dialer/held-back.ts';
import type { OutboundCampaign } from '../dialer/outbound.ts';
import type { PacingReason } from '../dialer/pacing.ts';
import { strictest } from '../dialer/rules.ts';
import type { Lead, LeadFate, LeadNumber } from '../list/lead.ts';
import { featuresOf } from './best-lead.ts';
import type { DialFloor, Working } from './dial-floor.ts';
import type { Turn } from './turn.ts';

/** A campaign that has reached limits of class of service looks again after this, ms. */
const LIMITS_REST_MS = 5_000;
/** A lead that may not be called now, without anybody knowing when, is looked at again after this, ms. */
const LOOK_AGAIN_MS = 3_600_000;

/** What no rule lifts that somebody changes is looked at again after this, ms: a policy may change, a consent may come. */
const RULES_CHANGE_MS = 6 * 3_600_000;
/** Whom these forbid without an end, no other policy permits. */
const FOR_GOOD: ReadonlySet<ContactRule> = new Set(['do-not-call', 'unknown-zone']);

/** An attempt that is written down, and not dialled yet. */
export interface Begun {
  readonly attempt: Attempt;
  readonly call: Call;
  readonly leg: Leg;
  /** How probable it is that somebody answers in person, 0 to 1. */
  readonly propensity: number;
}

/** How somebody is called. */
export interface How {
  readonly why?: PacingReason;
  /** An agent hears him answer. */
  readonly attended: boolean;
}

/** What forbids an attempt: a rule, and the lead has been sent back; or limits that are reached, and the lead is still in hand. */
export const NOT_BEGUN = { heldBack: 'held-back', limits: 'dial-limits' } as const;
export type NotBegun = (typeof NOT_BEGUN)[keyof typeof NOT_BEGUN];

/** Writes an attempt down, with its call, if gate and class of service let it pass. Nothing is dialled yet. */
export function begin(
  turn: Turn,
  floor: DialFloor,
  working: Working,
  lead: Lead,
  how: How,
): Begun | NotBegun {
  const { campaign, circuit } = working;
  const { now } = turn;
  const to = lead.numbers[0]!;
  if (!mayContact(turn, floor, campaign, lead, how.attended)) return NOT_BEGUN.heldBack;
  const id = turn.nextId('a-');
  const conduct = floor.gate.conduct(campaign.id);
  const begun = callFor(id, campaign, conduct, lead, to, how, now);
  const permission = turn.outside.permit(begun.call, to.number, 'campaign', now);
  if (!permission.allowed) {
    if (permission.refusal.reason === 'not-permitted') {
      if (sendBack(turn, floor, campaign, lead, 'class-of-service', now + LOOK_AGAIN_MS))
        turn.permitted(begun.call, { kind: 'outside', number: to.number }, 'campaign');
      return NOT_BEGUN.heldBack;
    }
    // It is not the lead's fault.
    working.restsUntil = now + LIMITS_REST_MS;
    return NOT_BEGUN.limits;
  }
  const { attempt, leg } = begun;
  const call = withLongestTalk(begun.call, permission.maxTalkMs);
  floor.gate.note(contactOf(attempt));
  const features = featuresOf(lead, now);
  const propensity = working.propensity.of(features);
  floor.underWay.set(id, { attempt, lead, pool: floor.poolOf(campaign), features });
  working.inFlight += 1;
  // Nobody knows whether an agent who is rung first will take it.
  if (!how.attended) circuit.dialled(id);
  turn.putAttempt(attempt);
  turn.putNewCall(call);
  const { list, number, person, mode, earlier } = attempt;
  const about = { attempt: id, campaign: campaign.id, list, lead: lead.id, person, number, mode, earlier };
  turn.log('AttemptMade', { ...about, propensity, ...(how.why && { why: how.why }) }, { call: call.id });
  return { attempt, call, leg, propensity };
}

/** The PBX ends a talk that lasts for longer than class of service permits. */
function withLongestTalk(call: Call, maxTalkMs: number | undefined): Call {
  const { phase } = call;
  return phase.at === 'reaching' && maxTalkMs !== undefined
    ? { ...call, phase: { ...phase, maxTalkMs } }
    : call;
}

/** Asks the gate of the lead's next number. Whom it does not let pass goes back to his list. */
export function mayContact(
  turn: Turn,
  floor: DialFloor,
  campaign: OutboundCampaign,
  lead: Lead,
  attended: boolean,
): boolean {
  const verdict = floor.gate.judge(requestOf(campaign, lead, lead.numbers[0]!, attended), turn.now);
  if (!verdict.allowed) held(turn, floor, campaign, lead, verdict);
  return verdict.allowed;
}

/** What the gate is asked. */
export function requestOf(
  campaign: OutboundCampaign,
  lead: Lead,
  to: LeadNumber,
  attended: boolean,
): ContactRequest {
  const { person, callback } = lead;
  return {
    campaign: campaign.id,
    person,
    number: to.number,
    zones: to.zones,
    asked: callback !== undefined,
    attended,
  };
}

/** An attempt as the gate remembers it. */
export function contactOf({ id, campaign, person, number, at, outcome }: Attempt): PastContact {
  return { attempt: id, campaign, person, number, at, ...(outcome !== undefined && { outcome }) };
}

function held(
  turn: Turn,
  floor: DialFloor,
  campaign: OutboundCampaign,
  lead: Lead,
  { rule, retryAt, detail }: ContactVerdict & { allowed: false },
): void {
  const fate: LeadFate =
    retryAt === undefined && FOR_GOOD.has(rule)
      ? { next: 'done', reason: rule }
      : {
          next: 'again',
          dueAt: Math.max(retryAt ?? turn.now + RULES_CHANGE_MS, turn.now + 1),
          ...wishOf(lead),
        };
  floor.sentBack.push({ campaign: campaign.id, lead: lead.id, fate });
  noteHeldBack(turn, floor, lead, rule, { ...(retryAt !== undefined && { retryAt }), detail });
}

/** @returns true when the log tells it at once */
function noteHeldBack(
  turn: Turn,
  floor: DialFloor,
  { id, list, campaign }: Lead,
  rule: string,
  about: Pick<HeldBackLead, 'retryAt' | 'detail'>,
): boolean {
  const note = floor.heldBack.note(campaign, rule, { lead: id, list, at: turn.now, ...about });
  if (note) logHeldBack(turn, [note]);
  return note !== undefined;
}

export function logHeldBack(turn: Turn, notes: readonly HeldBackNote[]): void {
  for (const note of notes) turn.log('LeadsHeldBack', { ...note }, {});
}

/** A lead is not dialled now, by no rule of contact. @param dueAt UTC ms; @returns true when the log tells it at once */
export function sendBack(
  turn: Turn,
  floor: DialFloor,
  campaign: OutboundCampaign,
  lead: Lead,
  rule: string,
  dueAt: number,
): boolean {
  const fate: LeadFate = { next: 'again', dueAt, ...wishOf(lead) };
  floor.sentBack.push({ campaign: campaign.id, lead: lead.id, fate });
  return noteHeldBack(turn, floor, lead, rule, { retryAt: dueAt });
}

/** Whoever asked to be called is still to be called, by the agent whom he wants. */
export function wishOf(lead: Pick<Lead, 'callback'> | undefined): {
  readonly asked?: true;
  readonly agent?: string;
} {
  if (!lead?.callback) return {};
  const { agent } = lead.callback;
  return { asked: true, ...(agent !== undefined && { agent }) };
}

/** The call of an attempt. */
export const callOf = (attempt: string): string => `call-${attempt}`;

function callFor(
  id: string,
  campaign: OutboundCampaign,
  conduct: Conduct | undefined,
  lead: Lead,
  { number }: LeadNumber,
  { attended }: How,
  now: number,
): Omit<Begun, 'propensity'> {
  const callId = callOf(id);
  const leg: Leg = { id: `leg-${callId}`, to: { kind: 'outside', number }, plannedAt: now };
  const { ringMs, flow, queue } = campaign;
  const pacing = strictest(campaign.pacing, conduct);
  const attempt: Attempt = {
    id,
    campaign: campaign.id,
    list: lead.list,
    lead: lead.id,
    person: lead.person,
    number,
    mode: attended ? 'preview' : pacing.mode,
    earlier: lead.attempts,
    numbers: lead.numbers.length,
    ...(lead.callback && { callback: lead.callback }),
    at: now,
  };
  const call: Call = {
    id: callId,
    channel: leg.id,
    source: { kind: 'outside' },
    ...(attended && { callback: { id, ringMs } }),
    outbound: {
      attempt: id,
      campaign: campaign.id,
      person: lead.person,
      flow,
      queue,
      minRingMs: pacing.minRingMs,
      connectWithinMs: pacing.connectWithinMs,
      ...(conduct && { clockStarts: conduct.clockStarts }),
    },
    ani: number,
    aniName: lead.name,
    dnis: campaign.callerNumber,
    startedAt: now,
    facts: { language: '', persona: '', campaignId: campaign.id, queue, variables: {} },
    stack: [],
    phase: attended
      ? // How long the agent is rung has its own limit.
        { at: 'queued', queue, since: now, until: now + 3_600_000, music: '' }
      : { at: 'reaching', until: now + ringMs },
    legs: attended ? [] : [leg],
    waitedMs: 0,
    talkedMs: 0,
  };
  return { attempt, call, leg };
}
