import { type Agent, type AgentInput, callInHand, reduceAgent } from '../agent/agent.ts';
import { Refused, unreachable } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import { maskNumber } from '../base/text.ts';
import type { Call, CallInput, HandOver, NumberAuthor } from '../call/call.ts';
import type { CallEffect } from '../call/call-effect.ts';
import { reduceCall } from '../call/call-rules.ts';
import { refusalText } from '../call/dial-refusal.ts';
import type { OutsideDialling } from '../call/outside-dialling.ts';
import { waitOf } from '../call/queue-rules.ts';
import { callOfRecording } from '../call/voicemail.ts';
import { personaAt } from '../ivr/flow.ts';
import type { ArrivedChannel, Endpoint } from '../pbx/pbx.ts';
import type { Callback } from '../queue/callback.ts';
import { calmAt, calmed } from './admission.ts';
import {
  agentRemoved,
  agentSaved,
  agentTold,
  lookAtDuty,
  releaseAgent,
  stateFacts,
  tellAgentAt,
} from './agent-desk.ts';
import { callEvents } from './call-events.ts';
import {
  CALLBACK,
  callbackFollows,
  dropCallback,
  lookAtCallback,
  permittedNow,
  takeCallback,
} from './callback-desk.ts';
import type { Changes, LogEvent, StepLeft } from './changes.ts';
import type { Effect, EngineInput, FlowDirectory, Ordered } from './input.ts';
import { factsOfAgent, factsOfWaiter } from './kept-facts.ts';
import { reconcile } from './reconcile.ts';
import { sensitiveNeedsOf } from './sensitive-use.ts';
import type { CentreState } from './state.ts';
import { takeTalkRequest } from './talk-requests.ts';
import { entersRoom, leavesRoom } from './waiting-room.ts';
import { type Pace, Walk } from './walk.ts';

/** Name of the deadline at which an overload may be over. */
const OVERLOAD = 'overload';

export interface TurnParts {
  readonly state: CentreState;
  readonly flows: FlowDirectory;
  readonly ids: IdSource;
  readonly outside: OutsideDialling;
  readonly log: Log;
  readonly paces: Map<string, Pace>;
}

/**
 * One turn of the mailbox. Takes inputs, changes the live state by the pure rules of calls, agents, queues and flows, and
 * notes what has to be committed and what has to be done after that.
 */
export class Turn {
  readonly #parts: TurnParts;
  readonly now: number;
  readonly #calls = new Map<string, Call>();
  readonly #agents = new Map<string, Agent>();
  readonly #callbacks = new Map<string, Callback>();
  readonly #events: LogEvent[] = [];
  readonly #stepsLeft: StepLeft[] = [];
  readonly effects: Ordered[] = [];
  readonly walk: Walk;

  /** @param now UTC ms */
  constructor(parts: TurnParts, now: number) {
    this.#parts = parts;
    this.now = now;
    this.walk = new Walk({
      ...parts,
      now,
      putCall: (call) => this.#putCall(call),
      tellCall: (call, input) => this.tellCall(call, input),
      handOver: (call, request) => this.#handOver(call, request),
      effect: (key, effect) => this.effect(key, effect),
      log: (type, data, about) => this.log(type, data, about),
      left: (step) => this.#stepsLeft.push(step),
    });
  }

  get state(): CentreState {
    return this.#parts.state;
  }

  get flows(): FlowDirectory {
    return this.#parts.flows;
  }

  get outside(): OutsideDialling {
    return this.#parts.outside;
  }

