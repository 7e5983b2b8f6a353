import { Refused } from '../base/errors.ts';
import type { OutboundCampaign, OutboundStatus } from './outbound.ts';

/** What a supervisor does with a campaign. */
export const CONTROLS = ['start', 'pause', 'drain', 'stop'] as const;
export type Control = (typeof CONTROLS)[number];

const BECOMES: Readonly<Record<Control, OutboundStatus>> = {
  start: 'running',
  pause: 'paused',
  drain: 'draining',
  stop: 'stopped',
};

/**
 * How a campaign stands after that. What it already is, it stays.
 * @param now UTC ms
 * @throws Refused `outbound-not-running` for a pause of what does not run, `outbound-expired` for a start after its last day
 */
export function controlled(
  { id, status, validUntil }: Pick<OutboundCampaign, 'id' | 'status' | 'validUntil'>,
  control: Control,
  now: number,
): OutboundStatus {
  if (status === 'stopped' && (control === 'pause' || control === 'drain'))
    throw new Refused(
      'outbound-not-running',
      `Outbound campaign ${id} is stopped: there is nothing to ${control}`,
    );
  if (control === 'start' && now >= validUntil)
    throw new Refused(
      'outbound-expired',
      `The last day of outbound campaign ${id} has passed: set a later validUntil first`,
    );
  return BECOMES[control];
}
