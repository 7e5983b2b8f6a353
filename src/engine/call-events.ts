import type { Call, CallInput, Phase } from '../call/call.ts';
import type { Leg } from '../call/leg.ts';
import { legOf } from '../call/leg-rules.ts';
import { isTalk, type TalkPhase } from '../call/room.ts';
import type { SupervisionInput } from '../supervise/supervision.ts';

/** A business event of a call: what happened, and who else it was about. */
export interface CallEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly agent?: string;
}

interface Change {
  readonly before: Call;
  readonly after: Call;
  readonly input: CallInput | SupervisionInput;
  readonly add: (type: string, data: CallEvent['data'], agent?: string) => void;
}

/** The business events in a change that a call's rules made. */
export function callEvents(before: Call, after: Call, input: Change['input']): CallEvent[] {
  if (before.phase === after.phase) return [];
  const reseated = reseatedAt(after, input);
  if (reseated)
    return [
      { type: 'PhoneRejoined', data: {}, ...(reseated.agent !== undefined && { agent: reseated.agent }) },
    ];
  const events: CallEvent[] = [];
  const change: Change = {
    before,
    after,
    input,
    add: (type, data, agent) => events.push(agent === undefined ? { type, data } : { type, data, agent }),
  };
  const was = before.phase;
  const is = after.phase;
  ofRungLeg(change);
  if (isTalk(was)) ofTalk(change, was);
  ofPlace(change, was, is);
  if (waits(was) && is.at === 'queued') ofDirector(change, was, is);
  if (is.at === 'connected' && !isTalk(was)) connected(change, is);
  if (is.at === 'left') change.add('CallerLeft', { cause: is.cause, talkedMs: after.talkedMs });
  // Of somebody who never answered, his attempt tells.
  if (is.at === 'ended' && was.at !== 'reaching') {
    const { endedBy: by, endCause: cause, waitedMs, talkedMs } = after;
    // Abandoned means that the caller left before anybody answered; a supervisor who ends the call is not the caller.
    const abandoned = by === 'caller' && waits(was) && after.connectedAt === undefined;
    change.add('CallEnded', { by, cause, waitedMs, talkedMs, abandoned });
  }
  return events;
}

/** The leg that goes on in the place of another: for the caller, nothing has happened. */
function reseatedAt(after: Call, input: CallInput | SupervisionInput): Leg | undefined {
  if (input.type === 'Rejoin') return legOf(after, input.leg);
  const leg = input.type === 'LegAnswered' ? legOf(after, input.leg) : undefined;
  return leg?.replaces === undefined ? undefined : leg;
}

function waits(phase: Phase): phase is Phase & { at: 'queued' | 'offered' } {
  return phase.at === 'queued' || phase.at === 'offered';
}

/** A leg was rung, and nobody talked on it. */
function ofRungLeg({ before: { phase: was }, after, add }: Change): void {
  const { phase: is } = after;
  if (was.at !== 'offered' && was.at !== 'dialing' && was.at !== 'calling') return;
  if (is.at === was.at || is.at === 'connected' || is.at === 'calling') return;
  const { to, outcome, sipCode, agent } = legOf(after, rungIn(after, was)) ?? {};
  add('LegFailed', { to, outcome, sipCode }, agent);
}

/** The leg that was rung: of a callback in the end the customer's. */
function rungIn({ channel }: Call, was: Phase & { readonly leg: string }): string {
  return was.at === 'calling' ? channel : was.leg;
}

function ofPlace({ before, after, input, add }: Change, was: Phase, is: Phase): void {
  if (waits(was) && is.at === 'flow')
    add('CallLeftQueue', { queue: was.queue, why: input.type === 'LeftQueue' ? input.exit : 'timeout' });
  if (was.at === 'queued' && is.at === 'queued' && input.type !== 'MovedToQueue')
    for (const { queue } of (was.overflow ?? []).filter((one) => !is.overflow?.includes(one)))
      add('CallOverflowed', { queue: was.queue, to: queue });
  if (was.at === 'flow' && is.at === 'dialing') add('CallDialled', { to: after.legs.at(-1)?.to });
  if (is.at !== 'queued' || waits(was)) return;
  if (was.at === 'flow' || input.type === 'TransferToQueue')
    return add('CallQueued', { queue: is.queue, tier: after.facts.tier ?? '' });
  // Back in front, in the place that he had.
  const why =
    was.at === 'dialing'
      ? 'transfer-failed'
      : input.type === 'LegEnded' || input.type === 'TimeUp'
        ? 'phone-gone'
        : 'failed';
  add('CallRequeued', { queue: is.queue, tier: before.facts.tier ?? '', why });
}

