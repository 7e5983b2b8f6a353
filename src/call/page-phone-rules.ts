import type { Call, CallInput, PagePhoneInput, Phase } from './call.ts';
import type { CallEffect } from './call-effect.ts';
import type { Leg } from './leg.ts';
import { closeLeg, legOf, type Outcome, ringbackOf, withLeg } from './leg-rules.ts';
import { dueOf, isRejoining, lookedAtLater, REJOIN_MS } from './page-phone.ts';
import { connecting, isTalking } from './room.ts';
import { GIVEN_UP, LET_GO } from './talk-effects.ts';

/*
 * The theory. A phone that is a page goes and comes: the page is loaded anew, the laptop sleeps. As long as it may come back, nothing
 * changes for the caller. A page that is there again asks for its sound: a new leg is dialled to it, and takes the place of the old one
 * when it is answered; where the old one only rang, at once. A page that stays away has lost its leg as any other phone would have.
 */

type Rules = (call: Call, input: CallInput, now: number) => Outcome;

/**
 * The rules of phones that are pages.
 * @param rules of everything else
 */
export function reducePagePhone(call: Call, input: CallInput, now: number, rules: Rules): Outcome {
  const [next, effects] = decide(call, input, now, rules);
  const stray = next.legs.find((leg) => isRejoining(leg) && !sits(next, leg.replaces ?? ''));
  if (next.phase.at === 'ended' || !stray) return [next, effects];
  const [without, more] = givenUp(next, stray, now);
  return [without, [...effects, ...more]];
}

function decide(call: Call, input: CallInput, now: number, rules: Rules): Outcome {
  switch (input.type) {
    case 'PhoneLeft':
    case 'PhoneCame':
      return sits(call, input.leg) ? [noted(call, input, now), []] : [call, []];
    case 'Rejoin':
      return rejoin(call, input, now);
    case 'LegAnswered': {
      const leg = legOf(call, input.leg);
      return leg && isRejoining(leg) ? takesPlace(call, leg, now) : rules(call, input, now);
    }
    case 'LegEnded':
    case 'LegRefused': {
      const leg = legOf(call, input.leg);
      if (!leg || !isRejoining(leg)) return rules(call, input, now);
      const cause = input.type === 'LegEnded' ? input.cause : undefined;
      const [closed] = closeLeg(call, leg, { outcome: 'failed', cause }, now);
      return [closed, []];
    }
    case 'TimeUp':
      return timeUp(call, input, now, rules);
    default:
      return rules(call, input, now);
  }
}

/** True when somebody talks at that leg, or waits there for the one whom he calls. */
function sits(call: Call, leg: string): boolean {
  return isTalking(call.phase, leg) || (call.phase.at === 'calling' && call.phase.leg === leg);
}

function noted(
  call: Call,
  { type, leg: id }: PagePhoneInput & { type: 'PhoneLeft' | 'PhoneCame' },
  now: number,
): Call {
  const leg = legOf(call, id);
  if (!leg || (leg.goneAt !== undefined) === (type === 'PhoneLeft')) return call;
  return withLeg(call, id, () => (type === 'PhoneLeft' ? { ...leg, goneAt: now } : present(leg)));
}

/** After a restart of the daemon: every page was connected through the one before. @param isPage of an extension */
export function pagesLeft(call: Call, isPage: (extension: string) => boolean, now: number): Call {
  const without = (leg: Leg): Leg =>
    leg.to.kind === 'phone' && isPage(leg.to.extension) ? { ...leg, goneAt: now } : leg;
  const { supervision } = call;
  const isThere = supervision && supervision.ringUntil === undefined;
  return {
    ...call,
    legs: call.legs.map((leg) => (sits(call, leg.id) ? without(leg) : leg)),
    ...(isThere && { supervision: { ...supervision, leg: without(supervision.leg) } }),
  };
}

function rejoin(
  call: Call,
  { leg: id, replaces }: PagePhoneInput & { type: 'Rejoin' },
  now: number,
): Outcome {
  const old = legOf(call, replaces);
  if (!old || old.endedAt !== undefined) return [call, []];
  if (!sits(call, replaces)) return rungAgain(call, old, id, now);
  const earlier = call.legs.find((leg) => isRejoining(leg) && leg.replaces === replaces);
  const [without, effects] = earlier ? givenUp(call, earlier, now) : [call, []];
  const leg: Leg = { ...successor(old, id, now), replaces };
  const there = noted(without, { type: 'PhoneCame', leg: replaces }, now);
  return [
    { ...there, legs: [...there.legs, leg] },
    [...effects, { do: 'originate', leg, ringMs: REJOIN_MS }],
  ];
}

/** A leg to the same one at the same phone. */
function successor({ to, agent, queue }: Leg, id: string, now: number): Leg {
  return {
    id,
    to,
    plannedAt: now,
    ...(agent !== undefined && { agent }),
    ...(queue !== undefined && { queue }),
  };
}

