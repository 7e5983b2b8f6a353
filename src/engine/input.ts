import type { Agent, AgentInput } from '../agent/agent.ts';
import type { Call } from '../call/call.ts';
import type { Leg } from '../call/leg.ts';
import type { Director } from '../call/supervision.ts';
import type { NewWish } from '../contact/wish.ts';
import type { Attempt, Disposition } from '../dialer/attempt.ts';
import type { OutboundCampaign } from '../dialer/outbound.ts';
import type { DayState } from '../ivr/calendar.ts';
import type { Flow, Step } from '../ivr/flow.ts';
import type { StepNote, StepReport } from '../ivr/run.ts';
import type { Lead } from '../list/lead.ts';
import type { HangupCause, OverhearRequest, PbxEvent, PbxSnapshot } from '../pbx/pbx.ts';
import type { Callback } from '../queue/callback.ts';
import type { RoutingRules } from '../queue/rules.ts';
import type { AdmissionRefusal } from './admission.ts';
import type { DirectionAsked } from './direction.ts';
import type { TalkAsked } from './talk-requests.ts';

/** What the mailbox takes: what the PBX says, what steps report, what people ask for, and time. */
export type EngineInput =
  | Extract<
      PbxEvent,
      {
        type:
          | 'ChannelArrived'
          | 'LegRinging'
          | 'LegAnswered'
          | 'ChannelEnded'
          | 'DigitPressed'
          | 'RecordingEnded';
      }
    >
  | ({ readonly type: 'StepReported' } & StepReport)
  /** Somebody who waits leaves the queue himself. `run`: of the step that sent him there. */
  | { readonly type: 'LineLeft'; readonly call: string; readonly run: number; readonly exit: string }
  /** Somebody wants to be called back; or somebody has closed the request. */
  | { readonly type: 'CallbackAsked'; readonly callback: Callback }
  | { readonly type: 'CallbackClosed'; readonly callback: string }
  | { readonly type: 'StepNoted'; readonly note: StepNote }
  /** Whoever was called does not want to be called again. */
  | { readonly type: 'OptedOut'; readonly call: string; readonly wish: NewWish }
  /** `by`: a supervisor, where it is not the agent himself. */
  | {
      readonly type: 'AgentTold';
      readonly agent: string;
      readonly input: AgentInput;
      readonly by?: Director;
    }
  | { readonly type: 'HangUpAsked'; readonly call: string }
  /** A phone that is a page came or went. */
  | { readonly type: 'PageChanged'; readonly extension: string; readonly registered: boolean }
  /** Which phones are registered is told again; those that came or went meanwhile have been. */
  | { readonly type: 'PhonesKnown' }
  /** The page of an agent was loaded anew; `rejoins` is told whether there is anything to go on with. */
  | { readonly type: 'RejoinAsked'; readonly agent: string; readonly rejoins: (is: boolean) => void }
  /** The customer of a campaign was not dialled after all. */
  | { readonly type: 'DialHeldBack'; readonly call: string }
  | ({ readonly type: 'TalkAsked'; readonly call: string } & TalkAsked)
  | ({ readonly type: 'DirectionAsked'; readonly call: string } & DirectionAsked)
  | { readonly type: 'ConnectFailed'; readonly leg: string }
  | { readonly type: 'OverhearFailed'; readonly leg: string }
  | { readonly type: 'LegRefused'; readonly leg: string; readonly unreachable: boolean }
  /** `asOf`: when the snapshot was asked for. `afterGap`: events may have been lost before it. `restarted`: see `LinkUp`. */
  | {
      readonly type: 'Reconciled';
      readonly snapshot: PbxSnapshot;
      readonly asOf: number;
      readonly afterGap: boolean;
      readonly restarted: boolean;
    }
  | { readonly type: 'OverloadBegan'; readonly reason: AdmissionRefusal }
  /** Other routing rules are in force. */
  | { readonly type: 'RulesChanged'; readonly rules: RoutingRules }
  /** The centre is going to stop. */
  | { readonly type: 'DiallingEnds' }
  | { readonly type: 'AgentSaved'; readonly agent: Agent }
  | { readonly type: 'AgentRemoved'; readonly agent: string }
  /** Leads that were asked for have come. */
  | { readonly type: 'LeadsCame'; readonly campaign: string; readonly leads: readonly Lead[] }
  /** Outbound campaigns were added, changed, started or stopped: these there are now. */
  | { readonly type: 'CampaignsChanged'; readonly campaigns: readonly OutboundCampaign[] }
  /** An agent calls a number himself. `made` is told the call. */
  | {
      readonly type: 'DialAsked';
      readonly agent: string;
      readonly number: string;
      readonly isPhone: boolean;
      readonly made: (call: string) => void;
    }
  | ({ readonly type: 'PreviewAsked'; readonly agent: string } & PreviewAsked)
  | { readonly type: 'Disposed'; readonly attempt: Attempt; readonly disposition: Disposition }
  | { readonly type: 'TimePassed' };

