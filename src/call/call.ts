import type { Attributes } from '../base/attributes.ts';
import type { Endpoint, HangupCause, Source } from '../pbx/pbx.ts';
import type { DialExit, Leg } from './leg.ts';
import type { Director, Supervision } from './supervision.ts';
import type { Consult, Party, Talk, TalkInput } from './talk.ts';

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
  /** We call him, as he asked; or an agent calls whom a campaign shows him. */
  readonly callback?: CallbackDial;
  /** We call him for a campaign. */
  readonly outbound?: OutboundDial;
  /** A supervisor is with the talk, or is rung for it. */
  readonly supervision?: Supervision;
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

/** How somebody is called back. */
export interface CallbackDial {
  /** Of the callback. */
  readonly id: string;
  /** The number of whoever asked, '' when hidden: the call counts for him, whoever is called. */
  readonly askedBy?: string;
  /** The extension of one of our phones, where an agent calls that one. */
  readonly phone?: string;
  readonly ringMs: number;
}

/** How somebody is called for a campaign. */
export interface OutboundDial {
  readonly attempt: string;
  readonly campaign: string;
  /** Who he is over all campaigns: see `Lead`. */
  readonly person: string;
  /** The flow that he enters when he answers, and the queue in which an agent is found for him. */
  readonly flow: string;
  readonly queue: string;
  /** Nobody is let ring for less, ms. */
  readonly minRingMs: number;
  /** An agent has to be there within this of what starts the clock, ms. */
  readonly connectWithinMs: number;
  /** What starts it: his answer, or the end of his greeting where somebody listened for it; his answer where it is not told. */
  readonly clockStarts?: 'answer' | 'greeting-end';
  /** When he had waited for too long, or we broke off before anybody spoke to him, UTC ms. */
  readonly abandonedAt?: number;
  /** We let him go before his time, because too many others answered. */
  readonly letGo?: true;
  /** His leg is there, but was never dialled. */
  readonly undialled?: true;
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
  /** What routing may know of the customer. */
  readonly customer?: CustomerFacts;
  /** The flow that was made for this customer alone. */
  readonly personalFlow?: string;
  readonly campaignId?: string;
  /** Last queue that the call was in. */
  readonly queue?: string;
  /** The place that he left unserved last. */
  readonly left?: Pick<Place, 'queue' | 'since' | 'wishes'>;
  /** Last agent who talked with the caller. */
  readonly agentId?: string;
  /** What answered, as far as could be heard, and when that was known, UTC ms. */
  readonly heard?: { readonly verdict: 'human' | 'machine' | 'unsure'; readonly at: number };
  /** Variables of the present flow, by name. Never holds a PIN or a card number. */
  readonly variables: Variables;
}

/** Agents who know a customer. */
export const FAMILIAR = ['last-agent', 'case-owner', 'account-manager'] as const;
export type Familiar = (typeof FAMILIAR)[number];

