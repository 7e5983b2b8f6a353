import type { Call, CallInput } from '../call/call.ts';
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
  if (is) return isThere(is) && (!was || !isThere(was) || was.mode !== is.mode) ? [began(is)] : [];
  return was ? [isThere(was) ? left(was, input, now) : notReached(was, input)] : [];
}

function isThere({ ringUntil }: Supervision): boolean {
  return ringUntil === undefined;
}

function began({ by, mode, agent }: Supervision): SupervisionEvent {
  return { type: BEGAN[mode], data: { by: by.id, name: by.name }, agent };
}

function left(
  { by, mode, agent, since, leg }: Supervision,
  input: CallInput | SupervisionInput,
  now: number,
): SupervisionEvent {
  const data = {
    by: by.id,
    name: by.name,
    mode,
    ms: now - (leg.answeredAt ?? since),
    why: whyLeft(leg.id, input),
  };
  return { type: 'SupervisorLeft', data, agent };
}

function whyLeft(leg: string, input: CallInput | SupervisionInput): string {
  switch (input.type) {
    case 'SupervisorLetGo':
      return 'left';
    case 'OverhearFailed':
      return 'failed';
    case 'ConnectFailed':
      return input.leg === leg ? 'failed' : 'talk-over';
    case 'LegEnded':
      return input.leg === leg ? 'hung-up' : 'talk-over';
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
