import type { Attributes } from '../base/attributes.ts';
import {
  becomes,
  extendWrapUp,
  type Input,
  logIn,
  logInAgain,
  notes,
  notIdle,
  notLoggedIn,
  notWrappingUp,
  offerEnded,
  phoneGone,
  reseated,
  reserve,
  rests,
  type State,
  stays,
  talkEnded,
  troubleOver,
  wrapUpOver,
} from './transitions.ts';

/*
 * The theory. An agent is logged out, or logged in and in one of seven states:
 *
 *   not-ready ⇄ ready → reserved → ringing → talking ⇄ hold
 *                 ↑                             │        │
 *                 └──────── wrap-up ←───────────┴────────┘
 *
 * - `reserved`: chosen for a call, his phone does not ring yet. `ringing` ends by his answer, or in `not-ready` with the
 *   reason why he did not take it. `hold`: he is in a call and its caller hears music.
 * - What he asks for with a call in hand is noted and follows the call. Out of turn it is refused.
 * - What the PBX reports names the leg; of any other leg, or too late, it changes nothing.
 * - Only what he does counts against him: when the caller went, he is back in his old place; trouble of the PBX
 *   leaves him alone for a while and gives him his place back. A phone that is gone in a talk makes him not ready: it takes no calls.
 *
 * `TRANSITIONS` below states every pair of state and input.
 */

/** Somebody who serves callers, at whatever phone he is logged in. */
export interface Agent {
  readonly id: string;
  readonly name: string;
  /** The phone that he logs in at when he names none. */
  readonly homeExtension: string;
  /** Score per skill, 0 to 10. */
  readonly skills: Readonly<Record<string, number>>;
  /** Languages, dialects, site, branch, any tag. */
  readonly attributes?: Attributes;
  /** Somebody elsewhere, reached over an ordinary or mobile phone, only in the hours of his duty calendar ('' for always). */
  readonly outside?: { readonly number: string; readonly duty: string };
  /** The branch that he belongs to, the head office if unset. */
  readonly branch?: string;
  readonly state: AgentState;
}

/** `since`: UTC ms at which the state was entered; for `ready` it is what "longest idle" is reckoned by. */
export type AgentState =
  | { readonly at: 'logged-out'; readonly since: number }
  | {
      readonly at: 'not-ready';
      readonly extension: string;
      readonly reason: string;
      readonly since: number;
      readonly back?: Back;
    }
  | { readonly at: 'ready'; readonly extension: string; readonly since: number }
  | ({ readonly at: 'reserved' } & InHand)
  | ({ readonly at: 'ringing' } & InHand)
  | ({ readonly at: 'talking' } & InHand)
  | ({ readonly at: 'hold' } & InHand)
  | {
      readonly at: 'wrap-up';
      readonly extension: string;
      readonly call: string;
      readonly until: number;
      readonly after: Rest;
      readonly since: number;
      /** He has asked for more time already. */
      readonly extended?: true;
    };

/** A call in hand, and what follows it. */
export interface InHand {
  readonly extension: string;
  readonly call: string;
  readonly leg: string;
  readonly after: Rest;
  readonly since: number;
}

/** After trouble that is not his: ready again at `at`, in the place that he had, UTC ms. */
export interface Back {
  readonly at: number;
  readonly since: number;
}

/** A state in which an agent has no call. */
export type Rest =
  | { readonly at: 'ready'; readonly since: number }
  | { readonly at: 'not-ready'; readonly reason: string; readonly back?: Back }
  | {
      readonly at: 'wrap-up';
      readonly call: string;
      readonly until: number;
      readonly after: Rest;
      readonly extended?: true;
    }
  | { readonly at: 'logged-out' };