/** What an agent wants of the lead that he is shown. `campaign`: '' for any. */
export type PreviewAsked =
  | { readonly wish: 'next'; readonly campaign: string }
  | { readonly wish: 'skip'; readonly reason: string }
  /** `made` is told the attempt. */
  | { readonly wish: 'accept'; readonly made: (attempt: string) => void };

/** What a turn wants done after it is committed. Doing one twice is harmless. */
export type Effect =
  | { readonly do: 'answer'; readonly channel: string }
  | {
      readonly do: 'runStep';
      readonly call: Call;
      readonly flow: Flow;
      readonly step: Step;
      readonly run: number;
    }
  | { readonly do: 'stopFlow' }
  /** Somebody waits: he hears what the step that sent him there has for him, until `hush`. */
  | {
      readonly do: 'accompany';
      readonly call: Call;
      readonly flow: Flow;
      readonly step: Step;
      readonly run: number;
    }
  | { readonly do: 'hush'; readonly call: string }
  | { readonly do: 'originate'; readonly call: Call; readonly leg: Leg; readonly ringMs: number }
  | { readonly do: 'hangup'; readonly channel: string; readonly cause: HangupCause }
  | { readonly do: 'music'; readonly channel: string; readonly class: string }
  | { readonly do: 'stopMusic'; readonly channel: string }
  | {
      readonly do: 'record';
      readonly channel: string;
      readonly recording: string;
      readonly maxMs: number;
    }
  | { readonly do: 'stopRecording'; readonly recording: string }
  /** See `CallEffect`. */
  | { readonly do: 'ringback'; readonly leg: string; readonly playback: string }
  | { readonly do: 'ask'; readonly leg: string; readonly playback: string; readonly language: string }
  /** Ends what is left playing. */
  | { readonly do: 'quiet'; readonly playbacks: readonly string[] }
  | {
      readonly do: 'connect';
      readonly bridge: string;
      readonly leg: string;
      readonly channels: readonly string[];
    }
  | { readonly do: 'disconnect'; readonly bridge: string }
  | ({ readonly do: 'overhear' } & OverhearRequest)
  | { readonly do: 'stopOverhearing'; readonly overhearing: string };

/** An effect and the call whose order it keeps; effects of different calls run side by side. */
export interface Ordered {
  readonly key: string;
  readonly effect: Effect;
}

/** How the engine finds flows, and what they share. */
export interface FlowDirectory {
  /** The zone of the centre, IANA name. */
  zone(): string;
  /** `closed` for a calendar that is not there. @param now UTC ms */
  dayState(calendar: string, now: number): DayState;
  /** Music of a persona; undefined: it has none of its own. */
  musicOf(persona: string): string | undefined;
  /** The flow that a number leads to. */
  forNumber(dnis: string, fromPhone: boolean): Flow | undefined;
  byName(name: string): Flow | undefined;
  /** The version that a call entered; the present one when that is gone. */
  version(name: string, version: string): Flow | undefined;
}