  get changes(): Changes {
    return {
      calls: [...this.#calls.values()],
      agents: [...this.#agents.values()],
      callbacks: [...this.#callbacks.values()],
      events: this.#events,
      stepsLeft: this.#stepsLeft,
    };
  }

  /** @throws Refused when somebody asked for what the rules forbid; nothing has changed then */
  take(input: EngineInput): void {
    const { state } = this;
    switch (input.type) {
      case 'ChannelArrived':
        return this.arrived(input);
      case 'LegRinging':
      case 'LegAnswered': {
        const call = state.callOfLeg(input.channel);
        if (call) return this.tellCall(call, { type: input.type, leg: input.channel });
        // Nobody's leg any more: it must not stay up alone.
        if (input.type === 'LegAnswered')
          this.effect(input.channel, { do: 'hangup', channel: input.channel, cause: 'cancelled' });
        return;
      }
      case 'DigitPressed': {
        const call = state.callOfLeg(input.channel);
        if (call) this.tellCall(call, { type: 'LegPressed', leg: input.channel, digit: input.digit });
        return;
      }
      case 'ChannelEnded': {
        state.closeChannel(input.channel, this.now);
        const ended = state.callOfChannel(input.channel);
        if (ended) return this.tellCall(ended, { type: 'CallerEnded', cause: input.cause });
        const call = state.callOfLeg(input.channel);
        if (call)
          this.tellCall(call, {
            type: 'LegEnded',
            leg: input.channel,
            cause: input.cause,
            sipCode: input.sipCode,
          });
        return;
      }
      case 'LegRefused':
      case 'ConnectFailed': {
        if (input.type === 'LegRefused') state.closeChannel(input.leg, this.now);
        const call = state.callOfLeg(input.leg);
        if (call) this.tellCall(call, input);
        return;
      }
      case 'RecordingEnded': {
        const call = state.calls.get(callOfRecording(input.recording) ?? '');
        if (call) this.tellCall(call, input);
        return;
      }
      case 'OverloadBegan':
        this.log('OverloadBegan', { reason: input.reason }, {});
        return this.#calm();
      case 'StepReported': {
        const call = state.calls.get(input.call);
        if (call) this.walk.reported(call, input);
        return;
      }
      case 'LineLeft': {
        const call = state.calls.get(input.call);
        if (call?.cursor?.run === input.run) this.tellCall(call, { type: 'LeftQueue', exit: input.exit });
        return;
      }
      case 'CallbackAsked':
        return takeCallback(this, input.callback);
      case 'CallbackClosed':
        return dropCallback(this, input.callback);
      case 'StepNoted':
        return this.log(input.note.type, input.note.data, { call: input.note.call });
      case 'AgentTold':
        return agentTold(this, input.agent, input.input);
      case 'HangUpAsked': {
        const call = state.calls.get(input.call);
        if (!call) throw new Refused('call-not-live', `there is no live call ${input.call}`);
        return this.tellCall(call, { type: 'HungUp' });
      }
      case 'TalkAsked':
        return takeTalkRequest(this, input);
      case 'TimePassed':
        return this.#timePassed();
      case 'Reconciled':
        lookAtDuty(this);
        return reconcile(this, input);
      case 'RulesChanged':
        state.floor.takeRules(input.rules, state.agents.values(), state.calls.values());
        for (const { id } of [...state.callbacks.values()]) lookAtCallback(this, id);
        return;
      case 'AgentSaved':
        return agentSaved(this, input.agent);
      case 'AgentRemoved':
        return agentRemoved(this, input.agent);
      default:
        return unreachable(input);
    }
  }

  /** Our own bug with this input: the call that it was about ends, the others go on. */
  failCallOf(input: EngineInput): void {
    const call = this.#callOf(input);
    if (call) this.failCall(call, input.type);
  }

  /** Our own bug with this call: it ends. @param input what it came from */
  failCall(call: Call, input: string): void {
    this.log('CallFailed', { input, step: call.cursor?.step }, { call: call.id });
    this.tellCall(call, { type: 'HungUp' });
  }

  #callOf(input: EngineInput): Call | undefined {
    if ('channel' in input)
      return this.state.callOfChannel(input.channel) ?? this.state.callOfLeg(input.channel);
    if ('leg' in input) return this.state.callOfLeg(input.leg);
    if ('call' in input) return this.state.calls.get(input.call);
    return undefined;
  }

  // ── what happened to a call ──────────────────────────────────────────────────────────────────────────────────────

  /** An overload is over when nobody was refused for a while. */
  #calm(): void {
    const { state } = this.#parts;
    if (!state.admission?.overload) return;
    const calm = calmAt(state.admission);
    if (calm !== undefined && calm > this.now) return state.deadlines.set(OVERLOAD, calm);
    const { since, refused } = state.admission.overload;
    this.log('OverloadEnded', { since, refused }, {});
    state.admission = calmed(state.admission);
  }

  /** A caller is there. Without a flow for his number he is told so and nothing else. */
  arrived(channel: ArrivedChannel): void {
    if (this.state.callOfChannel(channel.channel) || this.state.open.has(channel.channel)) return;
    const { flows, ids } = this.#parts;
    const flow = flows.forNumber(channel.dnis, channel.source.kind === 'phone');
    if (!flow) {
      this.state.openChannel(
        channel.channel,
        this.now,
        channel.source.kind === 'phone' ? channel.source.extension : undefined,
      );
      this.log('CallRefused', { ani: channel.ani, dnis: channel.dnis, reason: 'no-flow-for-number' }, {});
      this.effect(channel.channel, { do: 'hangup', channel: channel.channel, cause: 'unallocated-number' });
      return;
    }
    const call: Call = {
      id: ids.next('call-'),
      channel: channel.channel,
      source: channel.source,
      ani: channel.ani,
      aniName: channel.aniName,
      dnis: channel.dnis,
      startedAt: this.now,
      facts: {
        language: flow.languages[0] ?? 'zh-CN',
        persona: personaAt(flow, channel.dnis),
        variables: {},
      },
      entered: { flow: flow.name, version: flow.version },
      phase: { at: 'flow' },
      stack: [],
      legs: [],
      waitedMs: 0,
      talkedMs: 0,
    };
    this.log(
      'CallArrived',
      { ani: call.ani, dnis: call.dnis, source: call.source, flow: flow.name, version: flow.version },
      { call: call.id },
    );
    this.effect(call.id, { do: 'answer', channel: call.channel });
    this.walk.enter(call, flow, flow.start);
  }

  /** Lets the call's rules decide, and takes up what follows from it. */
  tellCall(call: Call, input: CallInput): void {
    const [wanted, effects] = reduceCall(call, input, this.now);
    const next = permittedNow(this, call, wanted);
    if (!next) return this.tellCall(call, { type: 'HungUp' });
    if (next !== call) this.#putCall(next);
    this.#waitOver(call, next);
    if (next.phase.at === 'ended' && call.phase.at !== 'ended') this.walk.end(next, next.endedBy);
    for (const { type, data, agent } of callEvents(call, next, input)) {
      const begins = type === 'CallQueued' || type === 'CallRequeued';
      const facts = begins ? factsOfWaiter(next, this.state.floor.rules, this.now) : {};
      this.log(type, { ...data, ...facts }, { call: call.id, agent });
    }
    callbackFollows(this, call, next);
    leavesRoom(this, call, next);
    for (const effect of effects) this.#takeUp(next, effect);
    entersRoom(this, call, next);
  }

  /** The order of the queues learns from how each wait ended. */
  #waitOver(waited: Call, { phase: is }: Call): void {
    const { phase: was, facts, callback } = waited;
    // Whoever is called back does not hold the line.
    if (callback) return;
    const waits = (phase: Call['phase']) => phase.at === 'queued' || phase.at === 'offered';
    if (!(was.at === 'queued' || was.at === 'offered') || waits(is)) return;
    const waitMs = is.at === 'connected' ? waitOf(was, this.now) : undefined;
    this.state.floor.waitOver(was.queue, facts.tier, waitMs);
    if (is.at === 'connected') return;
    for (const { type, data } of sensitiveNeedsOf(this.state.floor.rules, waited, this.now))
      this.log(type, data, { call: waited.id });
  }

