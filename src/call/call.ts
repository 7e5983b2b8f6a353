import type { Endpoint, HangupCause, Source } from '../pbx/pbx.ts';
import type { DialExit, Leg } from './leg.ts';

/** A caller's whole visit, from the first ring to the last goodbye. Ours, in one piece; the PBX knows only channels. */
export interface Call {
  readonly id: string;
  /** The caller's channel in the PBX. */
  readonly channel: string;
  readonly source: Source;
  /** Caller's number, '' when hidden. */
  readonly ani: string;
  readonly aniName: string;
  /** The number that was dialled. */
  readonly dnis: string;
  readonly startedAt: number;
  readonly facts: CallFacts;
  /** The flow that it entered first; undefined in calls of a version before this one. */
  readonly entered?: { readonly flow: string; readonly version: string };
  /** Which step of which flow runs, or ran last; undefined before the first. */
  readonly cursor?: Cursor;
  /** The flows that called the present one and wait for its result, the outermost first. */
  readonly stack: readonly Frame[];
  readonly phase: Phase;
  /** Every leg that was dialled for this call, in order. */
  readonly legs: readonly Leg[];
  /** First time that an agent, a reception desk or a dialled party talked with the caller. */
  readonly connectedAt?: number;
  /** Time spent in queues so far, without the present wait, ms. */
  readonly waitedMs: number;
  /** Time spent talking so far, without the present talk, ms. */
  readonly talkedMs: number;
  readonly endedAt?: number;
  readonly endedBy?: 'caller' | 'carillon';
  readonly endCause?: EndCause;
}

/** Why a call ended. `lost`: nobody heard of its end. `system-failure`: the PBX ended under it. */
export type EndCause = HangupCause | 'lost' | 'system-failure';

/** What is known of the caller and his errand; flow steps add to it. */
export interface CallFacts {
  readonly language: string;
  /** Whose voice and music the caller hears: the name of a persona, '' for the ordinary one. */
  readonly persona: string;
  readonly customerId?: string;
  readonly tier?: string;
  /** The flow that was made for this customer alone. */
  readonly personalFlow?: string;
  readonly campaignId?: string;
  /** Last queue that the call was in. */
  readonly queue?: string;
  /** Last agent who talked with the caller. */
  readonly agentId?: string;
  /** Variables of the present flow, by name. Never holds a PIN or a card number. */
  readonly variables: Variables;
}

/** What a flow keeps while it runs; a time is ISO 8601 text. */
export type Variables = Readonly<Record<string, VariableValue>>;
export type VariableValue = string | number | boolean;

/** A flow that waits for the one that it called. */
export interface Frame {
  readonly cursor: Cursor;
  readonly variables: Variables;
}

export interface Cursor {
  readonly flow: string;
  readonly version: string;
  readonly step: string;
  /** Counts the runs of steps: names what a step plays, so that it can be stopped by whoever comes after a crash. */
  readonly run: number;
  /** The run with which the step was entered: a step that runs again after a crash keeps it. */
  readonly entry: number;
  /** When it was entered, UTC ms. */
  readonly since: number;
}

/** Where a call is. `flow`: a step runs; elsewhere the reducer drives and the step waits for the outcome. */
export type Phase =
  | { readonly at: 'flow' }
  | {
      readonly at: 'dialing';
      readonly leg: string;
      readonly until: number;
      readonly music: string;
      readonly maxTalkMs?: number;
    }
  | ({ readonly at: 'queued' } & Place)
  | ({ readonly at: 'offered'; readonly leg: string; readonly ringUntil: number } & Place)
  /** `place`: the one in the queue that the caller came from. */
  | {
      readonly at: 'connected';
      readonly leg: string;
      readonly since: number;
      readonly place?: Place;
      /** When the talk has to be over. */
      readonly until?: number;
    }
  | { readonly at: 'recording'; readonly recording: string; readonly until: number }
  | { readonly at: 'ended' };

