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
  return [author(call, writtenBy), bringer(call.source, call.ani)];
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

/**
 * Whose limits a leg counts for. Only what a call's record keeps counts, so that a restart counts the same: the flow that the call
 * entered first, not the one that dialled.
 */
export function countedFor(call: {
  readonly source: Source;
  readonly ani: string;
  readonly enteredFlow?: string | undefined;
  readonly campaignId?: string | undefined;
}): DialSource[] {
  const sources = [bringer(call.source, call.ani)];
  if (call.enteredFlow !== undefined) sources.push({ kind: 'flow', name: call.enteredFlow });
  if (call.campaignId !== undefined) sources.push({ kind: 'campaign', name: call.campaignId });
  return sources;
}

/** Guests are one caller: each can call under any number. */
function bringer(source: Source, ani: string): DialSource {
  if (source.kind === 'phone') return { kind: 'phone', name: source.extension };
  return { kind: 'caller', name: source.guest ? '' : ani };
}

/** The legs of a call that go outside. */
export function outsideLegs(call: Call): OutsideLeg[] {
  const { source, ani, channel, entered, facts, phase } = call;
  return call.legs.flatMap(({ id, to, plannedAt, answeredAt, endedAt }) => {
    if (to.kind !== 'outside') return [];
    const sources = countedFor({ source, ani, enteredFlow: entered?.flow, campaignId: facts.campaignId });
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
