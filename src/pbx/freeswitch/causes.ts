import { causeOf, type HangupCause, Q850 } from '../pbx.ts';
import type { EslEvent } from './esl-codec.ts';

/** Names of the causes in FreeSWITCH. */
export const CAUSE_NAMES: Readonly<Record<HangupCause, string>> = {
  normal: 'NORMAL_CLEARING',
  busy: 'USER_BUSY',
  'no-answer': 'NO_ANSWER',
  rejected: 'CALL_REJECTED',
  'unallocated-number': 'UNALLOCATED_NUMBER',
  unreachable: 'SUBSCRIBER_ABSENT',
  congestion: 'NORMAL_CIRCUIT_CONGESTION',
  cancelled: 'ORIGINATOR_CANCEL',
  failure: 'NETWORK_OUT_OF_ORDER',
};

/** The other end vanished. FreeSWITCH has no Q.850 number for it and gives that of a goodbye. */
const VANISHED = 'MEDIA_TIMEOUT';

/** A whole number that a header holds; undefined for anything else. */
export function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Why a channel ended. What we asked for ourselves counts before how the other side answered to it. */
export function causeIn(
  event: EslEvent,
  killedBy: HangupCause | undefined,
): { cause: HangupCause; q850: number; sipCode?: number } {
  if (killedBy) return { cause: killedBy, q850: Q850[killedBy] };
  if (event('Hangup-Cause') === VANISHED) return { cause: 'failure', q850: Q850.failure };
  const q850 = wholeNumber(event('variable_hangup_cause_q850')) ?? 0;
  // A leg that was sent elsewhere has only the second.
  const [, specific = ''] = /^sip:(\d+)$/.exec(event('variable_proto_specific_hangup_cause')) ?? [];
  const sipCode = wholeNumber(event('variable_sip_term_status')) ?? wholeNumber(specific);
  const isRefusal = sipCode !== undefined && sipCode >= 300;
  return { cause: causeOf(q850, sipCode), q850, ...(isRefusal && { sipCode }) };
}