/** It has answered: it is the leg now, and the old one is let go. Nobody leaves the room meanwhile. */
function takesPlace(call: Call, leg: Leg, now: number): Outcome {
  const from = leg.replaces ?? '';
  const old = legOf(call, from);
  // A leg that is not in a talk any more has no successor: see `reducePagePhone`.
  if (!old) return [call, []];
  const answered = withLeg(call, leg.id, (one) => ({ ...one, answeredAt: now }));
  const [closed] = closeLeg(answered, old, LET_GO, now);
  const next: Call = { ...closed, phase: inPlaceOf(call.phase, from, leg.id) };
  return [
    next,
    [
      { do: 'reseat', leg, from },
      ...connecting(next),
      ...ringback(next, leg.id),
      { do: 'hangup', channel: from, cause: 'normal' },
    ],
  ];
}

/** The phase with another leg in the place of `old`; the bridge stays the one that it is. */
function inPlaceOf(phase: Phase, old: string, leg: string): Phase {
  const bridge = { bridgeOf: ('bridgeOf' in phase && phase.bridgeOf) || old };
  switch (phase.at) {
    case 'calling':
      return { ...phase, leg };
    case 'connected':
      return { ...phase, ...bridge, leg, again: true };
    case 'held':
      return { ...phase, ...bridge, leg };
    case 'consulting': {
      const { consult } = phase;
      if (phase.leg === old) return { ...phase, ...bridge, leg };
      return { ...phase, consult: { ...consult, leg, bridgeOf: consult.bridgeOf ?? old } };
    }
    case 'conference': {
      const { other } = phase;
      if (phase.leg === old) return { ...phase, leg };
      return { ...phase, other: { ...other, leg, bridgeOf: other.bridgeOf ?? old } };
    }
    case 'left':
      return phase.leg === old ? { ...phase, leg } : { ...phase, ...bridge, other: leg };
    default:
      return phase;
  }
}

/** Whoever hears ringing goes on hearing it. */
function ringback({ phase, channel }: Call, leg: string): CallEffect[] {
  if (phase.at === 'calling') return [{ do: 'ringback', leg, playback: ringbackOf(channel) }];
  if (phase.at !== 'consulting' || phase.leg !== leg || phase.consult.ringUntil === undefined) return [];
  return [{ do: 'ringback', leg, playback: ringbackOf(phase.consult.leg) }];
}

/** The page was loaded anew while it rang: it rings anew, no longer than it would have. */
function rungAgain(call: Call, old: Leg, id: string, now: number): Outcome {
  const rung = ringing(call.phase, old.id, id);
  if (!rung) return [call, []];
  const [phase, until] = rung;
  const leg = successor(old, id, now);
  const [closed] = closeLeg(call, old, GIVEN_UP, now);
  const next: Call = { ...closed, phase, legs: [...closed.legs, leg] };
  const quiet: CallEffect[] =
    phase.at === 'consulting'
      ? [
          { do: 'quiet', playbacks: [ringbackOf(old.id)] },
          { do: 'ringback', leg: phase.leg, playback: ringbackOf(id) },
        ]
      : [];
  return [
    next,
    [
      { do: 'reseat', leg, from: old.id },
      { do: 'hangup', channel: old.id, cause: 'cancelled' },
      ...quiet,
      { do: 'originate', leg, ringMs: until - now },
    ],
  ];
}

/** The phase in which `leg` rings in the place of `old`, and until when (UTC ms); undefined while that one does not. */
function ringing(phase: Phase, old: string, leg: string): readonly [Phase, number] | undefined {
  switch (phase.at) {
    case 'offered':
      return phase.leg === old ? [{ ...phase, leg }, phase.ringUntil] : undefined;
    case 'dialing':
      return phase.leg === old ? [{ ...phase, leg }, phase.until] : undefined;
    case 'consulting': {
      const { consult } = phase;
      if (consult.leg !== old || consult.ringUntil === undefined) return undefined;
      return [{ ...phase, consult: { ...consult, leg } }, consult.ringUntil];
    }
    default:
      return undefined;
  }
}

function givenUp(call: Call, leg: Leg, now: number): Outcome {
  const [closed] = closeLeg(call, leg, GIVEN_UP, now);
  return [closed, [{ do: 'hangup', channel: leg.id, cause: 'cancelled' }]];
}

/** Looks after the phones that are due, one at a time; when none is, everything else that is. */
function timeUp(call: Call, input: CallInput & { type: 'TimeUp' }, now: number, rules: Rules): Outcome {
  const due = call.legs.find((leg) => now >= (dueOf(leg) ?? Number.POSITIVE_INFINITY));
  if (!due) return rules(call, input, now);
  if (isRejoining(due)) return givenUp(call, due, now);
  if (!sits(call, due.id)) return [withLeg(call, due.id, present), []];
  if (input.phonesUnknown) return [withLeg(call, due.id, (leg) => lookedAtLater(leg, now)), []];
  const [over, effects] = rules(call, { type: 'LegEnded', leg: due.id, cause: 'unreachable' }, now);
  return [over, [{ do: 'hangup', channel: due.id, cause: 'normal' }, ...effects]];
}

function present({ goneAt: _before, ...leg }: Leg): Leg {
  return leg;
}