/** A place in a queue, and what is played there. */
export interface Place {
  readonly queue: string;
  readonly since: number;
  readonly until: number;
  readonly music: string;
}

/** Who wrote an outside number: whoever wrote the flow, or the campaign whose reception it is. */
export type NumberAuthor = 'flow' | 'campaign';

/** What a step asks the reducer to do on its behalf. The outcome becomes the exit that the flow takes. */
export type HandOver =
  | {
      readonly kind: 'dial';
      readonly leg: string;
      readonly to: Endpoint;
      readonly ringMs: number;
      readonly music: string;
      /** Who wrote the number, when it is an outside one: the flow unless told. */
      readonly writtenBy?: NumberAuthor;
      /** Longest talk, ms. */
      readonly maxTalkMs?: number;
    }
  | { readonly kind: 'queue'; readonly queue: string; readonly maxWaitMs: number; readonly music: string }
  | { readonly kind: 'record'; readonly recording: string; readonly maxMs: number };

/** Exits that a hand-over can have. */
export const DIAL_EXITS: readonly DialExit[] = ['done', 'busy', 'no-answer', 'failed'];
export const QUEUE_EXITS = ['done', 'timeout', 'no-agents'] as const;
export const RECORD_EXITS = ['kept', 'empty', 'failed'] as const;

export type CallInput =
  /** `agent`: who is logged in at the phone that is to be dialled. */
  | { readonly type: 'HandedOver'; readonly request: HandOver; readonly agent?: string }
  | {
      readonly type: 'Offered';
      readonly leg: string;
      readonly agent: string;
      readonly extension: string;
      readonly ringMs: number;
    }
  | { readonly type: 'LegRinging'; readonly leg: string }
  | { readonly type: 'LegAnswered'; readonly leg: string }
  | {
      readonly type: 'LegEnded';
      readonly leg: string;
      readonly cause: HangupCause;
      readonly sipCode?: number;
    }
  /** The dial command itself was refused: the leg never lived. */
  | { readonly type: 'LegRefused'; readonly leg: string; readonly unreachable: boolean }
  /** They were to hear each other, and the PBX would not have it. */
  | { readonly type: 'ConnectFailed'; readonly leg: string }
  | {
      readonly type: 'RecordingEnded';
      readonly recording: string;
      readonly outcome: 'done' | 'failed';
      readonly durationMs: number;
    }
  | { readonly type: 'LeftQueue'; readonly exit: 'timeout' | 'no-agents' }
  | { readonly type: 'CallerEnded'; readonly cause: EndCause }
  | { readonly type: 'HungUp' }
  | { readonly type: 'TimeUp' };

export type CallEffect =
  /** The step's hand-over is over: the flow goes on by this exit. */
  | { readonly do: 'takeExit'; readonly exit: string }
  | { readonly do: 'stopFlow' }
  | { readonly do: 'originate'; readonly leg: Leg; readonly ringMs: number }
  | { readonly do: 'hangup'; readonly channel: string; readonly cause: HangupCause }
  | { readonly do: 'music'; readonly class: string }
  | { readonly do: 'stopMusic' }
  | { readonly do: 'record'; readonly recording: string; readonly maxMs: number }
  | { readonly do: 'stopRecording'; readonly recording: string }
  | { readonly do: 'connect'; readonly leg: string }
  | { readonly do: 'disconnect'; readonly leg: string }
  /** A leg ended: whoever sat there is told. `talked`: it had been answered and connected. */
  | { readonly do: 'release'; readonly leg: Leg; readonly talked: boolean };

/** When the call wants to be woken (UTC ms), if at all. */
export function callDeadline(call: Call): number | undefined {
  switch (call.phase.at) {
    case 'dialing':
    case 'queued':
    case 'recording':
    case 'connected':
      return call.phase.until;
    case 'offered':
      return Math.min(call.phase.until, call.phase.ringUntil);
    default:
      return undefined;
  }
}
