import { type Agent, callInHand, extensionOf } from '../agent/agent.ts';
import { isOffSite } from '../agent/off-site.ts';
import { mayLogInAt, webPhoneOf } from '../agent/web-phone.ts';
import { Refused, unreachable } from '../base/errors.ts';
import type { Call } from '../call/call.ts';
import { legOf } from '../call/leg-rules.ts';
import { isTalk } from '../call/room.ts';
import type { Director, SupervisionMode } from '../call/supervision.ts';
import type { Endpoint } from '../pbx/pbx.ts';
import type { Turn } from './turn.ts';

/** What a supervisor wants of a call. */
export type Direction =
  /** `extension`: the phone at which he listens; undefined: his own. */
  | { readonly do: 'supervise'; readonly mode: SupervisionMode; readonly extension?: string }
  | { readonly do: 'leave' }
  | { readonly do: 'move'; readonly queue: string }
  /** He is offered to this agent next. */
  | { readonly do: 'keep'; readonly agent: string }
  | { readonly do: 'first' };

/** `seat`: the agent who the supervisor is himself. */
export interface DirectionAsked {
  readonly request: Direction;
  readonly by: Director;
  readonly seat?: string;
}

/** A supervisor may take so long to answer, ms. */
const RING_MS = 30_000;

/**
 * Carries out what a supervisor wants of a call.
 * @throws Refused when it cannot be; nothing has changed then
 */
export function takeDirection(turn: Turn, asked: DirectionAsked & { readonly call: string }): void {
  const { request, by } = asked;
  const call = turn.state.calls.get(asked.call);
  if (!call) throw new Refused('call-not-live', `there is no live call ${asked.call}`);
  switch (request.do) {
    case 'supervise':
      return supervise(turn, call, asked, request);
    case 'leave':
      if (call.supervision && call.supervision.by.id !== by.id)
        throw new Refused('already-supervised', `it is ${call.supervision.by.name} who is with ${call.id}`);
      return turn.tellCall(call, { type: 'SupervisorLetGo' });
    case 'move':
      return move(turn, call, by, request.queue);
    case 'keep':
      return keep(turn, call, by, request.agent);
    case 'first':
      return turn.tellCall(call, { type: 'PutFirst', by });
    default:
      return unreachable(request);
  }
}

function supervise(
  turn: Turn,
  call: Call,
  { by, seat }: DirectionAsked,
  { mode, extension }: Direction & { do: 'supervise' },
): void {
  const { to, ...own } = call.supervision
    ? { to: call.supervision.leg.to }
    : phoneOf(turn, call, seat, extension);
  turn.tellCall(call, { type: 'Supervised', by, mode, leg: turn.nextLeg(), to, ...own, ringMs: RING_MS });
}

/** Where a supervisor is rung. `answersItself`: it is a phone of his own. */
interface ListeningPost {
  readonly to: Endpoint;
  readonly answersItself?: true;
}

/** The phone that is rung for the supervisor, which is free. */
function phoneOf(turn: Turn, call: Call, seat: string | undefined, named: string | undefined): ListeningPost {
  const { state } = turn;
  const own = seat === undefined ? undefined : state.agents.get(seat);
  if (own && callInHand(own)) {
    const isHis = isTalk(call.phase) && legOf(call, call.phase.leg)?.agent === own.id;
    throw isHis
      ? new Refused('own-call', 'this is your own call')
      : new Refused('agent-busy', `${own.name} (${own.id}) has a call: he is ${own.state.at}`);
  }
  if (named !== undefined && !mayLogInAt(named, seat ?? ''))
    throw new Refused('not-his-phone', `${named} is the phone in the page of another agent`);
  const extension = named ?? (own && !isOffSite(own) ? (extensionOf(own) ?? own.homeExtension) : '');
  if (extension === '')
    throw new Refused('phone-needed', 'Say at which phone you want to listen: you have none of your own');
  const there = state.agentAt(extension);
  if (there && there.id !== own?.id)
    throw new Refused('not-his-phone', `${there.name} (${there.id}) is logged in at phone ${extension}`);
  if (state.isBusy(extension)) throw new Refused('phone-busy', `phone ${extension} is in use`);
  const to = { kind: 'phone', extension } as const;
  return own && isPhoneOf(own, extension) ? { to, answersItself: true } : { to };
}

/** True for the phone at which he is logged in, the one on his desk and the one in his page. */
function isPhoneOf(agent: Agent, extension: string): boolean {
  return [extensionOf(agent), agent.homeExtension, webPhoneOf(agent.id)].includes(extension);
}

function move(turn: Turn, call: Call, by: Director, name: string): void {
  const { floor } = turn.state;
  const queue = floor.rules.queues.get(name);
  if (!queue) throw new Refused('queue-unknown', `there is no queue ${name}`);
  const { maxWaitMs, music } = queue;
  turn.tellCall(call, { type: 'MovedToQueue', queue: name, maxWaitMs, music, by });
  turn.effect(call.id, { do: 'hush', call: call.id });
  turn.effect(call.id, { do: 'music', channel: call.channel, class: music });
}

function keep(turn: Turn, call: Call, by: Director, id: string): void {
  const agent = turn.state.agents.get(id);
  if (!agent) throw new Refused('agent-unknown', `there is no agent ${id}`);
  if (agent.state.at === 'logged-out' || agent.state.at === 'not-ready')
    throw new Refused('agent-not-available', `${agent.name} (${id}) takes no calls now`);
  turn.tellCall(call, { type: 'KeptFor', agent: id, by });
}