export type AgentInput =
  | { readonly type: 'LogIn'; readonly extension: string }
  | { readonly type: 'LogOut' }
  | { readonly type: 'GoReady' }
  | { readonly type: 'GoNotReady'; readonly reason: string }
  | { readonly type: 'Offer'; readonly call: string; readonly leg: string }
  | { readonly type: 'Ring'; readonly leg: string }
  | { readonly type: 'Answer'; readonly leg: string }
  /** The offer came to nothing. `by`: the caller went away, the agent did not take it, or the PBX could not make it. */
  | {
      readonly type: 'OfferEnded';
      readonly leg: string;
      readonly by: 'caller' | 'agent' | 'trouble';
      readonly reason: string;
    }
  | { readonly type: 'Hold'; readonly leg: string }
  | { readonly type: 'Resume'; readonly leg: string }
  | { readonly type: 'TalkEnded'; readonly leg: string; readonly wrapUpMs: number }
  | { readonly type: 'PhoneGone'; readonly leg: string }
  /** His page was loaded anew: what he has in hand goes on with the leg `to`. */
  | { readonly type: 'Reseat'; readonly leg: string; readonly to: string }
  /** He needs more time for the wrap-up, which he gets once. */
  | { readonly type: 'ExtendWrapUp'; readonly byMs: number }
  | { readonly type: 'TimeUp' };

/** What an input makes of a state. @throws Refused */
type Transition<S, I> = (state: S, input: I, now: number, agent: string) => AgentState;
type Transitions = {
  readonly [Where in AgentState['at']]: {
    readonly [Type in AgentInput['type']]: Transition<State<Where>, Input<Type>>;
  };
};

const WITHOUT_CALL = {
  LogIn: logInAgain,
  LogOut: rests,
  GoReady: rests,
  GoNotReady: rests,
  Offer: reserve,
  Ring: stays,
  Answer: stays,
  OfferEnded: stays,
  Hold: stays,
  Resume: stays,
  TalkEnded: stays,
  PhoneGone: stays,
  Reseat: stays,
  ExtendWrapUp: notWrappingUp,
  TimeUp: stays,
} as const;

const WITH_CALL = {
  ...WITHOUT_CALL,
  LogOut: notes,
  GoReady: notes,
  GoNotReady: notes,
  Offer: notIdle,
  Reseat: reseated,
} as const;

const TRANSITIONS: Transitions = {
  'logged-out': {
    ...WITHOUT_CALL,
    LogIn: logIn,
    LogOut: stays,
    GoReady: notLoggedIn,
    GoNotReady: notLoggedIn,
    Offer: notIdle,
  },
  'not-ready': { ...WITHOUT_CALL, TimeUp: troubleOver },
  // Pressing ready again must not send somebody to the end of the longest-idle order.
  ready: { ...WITHOUT_CALL, GoReady: stays },
  reserved: { ...WITH_CALL, Ring: becomes('ringing'), Answer: becomes('talking'), OfferEnded: offerEnded },
  ringing: { ...WITH_CALL, Answer: becomes('talking'), OfferEnded: offerEnded },
  // Somebody who answered and could not be connected was offered nothing.
  talking: {
    ...WITH_CALL,
    OfferEnded: offerEnded,
    Hold: becomes('hold'),
    TalkEnded: talkEnded,
    PhoneGone: phoneGone,
  },
  hold: { ...WITH_CALL, Resume: becomes('talking'), TalkEnded: talkEnded, PhoneGone: phoneGone },
  'wrap-up': { ...WITHOUT_CALL, ExtendWrapUp: extendWrapUp, TimeUp: wrapUpOver },
};

/** When the agent wants to be woken (UTC ms), if at all. */
export function agentDeadline(agent: Agent): number | undefined {
  const { state } = agent;
  if (state.at === 'not-ready') return state.back?.at;
  return state.at === 'wrap-up' ? state.until : undefined;
}

/** The phone at which the agent is logged in; for one elsewhere, his number. */
export function extensionOf(agent: Agent): string | undefined {
  return agent.state.at === 'logged-out' ? undefined : agent.state.extension;
}

/** The call that an agent has in hand, if he has one. */
export function callInHand({ state }: Agent): { readonly call: string; readonly leg: string } | undefined {
  switch (state.at) {
    case 'reserved':
    case 'ringing':
    case 'talking':
    case 'hold':
      return { call: state.call, leg: state.leg };
    default:
      return undefined;
  }
}

/**
 * The agent's state machine, see above. Gives the same object back when nothing changes.
 * @param now UTC ms
 * @throws Refused `agent-logged-out`, `agent-logged-in`, `agent-not-idle`, `no-wrap-up`, `wrap-up-extended`
 */
export function reduceAgent(agent: Agent, input: AgentInput, now: number): Agent {
  const transition = TRANSITIONS[agent.state.at][input.type] as Transition<AgentState, AgentInput>;
  const state = transition(agent.state, input, now, agent.id);
  return state === agent.state ? agent : { ...agent, state };
}
