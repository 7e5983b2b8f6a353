import type { Attributes } from '../base/attributes.ts';
import { Refused, unreachable } from '../base/errors.ts';

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
      /** For trouble that is not his: ready again then, in the place that he had. */
      readonly back?: { readonly at: number; readonly since: number };
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
    };

/** A call in hand, and what follows it. */
interface InHand {
  readonly extension: string;
  readonly call: string;
  readonly leg: string;
  readonly after: Rest;
  readonly since: number;
}

/** A state in which an agent has no call. */
export type Rest =
  | { readonly at: 'ready'; readonly since: number }
  | { readonly at: 'not-ready'; readonly reason: string }
  | { readonly at: 'wrap-up'; readonly call: string; readonly until: number; readonly after: Rest }
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
  | { readonly type: 'TimeUp' };

type At = AgentState['at'];
type State<Where extends At> = Extract<AgentState, { at: Where }>;
type Input<Type extends AgentInput['type']> = Extract<AgentInput, { type: Type }>;

/** What an input makes of a state. @throws Refused */
type Transition<S, I> = (state: S, input: I, now: number, agent: string) => AgentState;
type Transitions = {
  readonly [Where in At]: {
    readonly [Type in AgentInput['type']]: Transition<State<Where>, Input<Type>>;
  };
};

/** After trouble of the PBX an agent is left alone for this long, ms: else the same call would be offered in a circle. */
const TROUBLE_MS = 10_000;

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
  TimeUp: stays,
} as const;