/** A supervisor has moved somebody who waits. */
function ofDirector(
  { after, input, add }: Change,
  was: { readonly queue: string },
  is: { readonly queue: string },
): void {
  if (!('by' in input) || input.type === 'Supervised') return;
  const by = { by: input.by.id, name: input.by.name };
  switch (input.type) {
    case 'MovedToQueue':
      add('CallLeftQueue', { queue: was.queue, why: 'moved' });
      add('CallQueued', { queue: is.queue, tier: after.facts.tier ?? '' });
      return add('CallMoved', { from: was.queue, to: is.queue, ...by });
    case 'KeptFor':
      return add('CallKeptFor', { queue: is.queue, ...by }, input.agent);
    case 'PutFirst':
      return add('CallPutFirst', { queue: is.queue, ...by });
  }
}

function connected({ before: { phase: was }, after, add }: Change, is: Phase & { at: 'connected' }): void {
  const { agent } = legOf(after, is.leg) ?? {};
  const { to } = legOf(after, was.at === 'calling' ? after.channel : is.leg) ?? {};
  // Of all its waits, the one in this queue.
  const wait =
    waits(was) && is.place
      ? {
          queue: is.place.queue,
          queueWaitedMs: is.since - (is.place.from ?? is.place.since),
          ...(is.place.expectedMs !== undefined && { expectedMs: is.place.expectedMs }),
        }
      : {};
  add('CallConnected', { to, waitedMs: after.waitedMs, ...wait }, agent);
}

/** What becomes of a talk: held, shared, handed on, or over. */
function ofTalk(change: Change, was: TalkPhase): void {
  const { before, after, input, add } = change;
  const is = after.phase;
  const agent = legOf(before, was.leg)?.agent;
  if (isTalk(is)) return amongTalks(change, was, is);
  if (is.at === 'left') return;
  add('CallDisconnected', { talkedMs: after.talkedMs });
  if (was.at === 'consulting') consultEnded(change, was);
  if (is.at === 'dialing')
    add('CallTransferred', { kind: 'blind', to: legOf(after, is.leg)?.to, by: agent }, agent);
  if (input.type === 'TransferToQueue')
    add('CallTransferred', { kind: 'queue', to: { queue: input.queue }, by: agent }, agent);
}

function amongTalks(change: Change, was: TalkPhase, is: TalkPhase): void {
  const { before, after, add } = change;
  const agent = legOf(before, was.leg)?.agent;
  const to = legOf(after, is.leg)?.to;
  if (was.at === 'consulting' && is.at !== 'consulting' && is.at !== 'conference') consultEnded(change, was);
  if (was.at === 'conference')
    add('ConferenceEnded', { left: is.leg === was.leg ? 'other' : 'agent' }, agent);
  if (is.leg !== was.leg) {
    add('CallTransferred', { kind: 'consulted', to, by: agent }, agent);
    return add('CallConnected', { to, waitedMs: after.waitedMs }, legOf(after, is.leg)?.agent);
  }
  if (was.at === 'connected' && (is.at === 'held' || is.at === 'consulting')) add('CallHeld', {}, agent);
  if (is.at === 'consulting') {
    const type = was.at === 'consulting' ? 'ConsultAnswered' : 'ConsultStarted';
    add(type, { to: legOf(after, is.consult.leg)?.to }, agent);
  }
  if (is.at === 'conference') add('ConferenceBegan', { with: legOf(after, is.other.leg)?.to }, agent);
  if (is.at === 'connected' && was.at !== 'conference') add('CallResumed', {}, agent);
}

/** `outcome`: `answered` when he talked with the agent. */
function consultEnded({ before, after, add }: Change, was: Phase & { at: 'consulting' }): void {
  const asked = legOf(after, was.consult.leg);
  const outcome = was.consult.ringUntil === undefined ? 'answered' : asked?.outcome;
  add('ConsultEnded', { to: asked?.to, outcome }, legOf(before, was.leg)?.agent);
}
