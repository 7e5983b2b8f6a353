import { type Agent, type AgentInput, callInHand, reduceAgent } from '../agent/agent.ts';
import { endpointOf } from '../agent/off-site.ts';
import { unreachable } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import { maskNumber } from '../base/text.ts';
import type { Call, CallInput, HandOver, NumberAuthor } from '../call/call.ts';
import type { CallEffect } from '../call/call-effect.ts';
import { refusalText } from '../call/dial-refusal.ts';
import type { OutsideDialling } from '../call/outside-dialling.ts';
import { waitOf } from '../call/queue-rules.ts';
import type { NewWish } from '../contact/wish.ts';
import type { Attempt } from '../dialer/attempt.ts';
import type { Endpoint } from '../pbx/pbx.ts';
import type { Callback } from '../queue/callback.ts';
import { supervisionEvents } from '../supervise/events.ts';
import { reduceSupervised, type SupervisionInput } from '../supervise/supervision.ts';
import { releaseAgent, stateFacts, tellAgentAt } from './agent-desk.ts';
import { enterFlow } from './arrivals.ts';
import { attemptFollows } from './attempt-desk.ts';
import { callEvents } from './call-events.ts';
import { callbackFollows, permittedNow } from './callback-desk.ts';
import type { Changes, LogEvent, StepLeft } from './changes.ts';
import type { DialFloor } from './dial-floor.ts';
import type { Effect, EngineInput, FlowDirectory, Ordered } from './input.ts';
import { factsOfAgent, factsOfWaiter } from './kept-facts.ts';
import { sensitiveNeedsOf } from './sensitive-use.ts';
import type { CentreState } from './state.ts';
import { entersRoom, leavesRoom } from './waiting-room.ts';
import { type Pace, Walk } from './walk.ts';

export interface TurnParts {
  readonly state: CentreState;
  readonly flows: FlowDirectory;
  readonly ids: IdSource;
  readonly outside: OutsideDialling;
  readonly log: Log;
  readonly paces: Map<string, Pace>;
  /** Undefined in a centre that calls nobody. */
  readonly dialling?: DialFloor | undefined;
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
  readonly #attempts = new Map<string, Attempt>();
  readonly #wishes: NewWish[] = [];
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

  get dialling(): DialFloor | undefined {
    return this.#parts.dialling;
  }

  get changes(): Changes {
    return {
      calls: [...this.#calls.values()],
      agents: [...this.#agents.values()],
      callbacks: [...this.#callbacks.values()],
      attempts: [...this.#attempts.values()],
      wishes: this.#wishes,
      events: this.#events,
      stepsLeft: this.#stepsLeft,
    };
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

  /** Lets the call's rules decide, and takes up what follows from it. */
  tellCall(call: Call, input: CallInput | SupervisionInput): void {
    const [wanted, effects] = reduceSupervised(call, input, this.now);
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
    for (const { type, data, agent } of supervisionEvents(call, next, input, this.now))
      this.log(type, data, { call: call.id, agent });
    callbackFollows(this, call, next);
    attemptFollows(this, this.dialling, call, next);
    leavesRoom(this, call, next);
    for (const effect of effects) this.#takeUp(next, effect);
    entersRoom(this, call, next);
  }

  /** The order of the queues learns from how each wait ended. */
  #waitOver(waited: Call, { phase: is }: Call): void {
    const { phase: was, facts, callback } = waited;
    // Whomever we call does not hold the line.
    if (callback || waited.outbound) return;
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
    const agent = request.to.kind === 'phone' ? this.state.agentFor(request.to.extension) : undefined;
    const to = (agent && endpointOf(agent)) ?? request.to;
    const taken = to.kind === 'phone' && this.state.isBusy(to.extension);
    if (taken || (agent && callInHand(agent))) {
      this.log('DialRefused', { to, reason: 'busy' }, { call: call.id });
      return this.walk.follow(call, 'busy');
    }
    if (agent) this.tellAgent(agent, { type: 'Offer', call: call.id, leg: request.leg });
    this.tellCall(call, { type: 'HandedOver', request: { ...request, to, ...permitted }, agent: agent?.id });
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
      case 'reseat':
        return tellAgentAt(this, effect.leg, { type: 'Reseat', leg: effect.from, to: effect.leg.id });
      case 'tell':
        return tellAgentAt(this, effect.leg, { type: effect.what, leg: effect.leg.id });
      case 'originate':
        return this.effect(call.id, { ...effect, call });
      case 'music':
        return this.effect(call.id, { ...effect, channel });
      case 'stopMusic':
        return this.effect(call.id, { ...effect, channel });
      case 'enterFlow':
        return enterFlow(this, call, effect.flow);
      case 'record':
        return this.effect(call.id, { ...effect, channel });
      case 'connect':
      case 'disconnect':
      case 'overhear':
      case 'stopOverhearing':
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

  /** A call that we make ourselves begins. */
  putNewCall(call: Call): void {
    this.#putCall(call);
  }

  putAttempt(attempt: Attempt): void {
    this.#attempts.set(attempt.id, attempt);
  }

  /** He is called no more from now on, whether or not the store takes it yet. */
  optedOut(call: string, wish: NewWish): void {
    const { campaign, number } = wish;
    this.log('OptedOut', { campaign, number }, { call });
    this.dialling?.gate.wished(wish);
    this.#wishes.push(wish);
  }

  /** @param prefix says what it names */
  nextId(prefix: string): string {
    return this.#parts.ids.next(prefix);
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
