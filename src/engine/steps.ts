import type { CampaignDirectory } from '../campaign/campaign.ts';
import type { CodeGuesses } from '../campaign/guesses.ts';
import { campaignCodeStep, campaignFallbackStep, campaignStep } from '../campaign/steps.ts';
import { campaignAgent, detectMachine, optOutStep } from '../dialer/steps.ts';
import type { DayState } from '../ivr/calendar.ts';
import type { StepKind } from '../ivr/step.ts';
import { type AgentDesk, agentStateStep } from '../ivr/steps/agent-state.ts';
import { callbackStep } from '../ivr/steps/callback.ts';
import { choose, set, setLanguage, setPersona } from '../ivr/steps/choose.ts';
import { dial } from '../ivr/steps/connect.ts';
import { type FindCustomerParts, findCustomerStep } from '../ivr/steps/find-customer.ts';
import { call, chooseFlow, giveBack, go } from '../ivr/steps/flows.ts';
import { hoursStep } from '../ivr/steps/hours.ts';
import { type LookUpParts, lookUpStep } from '../ivr/steps/look-up.ts';
import { gather, menu } from '../ivr/steps/menu.ts';
import { queueStep } from '../ivr/steps/queue.ts';
import { hangup, pause, say, textMessage } from '../ivr/steps/say.ts';
import { record, replayStep, voicemail } from '../ivr/steps/voicemail.ts';
import type { CallbackBook } from '../queue/callback.ts';
import type { Queue } from '../queue/queue.ts';

export interface StepParts extends FindCustomerParts {
  readonly campaigns: CampaignDirectory;
  readonly guesses: CodeGuesses;
  readonly desk: AgentDesk;
  readonly queues: (name: string) => Queue | undefined;
  readonly callbacks: CallbackBook;
  readonly lookUps: LookUpParts;
  readonly dayState: (calendar: string, now: number) => DayState;
  /** The absolute path, without extension, of a recording. */
  readonly recordingFile: (recording: string) => string;
}

/** Every verb of the flow language. */
export function allSteps(parts: StepParts): readonly StepKind[] {
  return [
    say,
    pause,
    menu,
    gather,
    choose,
    set,
    setLanguage,
    setPersona,
    hoursStep(parts.dayState),
    lookUpStep(parts.lookUps),
    findCustomerStep(parts),
    call,
    giveBack,
    go,
    chooseFlow,
    campaignCodeStep(parts.campaigns, parts.guesses),
    campaignStep(parts.campaigns),
    campaignFallbackStep(parts.campaigns, parts.queues),
    queueStep(parts.queues),
    campaignAgent,
    detectMachine,
    optOutStep,
    dial,
    callbackStep(parts.callbacks),
    voicemail,
    record,
    replayStep(parts.recordingFile),
    textMessage,
    agentStateStep(parts.desk),
    hangup,
  ];
}
