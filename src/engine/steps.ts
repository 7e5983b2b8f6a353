import type { CampaignDirectory } from '../campaign/campaign.ts';
import type { CodeGuesses } from '../campaign/guesses.ts';
import { campaignCodeStep, campaignFallbackStep } from '../campaign/steps.ts';
import type { CustomerDirectory } from '../customer/customer.ts';
import type { StepKind } from '../ivr/step.ts';
import { type AgentDesk, agentStateStep } from '../ivr/steps/agent-state.ts';
import { choose, go, setLanguage } from '../ivr/steps/choose.ts';
import { dial, queueStep } from '../ivr/steps/connect.ts';
import { findCustomerStep } from '../ivr/steps/find-customer.ts';
import { gather, menu } from '../ivr/steps/menu.ts';
import { hangup, say } from '../ivr/steps/say.ts';
import { voicemail } from '../ivr/steps/voicemail.ts';
import type { Queue } from '../queue/queue.ts';

export interface StepParts {
  readonly customers: CustomerDirectory;
  readonly campaigns: CampaignDirectory;
  readonly guesses: CodeGuesses;
  readonly desk: AgentDesk;
  readonly queues: (name: string) => Queue | undefined;
}

/** Every verb of the flow language. */
export function allSteps(parts: StepParts): readonly StepKind[] {
  return [
    say,
    menu,
    gather,
    choose,
    setLanguage,
    go,
    findCustomerStep(parts.customers),
    campaignCodeStep(parts.campaigns, parts.guesses),
    campaignFallbackStep(parts.campaigns, parts.queues),
    queueStep(parts.queues),
    dial,
    voicemail,
    agentStateStep(parts.desk),
    hangup,
  ];
}
