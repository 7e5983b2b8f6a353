import { Refused, unreachable } from '../base/errors.ts';
import type { AgentInput, AgentState, InHand, Rest } from './agent.ts';

/*
 * What an input makes of a state, for the table in `agent.ts`. Each gives the same state back when nothing changes.
 */

export type State<Where extends AgentState['at']> = Extract<AgentState, { at: Where }>;
export type Input<Type extends AgentInput['type']> = Extract<AgentInput, { type: Type }>;

/** After trouble of the PBX an agent is left alone for this long, ms: else the same call would be offered in a circle. */
const TROUBLE_MS = 10_000;

export function stays<S extends AgentState>(state: S): S {
  return state;
}

export function logIn(_state: AgentState, { extension }: Input<'LogIn'>, now: number): AgentState {
  return { at: 'not-ready', extension, reason: 'logged-in', since: now };
}

export function logInAgain(
  state: Exclude<AgentState, { at: 'logged-out' }>,
  { extension }: Input<'LogIn'>,
  _now: number,
  agent: string,
): AgentState {
  if (state.extension === extension) return state;
  throw new Refused('agent-logged-in', `${agent} is logged in at ${state.extension}: log out there first`);
}

export function notLoggedIn(_state: AgentState, _input: AgentInput, _now: number, agent: string): never {
  throw new Refused('agent-logged-out', `${agent} is not logged in`);
}

export function notIdle({ at }: AgentState, _input: AgentInput, _now: number, agent: string): never {
  throw new Refused('agent-not-idle', `${agent} is ${at}`);
}

export function notWrappingUp(_state: AgentState, _input: AgentInput, _now: number, agent: string): never {
  throw new Refused('no-wrap-up', `${agent} wraps nothing up`);
}

/** @throws Refused `wrap-up-extended` */
export function extendWrapUp(
  state: State<'wrap-up'>,
  { byMs }: Input<'ExtendWrapUp'>,
  _now: number,
  agent: string,
): AgentState {
  if (state.extended) throw new Refused('wrap-up-extended', `${agent} had more time for this call already`);
  return { ...state, until: state.until + byMs, extended: true };
}

type Wish = Input<'LogOut' | 'GoReady' | 'GoNotReady'>;

/** Goes to rest now; wrap-up ends by it. */
export function rests(state: { readonly extension: string }, wish: Wish, now: number): AgentState {
  return settle(state.extension, restOf(wish, now), now);
}

/** With a call in hand, what he wishes follows it. Who is to be ready anyway keeps his place. */
export function notes<S extends InHand>(state: S, wish: Wish, now: number): S {
  if (wish.type === 'GoReady' && state.after.at === 'ready') return state;
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
export function reserve(
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
      return { at: 'not-ready', reason: state.reason, ...(state.back && { back: state.back }) };
    case 'wrap-up':
      return {
        at: 'wrap-up',
        call: state.call,
        until: state.until,
        after: state.after,
        ...(state.extended && { extended: true }),
      };
    default:
      return unreachable(state);
  }
}

export function becomes(at: 'ringing' | 'talking' | 'hold') {
  return <S extends AgentState & InHand>(
    state: S,
    { leg }: { readonly leg: string },
    now: number,
  ): AgentState => (state.leg === leg ? { ...state, at, since: now } : state);
}

/** Nothing else changes for him. */
export function reseated<S extends AgentState & InHand>(state: S, { leg, to }: Input<'Reseat'>): S {
  return state.leg === leg ? { ...state, leg: to } : state;
}

/** What he wished meanwhile, and any state but ready, stands. */
export function offerEnded(
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

export function talkEnded(
  state: AgentState & InHand,
  { leg, wrapUpMs }: Input<'TalkEnded'>,
  now: number,
): AgentState {
  if (state.leg !== leg) return state;
  const { extension, call, after } = state;
  if (wrapUpMs <= 0) return settle(extension, freshly(after, now), now);
  return { at: 'wrap-up', extension, call, until: now + wrapUpMs, after, since: now };
}

export function phoneGone(state: AgentState & InHand, { leg }: Input<'PhoneGone'>, now: number): AgentState {
  if (state.leg !== leg) return state;
  const { extension, after } = state;
  if (after.at === 'logged-out') return settle(extension, after, now);
  return { at: 'not-ready', extension, reason: 'phone-gone', since: now };
}

export function troubleOver(state: State<'not-ready'>, _input: Input<'TimeUp'>, now: number): AgentState {
  if (!state.back || now < state.back.at) return state;
  return { at: 'ready', extension: state.extension, since: state.back.since };
}

export function wrapUpOver(state: State<'wrap-up'>, _input: Input<'TimeUp'>, now: number): AgentState {
  return now < state.until ? state : settle(state.extension, freshly(state.after, now), now);
}

function settle(extension: string, wanted: Rest, now: number): AgentState {
  switch (wanted.at) {
    case 'ready':
      return { at: 'ready', extension, since: wanted.since };
    case 'not-ready':
      if (wanted.back && now >= wanted.back.at) return { at: 'ready', extension, since: wanted.back.since };
      return { ...wanted, extension, since: now };
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
  if (wanted.at === 'ready') return { at: 'ready', since: now };
  if (wanted.at !== 'not-ready' || !wanted.back) return wanted;
  return { ...wanted, back: { at: wanted.back.at, since: now } };
}
