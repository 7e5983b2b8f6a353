import type { Call, CallInput } from '../call/call.ts';
import { supervisionDeadline } from '../call/deadline.ts';
import { outcomeOf } from '../call/leg.ts';
import type { Supervision, SupervisionMode } from '../call/supervision.ts';
import type { SupervisionInput } from './supervision.ts';

/** A business event of a supervision. `agent`: whose talk it is. */
export interface SupervisionEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly agent: string;
}

const BEGAN: Readonly<Record<SupervisionMode, string>> = {
  listen: 'SupervisorListened',
  whisper: 'SupervisorWhispered',
  barge: 'SupervisorBarged',
};

/** The types of these events that tell who listens to whom: not for those who are listened to. */
export const TELLS_OF_LISTENING: readonly string[] = [
  ...Object.values(BEGAN),
  'SupervisorLeft',
  'SupervisorNotReached',
];

/** What a change of a call means for its supervision. @param now UTC ms */
export function supervisionEvents(
  { supervision: was }: Call,
  { supervision: is }: Call,
  input: CallInput | SupervisionInput,
  now: number,
): SupervisionEvent[] {
  if (was === is) return [];
  if (is) return hasJoined(is) && (!was || !hasJoined(was) || was.mode !== is.mode) ? [began(is)] : [];
  return was ? [hasJoined(was) ? left(was, input, now) : notReached(was, input)] : [];
}

/** True from when he is there, also while his page is rung anew. */
function hasJoined({ joinedAt }: Supervision): boolean {
  return joinedAt !== undefined;
}

function began({ by, mode, agent }: Supervision): SupervisionEvent {
  return { type: BEGAN[mode], data: { by: by.id, name: by.name }, agent };
}

function left(supervision: Supervision, input: CallInput | SupervisionInput, now: number): SupervisionEvent {
  const { by, mode, agent, since, joinedAt = since } = supervision;
  const data = { by: by.id, name: by.name, mode, ms: now - joinedAt, why: whyLeft(supervision, input, now) };
  return { type: 'SupervisorLeft', data, agent };
}

function whyLeft(supervision: Supervision, input: CallInput | SupervisionInput, now: number): string {
  const { leg, ringUntil } = supervision;
  switch (input.type) {
    case 'SupervisorLetGo':
      return 'left';
    case 'OverhearFailed':
      return 'failed';
    case 'ConnectFailed':
      return input.leg === leg.id ? 'failed' : 'talk-over';
    case 'LegEnded':
    case 'LegRefused': {
      if (input.leg !== leg.id) return 'talk-over';
      const isThere = ringUntil === undefined && leg.goneAt === undefined;
      return isThere ? 'hung-up' : 'phone-gone';
    }
    case 'TimeUp':
      return now >= (supervisionDeadline(supervision) ?? Number.POSITIVE_INFINITY)
        ? 'phone-gone'
        : 'talk-over';
    default:
      return 'talk-over';
  }
}

function notReached(
  { by, mode, agent, leg }: Supervision,
  input: CallInput | SupervisionInput,
): SupervisionEvent {
  const ended = input.type === 'LegEnded' && input.leg === leg.id;
  const refused = input.type === 'LegRefused' && input.leg === leg.id;
  const outcome = ended
    ? outcomeOf(leg, input.cause, input.sipCode)
    : refused
      ? input.unreachable
        ? 'unreachable'
        : 'failed'
      : input.type === 'TimeUp'
        ? 'no-answer'
        : 'cancelled';
  return { type: 'SupervisorNotReached', data: { by: by.id, name: by.name, mode, outcome }, agent };
}
