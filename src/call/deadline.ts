import { unreachable } from '../base/errors.ts';
import type { Call } from './call.ts';
import { pagePhoneDeadline } from './page-phone.ts';

/** When the call wants to be woken (UTC ms), if at all. */
export function callDeadline({ phase, supervision, legs }: Call): number | undefined {
  return earliest(earliest(phaseDeadline(phase), supervision?.ringUntil), pagePhoneDeadline(legs));
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
