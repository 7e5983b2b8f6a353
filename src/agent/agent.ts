import { Refused, unreachable } from '../base/errors.ts';

/** Somebody who serves callers, at whatever phone he is logged in. */
export interface Agent {
  readonly id: string;
  readonly name: string;
  /** The phone that he logs in at when he names none. */
  readonly homeExtension: string;
  /** Score per skill, 0 to 10. */
  readonly skills: Readonly<Record<string, number>>;
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
  | {
      readonly at: 'offered';
      readonly extension: string;
      readonly call: string;
      readonly leg: string;
      readonly before: Rest;
      readonly since: number;
    }
  | {
      readonly at: 'talking';
      readonly extension: string;
      readonly call: string;
      readonly leg: string;
      readonly after: Rest;
      readonly since: number;
    }
  | {
      readonly at: 'wrap-up';
      readonly extension: string;
      readonly call: string;
      readonly until: number;
      readonly after: Rest;
      readonly since: number;
    };

/** A state in which an agent has no call. */
export type Rest =
  | { readonly at: 'ready'; readonly since: number }
  | { readonly at: 'not-ready'; readonly reason: string }
  | { readonly at: 'wrap-up'; readonly call: string; readonly until: number; readonly after: Rest }
  | { readonly at: 'logged-out' };

/** After trouble of the PBX an agent is left alone for this long, ms: else the same call would be offered in a circle. */
const TROUBLE_MS = 10_000;

export type AgentInput =
  | { readonly type: 'LogIn'; readonly extension: string }
  | { readonly type: 'LogOut' }
  | { readonly type: 'GoReady' }
  | { readonly type: 'GoNotReady'; readonly reason: string }
  | { readonly type: 'Offer'; readonly call: string; readonly leg: string }
  | { readonly type: 'Answer'; readonly leg: string }
  /** The offer came to nothing. `by`: the caller went away, the agent did not take it, or the PBX could not make it. */
  | {
      readonly type: 'OfferEnded';
      readonly leg: string;
      readonly by: 'caller' | 'agent' | 'trouble';
      readonly reason: string;
    }
  | { readonly type: 'TalkEnded'; readonly leg: string; readonly wrapUpMs: number }
  | { readonly type: 'TimeUp' };

/** When the agent wants to be woken (UTC ms), if at all. */
export function agentDeadline(agent: Agent): number | undefined {
  const { state } = agent;
  if (state.at === 'not-ready') return state.back?.at;
  return state.at === 'wrap-up' ? state.until : undefined;
}

/** The phone at which the agent is logged in. */
export function extensionOf(agent: Agent): string | undefined {
  return agent.state.at === 'logged-out' ? undefined : agent.state.extension;
}

/**
 * The agent's state machine. What an agent asks for at a wrong time is refused (`agent-…`); what the PBX reports too late
 * changes nothing.
 * @param now UTC ms
 * @throws Refused
 */
export function reduceAgent(agent: Agent, input: AgentInput, now: number): Agent {
  const { state } = agent;
  const become = (next: AgentState): Agent => ({ ...agent, state: next });
  switch (input.type) {
    case 'LogIn':
      if (state.at === 'logged-out')
        return become({ at: 'not-ready', extension: input.extension, reason: 'logged-in', since: now });
      if (state.extension === input.extension) return agent;
      throw new Refused(
        'agent-logged-in',
        `${agent.id} is logged in at ${state.extension}: log out there first`,
      );
    case 'LogOut':
      return rest(agent, { at: 'logged-out' }, now);
    case 'GoReady':
      return rest(agent, { at: 'ready', since: now }, now);
    case 'GoNotReady':
      return rest(agent, { at: 'not-ready', reason: input.reason }, now);
    case 'Offer':
      return become(offered(state, input, now, agent.id));
    case 'Answer':
      if (state.at !== 'offered' || state.leg !== input.leg) return agent;
      return become({
        at: 'talking',
        extension: state.extension,
        call: state.call,
        leg: state.leg,
        after: state.before,
        since: now,
      });
    case 'OfferEnded':
      if (state.at === 'talking' && state.leg === input.leg)
        return become(notTaken(state.extension, state.after, input, now));
      if (state.at !== 'offered' || state.leg !== input.leg) return agent;
      return become(notTaken(state.extension, state.before, input, now));
    case 'TalkEnded':
      if (state.at !== 'talking' || state.leg !== input.leg) return agent;
      if (input.wrapUpMs <= 0) return become(settle(state.extension, freshly(state.after, now), now));
      return become({
        at: 'wrap-up',
        extension: state.extension,
        call: state.call,
        until: now + input.wrapUpMs,
        after: state.after,
        since: now,
      });
    case 'TimeUp':
      if (state.at === 'not-ready' && state.back && now >= state.back.at)
        return become(settle(state.extension, { at: 'ready', since: state.back.since }, now));
      if (state.at !== 'wrap-up' || now < state.until) return agent;
      return become(settle(state.extension, freshly(state.after, now), now));
    default:
      return unreachable(input);
  }
}

/** Goes to rest now, or, with a call in hand, notes what follows it. Wrap-up ends by any of them. */
function rest(agent: Agent, wanted: Rest, now: number): Agent {
  const { state } = agent;
  switch (state.at) {
    case 'logged-out':
      if (wanted.at === 'logged-out') return agent;
      throw new Refused('agent-logged-out', `${agent.id} is not logged in`);
    case 'offered':
      return { ...agent, state: { ...state, before: wanted } };
    case 'talking':
      return { ...agent, state: { ...state, after: wanted } };
    case 'ready':
      // Pressing ready again must not send somebody to the end of the longest-idle order.
      return wanted.at === 'ready' ? agent : { ...agent, state: settle(state.extension, wanted, now) };
    default:
      return { ...agent, state: settle(state.extension, wanted, now) };
  }
}

function settle(extension: string, wanted: Rest, now: number): AgentState {
  switch (wanted.at) {
    case 'ready':
      return { at: 'ready', extension, since: wanted.since };
    case 'not-ready':
      return { at: 'not-ready', extension, reason: wanted.reason, since: now };
    case 'wrap-up':
      if (now >= wanted.until) return settle(extension, freshly(wanted.after, now), now);
      return {
        at: 'wrap-up',
        extension,
        call: wanted.call,
        until: wanted.until,
        after: wanted.after,
        since: now,
      };
    case 'logged-out':
      return { at: 'logged-out', since: now };
    default:
      return unreachable(wanted);
  }
}

/** A campaign's reception is rung in wrap-up too; what was to follow that then follows the call. */
function offered(
  state: AgentState,
  { call, leg }: { call: string; leg: string },
  now: number,
  id: string,
): AgentState {
  const ringing = (before: Rest, extension: string): AgentState => ({
    at: 'offered',
    extension,
    call,
    leg,
    before,
    since: now,
  });
  switch (state.at) {
    case 'ready':
      return ringing({ at: 'ready', since: state.since }, state.extension);
    case 'not-ready':
      return ringing({ at: 'not-ready', reason: state.reason }, state.extension);
    case 'wrap-up':
      return ringing(
        { at: 'wrap-up', call: state.call, until: state.until, after: state.after },
        state.extension,
      );
    default:
      throw new Refused('agent-not-idle', `${id} is ${state.at}`);
  }
}

/** An offer that came to nothing. What he wished meanwhile, and any state but ready, stands. */
function notTaken(
  extension: string,
  before: Rest,
  { by, reason }: { by: 'caller' | 'agent' | 'trouble'; reason: string },
  now: number,
): AgentState {
  if (by === 'caller' || before.at !== 'ready') return settle(extension, before, now);
  const back = by === 'trouble' ? { back: { at: now + TROUBLE_MS, since: before.since } } : {};
  return { at: 'not-ready', extension, reason, since: now, ...back };
}

/** After a talk, idleness starts anew. */
function freshly(wanted: Rest, now: number): Rest {
  return wanted.at === 'ready' ? { at: 'ready', since: now } : wanted;
}
