import { type Agent, callInHand, extensionOf } from '../agent/agent.ts';
import { availableAt, endpointOf, isOffSite } from '../agent/off-site.ts';
import { numberOf } from '../agent/web-phone.ts';
import { Refused, unreachable } from '../base/errors.ts';
import type { Call, NumberAuthor } from '../call/call.ts';
import { refusalText } from '../call/dial-refusal.ts';
import { countedAs } from '../call/dialled-number.ts';
import type { Leg } from '../call/leg.ts';
import { legOf } from '../call/leg-rules.ts';
import { isTalk } from '../call/room.ts';
import type { NewLeg } from '../call/talk.ts';
import type { Endpoint } from '../pbx/pbx.ts';
import type { Turn } from './turn.ts';

/** What somebody wants of a talk. */
export type TalkRequest =
  | { readonly do: 'hold' | 'resume' | 'complete' | 'cancel' | 'confer' }
  /** The agent hangs up. */
  | { readonly do: 'release' }
  | { readonly do: 'transfer'; readonly to: TalkTarget | { readonly queue: string } }
  | { readonly do: 'consult'; readonly to: TalkTarget };

/** Who is to be rung: an agent wherever he is, a phone of ours, an outside number. */
export type TalkTarget =
  | { readonly agent: string }
  | { readonly extension: string }
  | { readonly number: string };

/** `by`: the agent who asks, whose own call it has to be; undefined for those who may direct any. */
export interface TalkAsked {
  readonly request: TalkRequest;
  readonly by?: string;
}

/** Whoever is asked for help may take so long to answer, ms. */
const RING_MS = 30_000;

/**
 * Carries out what an agent or a supervisor wants of a talk.
 * @throws Refused when it cannot be; nothing has changed then
 */
export function takeTalkRequest(
  turn: Turn,
  { call: id, request, by }: TalkAsked & { readonly call: string },
): void {
  const call = turn.state.calls.get(id);
  if (!call) throw new Refused('call-not-live', `there is no live call ${id}`);
  if (request.do === 'release') return release(turn, call, by);
  const own = isTalk(call.phase) ? legOf(call, call.phase.leg) : undefined;
  if (by !== undefined && own && own.agent !== by)
    throw new Refused('forbidden', `${call.id} is not a call of ${by}`);
  const music = musicFor(turn, call);
  switch (request.do) {
    case 'hold':
      return turn.tellCall(call, { type: 'Hold', music });
    case 'resume':
      return turn.tellCall(call, { type: 'Resume' });
    case 'complete':
      return turn.tellCall(call, { type: 'Complete' });
    case 'cancel':
      return turn.tellCall(call, { type: 'Cancel' });
    case 'confer':
      return turn.tellCall(call, { type: 'Confer' });
    case 'consult':
      return ringFor(turn, call, own, request.to, (leg) => ({ type: 'Consult', music, ...leg }));
    case 'transfer':
      if ('queue' in request.to) return toQueue(turn, call, request.to.queue);
      return ringFor(turn, call, own, request.to, (leg) => ({ type: 'Transfer', music, ...leg }));
    default:
      return unreachable(request);
  }
}

/** His phone is hung up, as if he had done it there; the PBX tells what follows. A page that comes back has two legs for a while. */
function release(turn: Turn, call: Call, by: string | undefined): void {
  const whose = by ?? (isTalk(call.phase) ? legOf(call, call.phase.leg)?.agent : undefined);
  const legs = call.legs.filter(
    ({ agent, endedAt }) => endedAt === undefined && agent !== undefined && agent === whose,
  );
  if (legs.length === 0)
    throw new Refused('call-not-connected', `${whose ?? 'nobody'} has no phone in ${call.id}`);
  for (const { id } of legs) turn.effect(call.id, { do: 'hangup', channel: id, cause: 'normal' });
}

/** The music of the queue that he came from, of his persona, or the ordinary one. */
function musicFor(turn: Turn, { phase, facts }: Call): string {
  const place = isTalk(phase) ? phase.place : undefined;
  return place?.music ?? turn.flows.musicOf(facts.persona) ?? 'default';
}

