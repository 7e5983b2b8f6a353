import type { HangupCause } from '../pbx.ts';

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

/** A whole number that a header holds; undefined for anything else. */
export function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