  #handOver(call: Call, request: HandOver): void {
    this.#putCall(call);
    if (request.kind !== 'dial') return this.tellCall(call, { type: 'HandedOver', request });
    const permitted = this.permitted(call, request.to, request.writtenBy);
    if (!permitted) return this.walk.follow(call, 'failed');
    const agent = request.to.kind === 'phone' ? this.state.agentAt(request.to.extension) : undefined;
    const taken = request.to.kind === 'phone' && this.state.isBusy(request.to.extension);
    if (taken || (agent && callInHand(agent))) {
      this.log('DialRefused', { to: request.to, reason: 'busy' }, { call: call.id });
      return this.walk.follow(call, 'busy');
    }
    if (agent) this.tellAgent(agent, { type: 'Offer', call: call.id, leg: request.leg });
    this.tellCall(call, { type: 'HandedOver', request: { ...request, ...permitted }, agent: agent?.id });
  }

  /** An outside number passes class of service and limits, or is not dialled; the log says why. */
  permitted(
    call: Call,
    to: Endpoint,
    writtenBy: NumberAuthor = 'flow',
  ): { readonly maxTalkMs?: number } | undefined {
    if (to.kind !== 'outside') return {};
    const permission = this.#parts.outside.permit(call, to.number, writtenBy, this.now);
    if (permission.allowed) {
      const { maxTalkMs } = permission;
      return maxTalkMs === undefined ? {} : { maxTalkMs };
    }
    const { refusal } = permission;
    this.log('DialRefused', { to, ...refusal }, { call: call.id });
    this.#parts.log.warn(
      { call: call.id, to: maskNumber(to.number), reason: refusal.reason, why: refusalText(refusal) },
      'an outside number was not dialled',
    );
    return undefined;
  }

  // ── what a call's rules want ─────────────────────────────────────────────────────────────────────────────────────

  #takeUp(call: Call, effect: CallEffect): void {
    const { channel } = call;
    switch (effect.do) {
      case 'takeExit':
        return this.walk.follow(call, effect.exit);
      case 'release':
        return releaseAgent(this, effect);
      case 'tell':
        return tellAgentAt(this, effect.leg, { type: effect.what, leg: effect.leg.id });
      case 'originate':
        return this.effect(call.id, { ...effect, call });
      case 'music':
        return this.effect(call.id, { ...effect, channel });
      case 'stopMusic':
        return this.effect(call.id, { ...effect, channel });
      case 'record':
        return this.effect(call.id, { ...effect, channel });
      case 'connect':
      case 'disconnect':
      case 'ringback':
      case 'ask':
      case 'quiet':
      case 'stopFlow':
      case 'stopRecording':
      case 'hangup':
        return this.effect(call.id, effect);
      default:
        return unreachable(effect);
    }
  }

  // ── agents ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Lets the agent's rules decide. @throws Refused */
  tellAgent(agent: Agent, input: AgentInput): void {
    const next = reduceAgent(agent, input, this.now);
    if (next === agent) return;
    this.state.putAgent(next);
    this.#agents.set(next.id, next);
    if (next.state.at === agent.state.at) return;
    const facts = agent.state.at === 'logged-out' ? factsOfAgent(next, this.state.floor.rules) : {};
    this.log('AgentStateChanged', { ...stateFacts(next.state), ...facts }, { agent: next.id });
  }

  // ── time, matching, notes ────────────────────────────────────────────────────────────────────────────────────────

  #timePassed(): void {
    for (const key of this.state.deadlines.takeDue(this.now)) {
      if (key === OVERLOAD) this.#calm();
      if (key.startsWith(CALLBACK)) lookAtCallback(this, key.slice(CALLBACK.length));
      const call = this.state.calls.get(key.slice('call:'.length));
      if (key.startsWith('call:') && call) {
        this.tellCall(call, { type: 'TimeUp' });
        continue;
      }
      const agent = this.state.agents.get(key.slice('agent:'.length));
      if (agent) this.tellAgent(agent, { type: 'TimeUp' });
    }
  }

  nextLeg(): string {
    return this.#parts.ids.next('leg-');
  }

  effect(key: string, effect: Effect): void {
    this.effects.push({ key, effect });
  }

  log(
    type: string,
    data: Readonly<Record<string, unknown>>,
    about: { readonly call?: string; readonly agent?: string },
  ): void {
    this.#events.push({ type, version: 1, at: this.now, ...about, data });
  }

  putCallback(callback: Callback): void {
    this.state.callbacks.put(callback);
    this.#callbacks.set(callback.id, callback);
  }

  #putCall(call: Call): void {
    this.state.putCall(call);
    this.#parts.outside.noted(call, this.now);
    this.#calls.set(call.id, call);
  }
}
