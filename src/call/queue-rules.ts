import type { Call, Phase, Place } from './call.ts';
import type { Outcome } from './leg-rules.ts';

/** The place of a phase, without what makes it that phase. */
export function placeOf(phase: Phase & { at: 'queued' | 'offered' }): Place {
  if (phase.at === 'queued') {
    const { at: _at, ...place } = phase;
    return place;
  }
  const { at: _at, leg: _leg, ringUntil: _ring, confirmUntil: _confirm, maxTalkMs: _max, ...place } = phase;
  return place;
}

/** How long he has waited there this time, ms. */
export function waitOf({ since, from }: Place, now: number): number {
  return now - (from ?? since);
}

/** The caller goes back to the front of his queue, with all the time that one may wait there. */
export function backToFront(call: Call, place: Place, now: number): Outcome {
  const until = now + (place.until - (place.from ?? place.since));
  return [
    { ...call, phase: { at: 'queued', ...place, from: now, until } },
    [{ do: 'music', class: place.music }],
  ];
}

/** True for a customer whom we called, once he is there. */
export function hasAnswered({ channel, legs }: Call): boolean {
  return legs.some(({ id, answeredAt }) => id === channel && answeredAt !== undefined);
}

/** The caller leaves the queue unserved. */
export function leaveQueue(call: Call, exit: string, now: number): Outcome {
  const { phase } = call;
  if (phase.at !== 'queued') return [call, []];
  const waitedMs = call.waitedMs + waitOf(phase, now);
  const { queue, since, wishes } = phase;
  const left = { queue, since, ...(wishes && { wishes }) };
  // Who never answered, or has talked with somebody, was not abandoned, whatever became of him then.
  const isAbandoned = call.outbound && hasAnswered(call) && call.connectedAt === undefined;
  const outbound = isAbandoned && { outbound: { ...call.outbound, abandonedAt: now } };
  return [
    { ...call, ...outbound, waitedMs, facts: { ...call.facts, left }, phase: { at: 'flow' } },
    [{ do: 'stopMusic' }, { do: 'takeExit', exit: phase.otherwise ?? exit }],
  ];
}
