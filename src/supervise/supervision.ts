import { Refused } from '../base/errors.ts';
import type { Call, CallInput } from '../call/call.ts';
import type { CallEffect } from '../call/call-effect.ts';
import { reduceCall } from '../call/call-rules.ts';
import { supervisionDeadline } from '../call/deadline.ts';
import { legOf, type Outcome } from '../call/leg-rules.ts';
import { lookedAtLater, REJOIN_MS } from '../call/page-phone.ts';
import { isTalk } from '../call/room.ts';
import {
  type Director,
  type Presence,
  presenceOf,
  type Supervision,
  type SupervisionMode,
  supervisedLeg,
} from '../call/supervision.ts';
import type { Endpoint } from '../pbx/pbx.ts';

/*
 * The theory. A supervisor follows one agent through one talk. The rules of the call know nothing of him; after each of their steps
 * he is brought to where he has to be then (`presenceOf`), and is let go when that agent has no talk with this caller any more.
 * Whatever becomes of his leg changes nothing for the others: when his page is loaded anew he is rung anew, and is where he was when
 * it answers.
 */

/** What is wanted of the supervision of a call, or was told of it. */
export type SupervisionInput =
  /** Somebody wants to be with the talk, or is, and wants to be in another mode. `leg`: for the first case. */
  | {
      readonly type: 'Supervised';
      readonly by: Director;
      readonly mode: SupervisionMode;
      readonly leg: string;
      readonly to: Endpoint;
      readonly answersItself?: true;
      readonly ringMs: number;
    }
  /** He leaves. */
  | { readonly type: 'SupervisorLetGo' }
  /** The PBX would not let him listen. */
  | { readonly type: 'OverhearFailed'; readonly leg: string };

/**
 * The rules of a call and of whoever supervises it.
 * @param now UTC ms
 * @throws Refused `call-not-supervisable`, `already-supervised`, `not-supervised`; and see `reduceCall`
 */
export function reduceSupervised(call: Call, input: CallInput | SupervisionInput, now: number): Outcome {
  const before = presenceOf(call);
  const [decided, effects] = decide(call, input, now);
  const [next, leaving] = isStranded(decided) ? letGo(decided) : [decided, []];
  const after = presenceOf(next);
  if (isSame(before, after)) return [next, [...effects, ...leaving]];
  return [next, [...partingAside(before, after), ...effects, ...moved(before, after), ...leaving]];
}

function decide(call: Call, input: CallInput | SupervisionInput, now: number): Outcome {
  const { supervision } = call;
  switch (input.type) {
    case 'Supervised':
      return supervised(call, input, now);
    case 'SupervisorLetGo':
      if (!supervision) throw new Refused('not-supervised', `nobody listens to ${call.id}`);
      return letGo(call);
    case 'OverhearFailed':
      return supervision?.leg.id === input.leg ? letGo(call) : [call, []];
    case 'Rejoin':
      return supervision?.leg.id === input.replaces
        ? rungAnew(call, supervision, input.leg, now)
        : reduceCall(call, input, now);
    case 'TimeUp': {
      const [inTime, effects] = supervision ? lookedAt(call, supervision, input, now) : [call, []];
      const [next, more] = reduceCall(inTime, input, now);
      return [next, [...effects, ...more]];
    }
    default:
      return supervision && 'leg' in input && input.leg === supervision.leg.id
        ? ofOwnLeg(call, supervision, input, now)
        : reduceCall(call, input, now);
  }
}

function supervised(call: Call, input: SupervisionInput & { type: 'Supervised' }, now: number): Outcome {
  const { supervision, phase } = call;
  const { by, mode, ringMs } = input;
  const agent = isTalk(phase) ? legOf(call, phase.leg)?.agent : undefined;
  if (agent === undefined)
    throw new Refused('call-not-supervisable', `no agent talks with the caller of ${call.id} now`);
  if (!supervision) {
    const leg = { id: input.leg, to: input.to, plannedAt: now };
    const own = input.answersItself && { answersItself: input.answersItself };
    const rung: Supervision = { leg, by, mode, agent, ...own, ringUntil: now + ringMs, since: now };
    return [{ ...call, supervision: rung }, [{ do: 'originate', leg, ringMs }]];
  }
  if (supervision.by.id !== by.id)
    throw new Refused('already-supervised', `${supervision.by.name} is with ${call.id} already`);
  if (supervision.mode === mode) return [call, []];
  const since = supervision.ringUntil === undefined ? now : supervision.since;
  return [{ ...call, supervision: { ...supervision, mode, since } }, []];
}