const WITH_CALL = {
  ...WITHOUT_CALL,
  LogOut: notes,
  GoReady: notes,
  GoNotReady: notes,
  Offer: notIdle,
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
  'wrap-up': { ...WITHOUT_CALL, TimeUp: wrapUpOver },
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

/** A state as an earlier version stored it: there, whoever was chosen was `offered`, whether or not his phone rang. */
export type StoredState =
  | AgentState
  | ({ readonly at: 'offered'; readonly before: Rest } & Omit<InHand, 'after'>);

/** Reads a stored state of this version or an earlier one. */
export function storedState(stored: StoredState): AgentState {
  if (stored.at !== 'offered') return stored;
  const { before, ...rest } = stored;
  return { ...rest, at: 'ringing', after: before };
}

/**
 * The agent's state machine, see above. Gives the same object back when nothing changes.
 * @param now UTC ms
 * @throws Refused `agent-logged-out`, `agent-logged-in`, `agent-not-idle`
 */
export function reduceAgent(agent: Agent, input: AgentInput, now: number): Agent {
  const transition = TRANSITIONS[agent.state.at][input.type] as Transition<AgentState, AgentInput>;
  const state = transition(agent.state, input, now, agent.id);
  return state === agent.state ? agent : { ...agent, state };
}

function stays<S extends AgentState>(state: S): S {
  return state;
}

function logIn(_state: AgentState, { extension }: Input<'LogIn'>, now: number): AgentState {
  return { at: 'not-ready', extension, reason: 'logged-in', since: now };
}

function logInAgain(
  state: Exclude<AgentState, { at: 'logged-out' }>,
  { extension }: Input<'LogIn'>,
  _now: number,
  agent: string,
): AgentState {
  if (state.extension === extension) return state;
  throw new Refused('agent-logged-in', `${agent} is logged in at ${state.extension}: log out there first`);
}

function notLoggedIn(_state: AgentState, _input: AgentInput, _now: number, agent: string): never {
  throw new Refused('agent-logged-out', `${agent} is not logged in`);
}

function notIdle({ at }: AgentState, _input: AgentInput, _now: number, agent: string): never {
  throw new Refused('agent-not-idle', `${agent} is ${at}`);
}

type Wish = Input<'LogOut' | 'GoReady' | 'GoNotReady'>;

/** Goes to rest now; wrap-up ends by it. */
function rests(state: { readonly extension: string }, wish: Wish, now: number): AgentState {
  return settle(state.extension, restOf(wish, now), now);
}

/** With a call in hand, what he wishes follows it. */
function notes<S extends InHand>(state: S, wish: Wish, now: number): S {
  return { ...state, after: restOf(wish, now) };
}

function restOf(wish: Wish, now: number): Rest {
  switch (wish.type) {
    case 'LogOut':
      return { at: 'logged-out' };
    case 'GoReady':
      return { at: 'ready', since: now };
    case 'GoNotReady':
      return { at: 'not-ready', reason: wish.reason };
    default:
      return unreachable(wish);
  }
}

/** A campaign's reception is rung in any of these states; what was to follow them then follows the call. */
function reserve(
  state: State<'ready' | 'not-ready' | 'wrap-up'>,
  { call, leg }: Input<'Offer'>,
  now: number,
): AgentState {
  const { extension } = state;
  return { at: 'reserved', extension, call, leg, after: asRest(state), since: now };
}

function asRest(state: State<'ready' | 'not-ready' | 'wrap-up'>): Rest {
  switch (state.at) {
    case 'ready':
      return { at: 'ready', since: state.since };
    case 'not-ready':
      return { at: 'not-ready', reason: state.reason };
    case 'wrap-up':
      return { at: 'wrap-up', call: state.call, until: state.until, after: state.after };
    default:
      return unreachable(state);
  }
}

function becomes(at: 'ringing' | 'talking' | 'hold') {
  return <S extends AgentState & InHand>(
    state: S,
    { leg }: { readonly leg: string },
    now: number,
  ): AgentState => (state.leg === leg ? { ...state, at, since: now } : state);
}

/** What he wished meanwhile, and any state but ready, stands. */
function offerEnded(
  state: AgentState & InHand,
  { leg, by, reason }: Input<'OfferEnded'>,
  now: number,
): AgentState {
  if (state.leg !== leg) return state;
  const { extension, after } = state;
  if (by === 'caller' || after.at !== 'ready') return settle(extension, after, now);
  const back = by === 'trouble' ? { back: { at: now + TROUBLE_MS, since: after.since } } : {};
  return { at: 'not-ready', extension, reason, since: now, ...back };
}

function talkEnded(
  state: AgentState & InHand,
  { leg, wrapUpMs }: Input<'TalkEnded'>,
  now: number,
): AgentState {
  if (state.leg !== leg) return state;
  const { extension, call, after } = state;
  if (wrapUpMs <= 0) return settle(extension, freshly(after, now), now);
  return { at: 'wrap-up', extension, call, until: now + wrapUpMs, after, since: now };
}

function phoneGone(state: AgentState & InHand, { leg }: Input<'PhoneGone'>, now: number): AgentState {
  if (state.leg !== leg) return state;
  const { extension, after } = state;
  if (after.at === 'logged-out') return settle(extension, after, now);
  return { at: 'not-ready', extension, reason: 'phone-gone', since: now };
}

function troubleOver(state: State<'not-ready'>, _input: Input<'TimeUp'>, now: number): AgentState {
  if (!state.back || now < state.back.at) return state;
  return { at: 'ready', extension: state.extension, since: state.back.since };
}

function wrapUpOver(state: State<'wrap-up'>, _input: Input<'TimeUp'>, now: number): AgentState {
  return now < state.until ? state : settle(state.extension, freshly(state.after, now), now);
}

function settle(extension: string, wanted: Rest, now: number): AgentState {
  switch (wanted.at) {
    case 'ready':
      return { at: 'ready', extension, since: wanted.since };
    case 'not-ready':
      return { at: 'not-ready', extension, reason: wanted.reason, since: now };
    case 'wrap-up':
      if (now >= wanted.until) return settle(extension, freshly(wanted.after, now), now);
      return { ...wanted, extension, since: now };
    case 'logged-out':
      return { at: 'logged-out', since: now };
    default:
      return unreachable(wanted);
  }
}

/** After a talk, idleness starts anew. */
function freshly(wanted: Rest, now: number): Rest {
  return wanted.at === 'ready' ? { at: 'ready', since: now } : wanted;
}
