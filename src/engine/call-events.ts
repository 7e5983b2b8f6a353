import type { Call, CallInput } from '../call/call.ts';

/** A business event of a call: what happened, and who else it was about. */
export interface CallEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly agent?: string;
}

/** The business events in a change that a call's rules made. */
export function callEvents(before: Call, after: Call, input: CallInput): CallEvent[] {
  const was = before.phase;
  const is = after.phase;
  if (was === is) return [];
  const events: CallEvent[] = [];
  const add = (type: string, data: CallEvent['data'], agent?: string): void => {
    events.push(agent === undefined ? { type, data } : { type, data, agent });
  };
  const waited = was.at === 'queued' || was.at === 'offered';
  if ((was.at === 'offered' || was.at === 'dialing') && is.at !== was.at && is.at !== 'connected') {
    const { to, outcome, sipCode, agent } = after.legs.find((leg) => leg.id === was.leg) ?? {};
    add('LegFailed', { to, outcome, sipCode }, agent);
  }
  if (waited && is.at === 'flow')
    add('CallLeftQueue', { queue: was.queue, why: input.type === 'LeftQueue' ? input.exit : 'timeout' });
  if (was.at === 'connected') add('CallDisconnected', { talkedMs: after.talkedMs });
  if (was.at === 'flow' && is.at === 'queued')
    add('CallQueued', { queue: is.queue, tier: after.facts.tier ?? '' });
  if (was.at === 'flow' && is.at === 'dialing') add('CallDialled', { to: after.legs.at(-1)?.to });
  if (is.at === 'connected') {
    const { to, agent } = after.legs.find((leg) => leg.id === is.leg) ?? {};
    // Of all its waits, the one in this queue.
    const wait = is.place && { queue: is.place.queue, queueWaitedMs: is.since - is.place.since };
    add('CallConnected', { to, waitedMs: after.waitedMs, ...wait }, agent);
  }
  if (is.at === 'ended') {
    const { endedBy: by, endCause: cause, waitedMs, talkedMs } = after;
    // Abandoned means that the caller left before anybody answered; a supervisor who ends the call is not the caller.
    add('CallEnded', { by, cause, waitedMs, talkedMs, abandoned: by === 'caller' && waited });
  }
  return events;
}