/** Lets him go when he was waited for long enough. */
function lookedAt(
  call: Call,
  supervision: Supervision,
  { phonesUnknown }: CallInput & { type: 'TimeUp' },
  now: number,
): Outcome {
  const { leg } = supervision;
  const due = supervisionDeadline(supervision);
  if (due === undefined || now < due) return [call, []];
  if (!phonesUnknown || leg.goneAt === undefined) return letGo(call);
  return [{ ...call, supervision: { ...supervision, leg: lookedAtLater(leg, now) } }, []];
}

/** What is told of the supervisor's own leg. */
function ofOwnLeg(call: Call, supervision: Supervision, input: CallInput, now: number): Outcome {
  const { leg, ringUntil, ...there } = supervision;
  switch (input.type) {
    case 'LegRinging':
      return [{ ...call, supervision: { ...supervision, leg: { ...leg, ringingAt: now } } }, []];
    case 'LegAnswered': {
      if (ringUntil === undefined) return [call, []];
      const times = supervision.joinedAt === undefined ? { since: now, joinedAt: now } : {};
      return [{ ...call, supervision: { ...there, ...times, leg: { ...leg, answeredAt: now } } }, []];
    }
    case 'PhoneLeft':
      if (ringUntil !== undefined || leg.goneAt !== undefined) return [call, []];
      return [{ ...call, supervision: { ...supervision, leg: { ...leg, goneAt: now } } }, []];
    case 'PhoneCame': {
      const { goneAt, ...present } = leg;
      return goneAt === undefined
        ? [call, []]
        : [{ ...call, supervision: { ...supervision, leg: present } }, []];
    }
    case 'LegEnded':
    case 'LegRefused':
      return [alone(call), []];
    case 'ConnectFailed':
      return letGo(call);
    default:
      return [call, []];
  }
}

/** His page was loaded anew and has no sound: it is rung anew, in the place of its old leg. */
function rungAnew(
  call: Call,
  { leg: old, ringUntil, ...supervision }: Supervision,
  id: string,
  now: number,
): Outcome {
  const leg = { id, to: old.to, plannedAt: now };
  const first = supervision.joinedAt === undefined ? ringUntil : undefined;
  const until = first ?? now + REJOIN_MS;
  return [
    { ...call, supervision: { ...supervision, leg, ringUntil: until } },
    [
      { do: 'hangup', channel: old.id, cause: ringUntil === undefined ? 'normal' : 'cancelled' },
      { do: 'originate', leg, ringMs: until - now },
    ],
  ];
}

/** The agent whom he followed has no talk with this caller any more. */
function isStranded(call: Call): boolean {
  return call.supervision !== undefined && supervisedLeg(call) === undefined;
}

function letGo(call: Call): Outcome {
  const { supervision } = call;
  if (!supervision) return [call, []];
  const cause = supervision.ringUntil === undefined ? 'normal' : 'cancelled';
  return [alone(call), [{ do: 'hangup', channel: supervision.leg.id, cause }]];
}

function alone({ supervision: _gone, ...call }: Call): Call {
  return call;
}

/** Aside with him, the agent could hear nobody else. */
function partingAside(before: Presence | undefined, after: Presence | undefined): CallEffect[] {
  if (before?.in !== 'room' || !before.aside) return [];
  return after?.in === 'room' && after.bridge === before.bridge
    ? []
    : [{ do: 'disconnect', bridge: before.bridge }];
}

/** Brings him from where he was to where he has to be, and takes down what he leaves. */
function moved(before: Presence | undefined, after: Presence | undefined): CallEffect[] {
  const heard = before?.in === 'overhearing' ? before : undefined;
  const stop: CallEffect[] = heard ? [{ do: 'stopOverhearing', overhearing: heard.overhearing }] : [];
  if (!after) return stop;
  if (after.in === 'room') {
    const { bridge, channels, leg } = after;
    return [{ do: 'connect', bridge, channels, leg }, ...stop];
  }
  const { in: _where, ...request } = after;
  // An overhearing stays with its target.
  return [...(heard && heard.target !== after.target ? stop : []), { do: 'overhear', ...request }];
}

function isSame(one: Presence | undefined, other: Presence | undefined): boolean {
  if (one?.in === 'overhearing' && other?.in === 'overhearing')
    return one.leg === other.leg && one.target === other.target && one.mode === other.mode;
  if (one?.in === 'room' && other?.in === 'room')
    return one.bridge === other.bridge && one.channels.join() === other.channels.join();
  return one === other;
}
