import type { Endpoint, HangupCause } from '../pbx/pbx.ts';

/** A channel that we dialled for a call. */
export interface Leg {
  readonly id: string;
  readonly to: Endpoint;
  /** The agent who sits at that phone, if one does. */
  readonly agent?: string;
  /** The queue that it was dialled for. */
  readonly queue?: string;
  /** The phone at which somebody wrote its outside number. */
  readonly writtenBy?: string;
  /** The leg of the same agent whose place it is to take: his page was loaded anew. */
  readonly replaces?: string;
  /** Since when its phone is gone, UTC ms: it is a page, which may come back. Not kept over a restart, at which all of them are. */
  readonly goneAt?: number;
  readonly plannedAt: number;
  readonly ringingAt?: number;
  readonly answeredAt?: number;
  readonly endedAt?: number;
  readonly cause?: HangupCause;
  readonly sipCode?: number;
  readonly outcome?: LegOutcome;
}

export type LegOutcome =
  | 'answered'
  | 'busy'
  | 'no-answer'
  | 'rejected'
  | 'unreachable'
  | 'cancelled'
  | 'failed';

export type DialExit = 'done' | 'busy' | 'no-answer' | 'failed';

/** The bridge in which the caller talks: one per leg, so that an id is never used twice. */
export const bridgeOf = (leg: string): string => `${leg}-b`;

/** What became of a leg that nobody answered, from how the PBX says that it ended. */
export function outcomeOf(leg: Leg, cause: HangupCause, sipCode?: number): LegOutcome {
  // 408 without a ring: nobody is there at all, such as a trunk that is down.
  if (sipCode === 408 && leg.ringingAt === undefined) return 'unreachable';
  switch (cause) {
    case 'busy':
    case 'no-answer':
    case 'rejected':
    case 'unreachable':
    case 'cancelled':
      return cause;
    case 'normal':
      return 'no-answer';
    default:
      return 'failed';
  }
}

/** The exit of a dial whose leg ended so. */
export function dialExit(outcome: LegOutcome): DialExit {
  switch (outcome) {
    case 'busy':
    case 'rejected':
      return 'busy';
    case 'no-answer':
    case 'cancelled':
      return 'no-answer';
    case 'answered':
      return 'done';
    default:
      return 'failed';
  }
}