function toQueue(turn: Turn, call: Call, name: string): void {
  const queue = turn.state.floor.rules.queues.get(name);
  if (!queue) throw new Refused('queue-unknown', `there is no queue ${name}`);
  const { maxWaitMs, music } = queue;
  turn.tellCall(call, { type: 'TransferToQueue', queue: name, maxWaitMs, music });
}

function ringFor(
  turn: Turn,
  call: Call,
  own: Leg | undefined,
  wanted: TalkTarget,
  input: (leg: NewLeg) => Parameters<Turn['tellCall']>[1],
): void {
  const { to, agent } = found(turn, wanted);
  const phone = own && phoneOf(turn, own);
  if (own && addressOf(to) === addressOf(own.to))
    throw new Refused('transfer-to-self', 'he is in this call already');
  if (agent && callInHand(agent))
    throw new Refused('agent-busy', `${agent.name} (${agent.id}) has a call: he is ${agent.state.at}`);
  if (agent && to.kind === 'outside' && !availableAt(agent, (duty) => isOpen(turn, duty)))
    throw new Refused('agent-not-available', `${agent.name} (${agent.id}) is not ready, or not on duty now`);
  if (to.kind === 'phone' && turn.state.isBusy(to.extension))
    throw new Refused('phone-busy', `phone ${to.extension} is in use`);
  const leg = turn.nextLeg();
  // A colleague's own number was written by whoever keeps the agents.
  const writtenBy = phone ?? '';
  const limit = permitted(turn, call, to, agent ? 'flow' : { phone: writtenBy });
  const known = agent ? { agent: agent.id } : to.kind === 'outside' ? { writtenBy } : {};
  turn.tellCall(call, input({ leg, to, ringMs: RING_MS, ...limit, ...known }));
  if (agent) turn.tellAgent(agent, { type: 'Offer', call: call.id, leg });
}

function found(turn: Turn, target: TalkTarget): { readonly to: Endpoint; readonly agent?: Agent } {
  if ('number' in target) {
    const agent = expertAt(turn, target.number);
    return agent ? found(turn, { agent: agent.id }) : { to: { kind: 'outside', number: target.number } };
  }
  if ('extension' in target) {
    const agent = turn.state.agentFor(target.extension);
    if (agent) return found(turn, { agent: agent.id });
    return { to: { kind: 'phone', extension: target.extension } };
  }
  const agent = turn.state.agents.get(target.agent);
  if (!agent) throw new Refused('agent-unknown', `there is no agent ${target.agent}`);
  const to = endpointOf(agent);
  if (!to) throw new Refused('agent-logged-out', `${agent.name} (${agent.id}) is not logged in`);
  return { to, agent };
}

/** The agent who is logged in at a phone elsewhere, however its number is spelled: rung as a stranger, he would be offered another call. */
function expertAt({ state, outside }: Turn, number: string): Agent | undefined {
  const { home } = outside.rules;
  const name = countedAs(number, home);
  for (const agent of state.agents.values())
    if (isOffSite(agent) && countedAs(agent.outside?.number ?? '', home) === name) return agent;
  return undefined;
}

function isOpen({ flows, now }: Turn, calendar: string): boolean {
  return flows.dayState(calendar, now) === 'open';
}

/** The phone of the one who transfers: its class of service counts. */
function phoneOf(turn: Turn, { to, agent }: Leg): string | undefined {
  const sitting = agent === undefined ? undefined : turn.state.agents.get(agent);
  const at = (sitting && extensionOf(sitting)) ?? (to.kind === 'phone' ? to.extension : undefined);
  return sitting && at !== undefined ? numberOf(sitting, at) : at;
}

function permitted(
  turn: Turn,
  call: Call,
  to: Endpoint,
  writtenBy: NumberAuthor,
): { readonly maxTalkMs?: number } {
  if (to.kind !== 'outside') return {};
  const permission = turn.outside.permit(call, to.number, writtenBy, turn.now);
  if (!permission.allowed) throw new Refused('number-not-permitted', refusalText(permission.refusal));
  const { maxTalkMs } = permission;
  return maxTalkMs === undefined ? {} : { maxTalkMs };
}

function addressOf(to: Endpoint): string {
  return to.kind === 'phone' ? to.extension : to.number;
}
