import type { Call } from '../call/call.ts';
import { customerLeg } from '../call/callback-rules.ts';
import type { Attempt } from '../dialer/attempt.ts';
import type { DialFloor } from './dial-floor.ts';

/**
 * Pacing learns of an attempt that was under way when the last daemon went, or it would dial as if nobody rang or waited.
 * @param call of the attempt, as it was then
 */
export function resumePacing(floor: DialFloor, attempt: Attempt, call: Call | undefined): void {
  const { campaign } = floor.campaigns.get(attempt.campaign) ?? {};
  const pool = campaign && floor.poolOf(campaign);
  if (!campaign || !pool || !call || call.callback) return;
  const { at: phase } = call.phase;
  const waits = phase === 'queued' || phase === 'offered';
  // Who has waited already counts no more: he has talked, or was told that nobody is there.
  if (call.waitedMs > 0 || !(waits || phase === 'reaching' || phase === 'flow')) return;
  const { pacer } = pool;
  floor.underWay.set(attempt.id, { attempt, pool });
  pool.enlist(campaign.id, { ...campaign.pacing, weight: campaign.weight });
  pacer.dialled(attempt.id, campaign.id, attempt.at);
  const { ringingAt, answeredAt } = customerLeg(call) ?? {};
  if (ringingAt !== undefined) pacer.ringing(attempt.id, ringingAt);
  if (waits) pacer.resolved(attempt.id, 'live', answeredAt ?? attempt.at);
}