/** A customer as routing sees him, when he was identified. */
export interface CustomerFacts {
  readonly attributes: Attributes;
  /** Ids of agents. */
  readonly agents: Readonly<Partial<Record<Familiar, string>>>;
  /** The wait that he is known to tolerate, ms. */
  readonly patienceMs?: number;
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

/**
 * Where a call is. `flow`: a step runs; elsewhere the reducer drives and the step waits for the outcome. Whoever is `held`, or
 * waits while his agent is `consulting`, hears music.
 */
export type Phase =
  | { readonly at: 'flow' }
  | ({
      readonly at: 'dialing';
      readonly until: number;
      readonly music: string;
      /** Where the caller goes back to when the leg comes to nothing: he was put through from a queue's call. */
      readonly place?: Place;
    } & Ringing)
  | ({ readonly at: 'queued' } & Place)
  | ({ readonly at: 'offered'; readonly ringUntil: number } & Ringing & Place)
  /** Of a callback: the agent, at `leg`, hears ringing until the customer answers; then they may talk for `maxTalkMs`. */
  | {
      readonly at: 'calling';
      readonly leg: string;
      readonly until: number;
      readonly place?: Place;
      readonly maxTalkMs?: number;
    }
  /** Of a campaign's call: the customer is rung, and nobody waits for him yet; he may talk for `maxTalkMs`. */
  | { readonly at: 'reaching'; readonly until: number; readonly maxTalkMs?: number }
  | ({ readonly at: 'connected' } & Talk)
  | ({ readonly at: 'held'; readonly music: string } & Talk)
  | ({ readonly at: 'consulting'; readonly music: string; readonly consult: Consult } & Talk)
  /** All three hear each other, in the bridge of `other`. */
  | ({ readonly at: 'conference'; readonly other: Party } & Talk)
  /** The caller has left, and those whom he left go on, in the bridge of `other`. `cause`: of his end. */
  | {
      readonly at: 'left';
      readonly leg: string;
      readonly other: string;
      /** See `Party`. */
      readonly bridgeOf?: string;
      readonly cause: EndCause;
      /** When their talk has to be over. */
      readonly until?: number;
    }
  | { readonly at: 'recording'; readonly recording: string; readonly until: number }
  | { readonly at: 'ended' };

/** A leg that is rung for the caller. */
interface Ringing {
  readonly leg: string;
  readonly maxTalkMs?: number;
  /** Somebody or something has answered elsewhere: until then he may press the key that takes the call. */
  readonly confirmUntil?: number;
}

/** A place in a queue, and what is played there. */
export interface Place {
  readonly queue: string;
  /** UTC ms from which his wait counts. */
  readonly since: number;
  /** When the present wait began, when that was later: he has been served in between. */
  readonly from?: number;
  readonly until: number;
  readonly music: string;
  /** An agent sent him here: what a flow has to tell those who wait was for another queue. */
  readonly sent?: true;
  /** The way out that means that nobody came, where no queue step sent him here but a transfer. */
  readonly otherwise?: DialExit;
  /** What this call needs and prefers beyond its queue, as the flow wrote it, and what the flow says of it. */
  readonly wishes?: Wishes;
  /** The wait that was expected when it began, ms. */
  readonly expectedMs?: number;
  /** Queues whose agents will help him too, and from when, UTC ms; the next one first. */
  readonly overflow?: readonly { readonly at: number; readonly queue: string }[];
  /** A supervisor keeps him for this agent, as long as that one works. */
  readonly keptFor?: string;
  /** A supervisor has put him in front of all others. */
  readonly isFirst?: true;
}

/** What one call wants of its agent. Texts are conditions and scores of the routing rules. */
export interface Wishes {
  readonly needs?: readonly string[];
  readonly prefers?: readonly string[];
  /** Joins the customer's attributes, such as the errand that he chose in the menu. */
  readonly attributes?: Attributes;
}

/** Who wrote an outside number: whoever wrote the flow, the campaign whose reception it is, or an agent at that phone. */
export type NumberAuthor = 'flow' | 'campaign' | { readonly phone: string };

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
  | {
      readonly kind: 'queue';
      readonly queue: string;
      readonly maxWaitMs: number;
      readonly music: string;
      readonly wishes?: Wishes;
      /** The wait that is expected now, ms; undefined: nobody can say. */
      readonly expectedMs?: number;
      readonly overflow?: readonly { readonly afterMs: number; readonly queue: string }[];
    }
  | { readonly kind: 'record'; readonly recording: string; readonly maxMs: number };

/** Exits that a hand-over can have. */
export const DIAL_EXITS: readonly DialExit[] = ['done', 'busy', 'no-answer', 'failed'];
export const QUEUE_EXITS = ['done', 'timeout', 'no-agents'] as const;
export const RECORD_EXITS = ['kept', 'empty', 'failed'] as const;

/** What a supervisor does with somebody who waits. Refused for anybody else. */
export type DirectorInput =
  /** He goes on waiting for another queue, with the wait that he has. */
  | {
      readonly type: 'MovedToQueue';
      readonly queue: string;
      readonly maxWaitMs: number;
      readonly music: string;
      readonly by: Director;
    }
  | { readonly type: 'KeptFor'; readonly agent: string; readonly by: Director }
  | { readonly type: 'PutFirst'; readonly by: Director };

/** What becomes of the phone of an agent that is a page of his browser. */
export type PagePhoneInput =
  /** It is not there any more, or is there again. */
  | { readonly type: 'PhoneLeft' | 'PhoneCame'; readonly leg: string }
  /** It was loaded anew: what `replaces` was there for goes on with `leg`. */
  | { readonly type: 'Rejoin'; readonly leg: string; readonly replaces: string };

export type CallInput =
  /** `agent`: who is logged in at the phone that is to be dialled. */
  | { readonly type: 'HandedOver'; readonly request: HandOver; readonly agent?: string }
  | {
      readonly type: 'Offered';
      readonly leg: string;
      readonly agent: string;
      readonly to: Endpoint;
      readonly ringMs: number;
      readonly maxTalkMs?: number;
    }
  | { readonly type: 'LegRinging'; readonly leg: string }
  | { readonly type: 'LegAnswered'; readonly leg: string }
  | { readonly type: 'LegPressed'; readonly leg: string; readonly digit: string }
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
  | DirectorInput
  | PagePhoneInput
  /** `exit`: also a key that he pressed. */
  | { readonly type: 'LeftQueue'; readonly exit: string }
  | { readonly type: 'CallerEnded'; readonly cause: EndCause; readonly sipCode?: number }
  /** `byFlow`: the flow has come to its end. */
  | { readonly type: 'HungUp'; readonly byFlow?: true }
  /** We did not dial the customer after all. */
  | { readonly type: 'NotDialled' }
  /** He has rung for long enough, and too many others answer. */
  | { readonly type: 'LetGo' }
  /** `phonesUnknown`: nobody knows now which phones are there. */
  | { readonly type: 'TimeUp'; readonly phonesUnknown?: true }
  | TalkInput;
