import { unreachable } from '../base/errors.ts';
import type { Call } from './call.ts';
import { dueOf, pagePhoneDeadline } from './page-phone.ts';
import type { Supervision } from './supervision.ts';

/** When the call wants to be woken (UTC ms), if at all. */
export function callDeadline({ phase, supervision, legs }: Call): number | undefined {
  const ofSupervisor = supervision && supervisionDeadline(supervision);
  return earliest(earliest(phaseDeadline(phase), ofSupervisor), pagePhoneDeadline(legs));
}

/** When a supervisor has been waited for long enough (UTC ms), if he is waited for. */
export function supervisionDeadline({ ringUntil, leg }: Supervision): number | undefined {
  return earliest(ringUntil, dueOf(leg));
}

function phaseDeadline(phase: Call['phase']): number | undefined {
  switch (phase.at) {
    case 'flow':
    case 'ended':
      return undefined;
    case 'queued':
      return earliest(phase.until, phase.overflow?.[0]?.at);
    case 'calling':
    case 'reaching':
    case 'left':
    case 'recording':
    case 'connected':
    case 'held':
      return phase.until;
    case 'dialing':
      return phase.confirmUntil ?? phase.until;
    case 'offered':
      return Math.min(phase.until, phase.confirmUntil ?? phase.ringUntil);
    case 'consulting':
      return earliest(phase.until, phase.consult.ringUntil ?? phase.consult.until);
    case 'conference':
      return earliest(phase.until, phase.other.until);
    default:
      return unreachable(phase);
  }
}

/** The earlier of two times (UTC ms) that may not be set. */
export function earliest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
