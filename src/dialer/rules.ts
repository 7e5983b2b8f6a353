import { spanText } from '../base/span.ts';
import type { Conduct } from '../contact/data.ts';
import type { OutboundCampaign, PacingSettings } from './outbound.ts';

/** The window that `pacing.rollingWindow` keeps. */
const ROLLING_MS = 3_600_000;
/** The windows that are always kept. */
const KEPT: readonly ('day' | number)[] = ['day', 30 * 86_400_000];

/** Nobody is let ring for less where no policy says how long, ms. */
export const LEAST_RING_MS = 15_000;

/** What a campaign names that there may or may not be. */
export interface CampaignSurroundings {
  readonly hasQueue: (name: string) => boolean;
  readonly hasFlow: (name: string) => boolean;
  /** True for a flow in which whoever finds no agent hears something. */
  readonly leavesMessage: (flow: string) => boolean;
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
  if (conduct?.messageNeeded && around.hasFlow(flow) && !around.leavesMessage(flow))
    complain(
      'flow',
      `has no message: its policy wants whoever finds no agent to hear who called, so the way out "timeout" of campaign-agent in ${flow} has to lead to a step that says it`,
    );
  if (conduct) issues.push(...againstConduct(pacing, conduct, policy));
  else {
    complain('policy', `there is no contact policy ${policy === '' ? 'at all' : policy}`);
    if (pacing.minRingMs < LEAST_RING_MS) complain('pacing.minRingMs', `is less than ${LEAST_RING_MS}`);
  }
  return issues;
}

/** How a campaign dials: as it wants, or as its policy wants now where that is stricter. It may have changed since the campaign was saved. */
export function strictest(pacing: PacingSettings, conduct: Conduct | undefined): PacingSettings {
  if (!conduct) return pacing;
  return {
    ...pacing,
    minRingMs: Math.max(pacing.minRingMs, conduct.minRingMs),
    maxAbandonment: Math.min(pacing.maxAbandonment, conduct.maxAbandonment),
    connectWithinMs: Math.min(pacing.connectWithinMs, conduct.connectWithinMs),
    rollingWindow: pacing.rollingWindow || conduct.abandonmentWindows.includes(ROLLING_MS),
  };
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
  const { abandonmentWindows: windows } = conduct;
  if (windows.includes(ROLLING_MS) && !pacing.rollingWindow)
    issues.push({
      at: 'pacing.rollingWindow',
      problem: 'is false, but its policy limits abandonment in every rolling hour: set it to true',
    });
  for (const within of windows)
    if (within !== ROLLING_MS && !KEPT.includes(within))
      issues.push({
        at: 'policy',
        problem: `limits abandonment within ${spanText(within as number)}, which the dialer does not watch: name day, 30d or 1h in abandonment-windows`,
      });
  return issues;
}
