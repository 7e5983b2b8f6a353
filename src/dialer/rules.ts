import type { Conduct } from '../campaign/contact-policy-data.ts';
import type { OutboundCampaign, PacingSettings } from './outbound.ts';

/** Nobody is let ring for less where no policy says how long, ms. */
export const LEAST_RING_MS = 15_000;

/** What a campaign names that there may or may not be. */
export interface CampaignSurroundings {
  readonly hasQueue: (name: string) => boolean;
  readonly hasFlow: (name: string) => boolean;
  /** What a policy wants of the dialling; undefined: there is none of this name. */
  readonly conduct: (policy: string) => Conduct | undefined;
}

export interface CampaignIssue {
  /** Which field. */
  readonly at: string;
  /** A sentence's end, after the field. */
  readonly problem: string;
}

/** What is wrong with a campaign: its parts do not go together, its policy forbids it, or what it names is not there. */
export function issuesOf(campaign: OutboundCampaign, around: CampaignSurroundings): CampaignIssue[] {
  const { queue, flow, policy, validFrom, validUntil, ringMs, pacing } = campaign;
  const issues: CampaignIssue[] = [];
  const complain = (at: string, problem: string) => issues.push({ at, problem });
  if (!around.hasQueue(queue)) complain('queue', `there is no queue ${queue}: routing/routing.yaml has them`);
  if (!around.hasFlow(flow)) complain('flow', `there is no flow ${flow}: npx carillon flow check`);
  if (validFrom >= validUntil) complain('validUntil', 'is not after validFrom');
  if (ringMs < pacing.minRingMs) complain('ringMs', `is less than pacing.minRingMs, ${pacing.minRingMs}`);
  const conduct = around.conduct(policy);
  if (conduct) issues.push(...againstConduct(pacing, conduct, policy));
  else {
    complain('policy', `there is no contact policy ${policy === '' ? 'at all' : policy}`);
    if (pacing.minRingMs < LEAST_RING_MS) complain('pacing.minRingMs', `is less than ${LEAST_RING_MS}`);
  }
  return issues;
}

/** What a campaign wants that its policy forbids. */
function againstConduct(pacing: PacingSettings, conduct: Conduct, policy: string): CampaignIssue[] {
  const by = `its policy${policy === '' ? '' : ` ${policy}`} permits`;
  const issues: CampaignIssue[] = [];
  if (pacing.minRingMs < conduct.minRingMs)
    issues.push({ at: 'pacing.minRingMs', problem: `is less than ${by}, ${conduct.minRingMs}` });
  if (pacing.maxAbandonment > conduct.maxAbandonment)
    issues.push({ at: 'pacing.maxAbandonment', problem: `is more than ${by}, ${conduct.maxAbandonment}` });
  if (pacing.connectWithinMs > conduct.connectWithinMs)
    issues.push({ at: 'pacing.connectWithinMs', problem: `is more than ${by}, ${conduct.connectWithinMs}` });
  return issues;
}
