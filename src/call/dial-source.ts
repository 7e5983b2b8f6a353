import type { Source } from '../pbx/pbx.ts';
import type { Call, NumberAuthor, Phase } from './call.ts';
import type { DialSource } from './class-of-service.ts';

/** An outside leg with everybody for whom it counts. Times UTC ms. */
export interface OutsideLeg {
  readonly id: string;
  readonly number: string;
  readonly sources: readonly DialSource[];
  readonly plannedAt: number;
  readonly answeredAt?: number;
  readonly endedAt?: number;
  /** How long it may talk, while it is live; undefined: as long as it wants. */
  readonly maxTalkMs?: number;
}

/** Who has to be permitted to reach a number that `call` wants: whoever wrote it, and whoever brought the call. */
export function askedFor(call: Call, writtenBy: NumberAuthor): DialSource[] {
  return call.outbound ? [author(call, writtenBy)] : [author(call, writtenBy), bringer(recordedOf(call))];
}

function author({ cursor, entered, facts }: Call, writtenBy: NumberAuthor): DialSource {
  switch (writtenBy) {
    case 'flow':
      return { kind: 'flow', name: cursor?.flow ?? entered?.flow ?? '' };
    case 'campaign':
      return { kind: 'campaign', name: facts.campaignId ?? '' };
    default:
      return { kind: 'phone', name: writtenBy.phone };
  }
}

/** What a call's record says of whom its outside legs count for. */
export interface Recorded {
  readonly source: Source;
  readonly ani: string;
  /** See `CallbackDial`. */
  readonly askedBy?: string | undefined;
  readonly enteredFlow?: string | undefined;
  readonly campaignId?: string | undefined;
  /** Nobody brought it: a campaign called him. */
  readonly byCampaign?: boolean | undefined;
}

export function recordedOf({ source, ani, callback, outbound, entered, facts }: Call): Recorded {
  const { campaignId } = facts;
  const byCampaign = outbound !== undefined;
  return { source, ani, askedBy: callback?.askedBy, enteredFlow: entered?.flow, campaignId, byCampaign };
}

/**
 * Whose limits a leg counts for. Only what the records of call and leg keep counts, so that a restart counts the same: the flow that
 * the call entered first, not the one that dialled.
 * @param writtenBy the phone at which its number was written, if it was
 */
export function countedFor(call: Recorded, writtenBy?: string): DialSource[] {
  if (call.byCampaign) return [{ kind: 'campaign', name: call.campaignId ?? '' }];
  const sources = [bringer(call)];
  if (writtenBy !== undefined && !(call.source.kind === 'phone' && call.source.extension === writtenBy))
    sources.push({ kind: 'phone', name: writtenBy });
  if (call.enteredFlow !== undefined) sources.push({ kind: 'flow', name: call.enteredFlow });
  if (call.campaignId !== undefined) sources.push({ kind: 'campaign', name: call.campaignId });
  return sources;
}

/** Guests are one caller: each can call under any number. */
function bringer({ source, ani, askedBy = ani }: Recorded): DialSource {
  if (source.kind === 'phone') return { kind: 'phone', name: source.extension };
  return { kind: 'caller', name: source.guest ? '' : askedBy };
}

/** The legs of a call that go outside. */
export function outsideLegs(call: Call): OutsideLeg[] {
  const { channel, phase } = call;
  const recorded = recordedOf(call);
  return call.legs.flatMap(({ id, to, writtenBy, plannedAt, answeredAt, endedAt }) => {
    if (to.kind !== 'outside') return [];
    const sources = countedFor(recorded, writtenBy);
    // Whom we call is no leg of the talk but its caller.
    const talks = id === channel && 'leg' in phase && phase.at !== 'calling';
    const maxTalkMs = maxTalkOf(talks ? phase.leg : id, phase);
    return [{ id, number: to.number, sources, plannedAt, answeredAt, endedAt, maxTalkMs } as OutsideLeg];
  });
}

/** How long a leg of a call in `phase` may talk, ms. */
export function maxTalkOf(leg: string, phase: Phase): number | undefined {
  switch (phase.at) {
    case 'dialing':
    case 'offered':
      return phase.leg === leg ? phase.maxTalkMs : undefined;
    case 'reaching':
      return phase.maxTalkMs;
    case 'calling':
      return phase.leg === leg ? undefined : phase.maxTalkMs;
    case 'connected':
    case 'held':
      return phase.leg === leg ? span(phase.since, phase.until) : undefined;
    case 'consulting': {
      const { consult } = phase;
      if (phase.leg === leg) return span(phase.since, phase.until);
      return consult.leg === leg ? (consult.maxTalkMs ?? span(phase.since, consult.until)) : undefined;
    }
    case 'conference':
      if (phase.leg === leg) return span(phase.since, phase.until);
      return phase.other.leg === leg ? span(phase.since, phase.other.until) : undefined;
    default:
      return undefined;
  }
}

function span(since: number, until: number | undefined): number | undefined {
  return until === undefined ? undefined : until - since;
}
