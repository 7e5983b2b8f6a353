import { type Agent, agentDeadline, extensionOf } from '../agent/agent.ts';
import { webPhoneOf } from '../agent/web-phone.ts';
import { Deadlines } from '../base/deadlines.ts';
import type { Call } from '../call/call.ts';
import { hasCaller } from '../call/callback-rules.ts';
import { callDeadline } from '../call/deadline.ts';
import type { Leg } from '../call/leg.ts';
import type { Admission } from './admission.ts';
import { CallbackLine } from './callback-line.ts';
import type { Floor } from './floor.ts';

/** Ended channels that are remembered, at least. */
const GONE_KEPT = 5000;

/** `since` of a channel of an earlier life: it has most likely ended, unless its hang-up was lost. */
export const REMEMBERED = 0;

/** Everything that is live, in memory, with the few indexes that each turn needs. */
export class CentreState {
  readonly calls = new Map<string, Call>();
  readonly agents = new Map<string, Agent>();
  /** Where callers and agents meet. */
  readonly floor: Floor;
  /** Those who are to be called back. */
  readonly callbacks = new CallbackLine();
  /** Deadlines of calls and agents, by `call:<id>` and `agent:<id>`. */
  readonly deadlines = new Deadlines();
  /** Who may come in; undefined before the first caller. */
  admission?: Admission;
  /** True from the moment that the PBX was lost until it has said how it is: whoever is rung may have answered. */
  isBlind = true;
  /** True while the PBX does not tell which phones are registered: a page that went may be there again. */
  arePhonesUnknown = false;
  /** Calls in phase `queued`. */
  readonly waiting = new Set<string>();
  /** The same by queue, with their places in line, UTC ms; and the queue of each. */
  readonly #lines = new Map<string, Deadlines>();
  readonly #queueOf = new Map<string, string>();
  readonly #agentAt = new Map<string, string>();
  /** Channels that occupy each phone. */
  readonly #channelsAt = new Map<string, number>();
  /**
   * Channels that are up in the PBX as far as we know, with the phone that each occupies: from the moment they are planned
   * until the PBX says that they ended, which is later than the end of their call.
   */
  readonly open = new Map<string, { readonly since: number; readonly extension?: string }>();
  /** Channels that ended lately, with the time: a snapshot taken before may still show them. */
  #gone = new Map<string, number>();
  #goneBefore = new Map<string, number>();
  #remembered = 0;
  readonly #byChannel = new Map<string, string>();
  readonly #byLeg = new Map<string, string>();

  /** @param floorOf makes the floor, which asks whether a phone is in use */
  constructor(floorOf: (isBusy: (extension: string) => boolean) => Floor) {
    this.floor = floorOf((extension) => this.isBusy(extension));
  }

  putCall(call: Call): void {
    const known = this.calls.get(call.id);
    if (known?.phase !== call.phase || known.facts !== call.facts) this.#noteWait(call);
    this.deadlines.set(`call:${call.id}`, callDeadline(call));
    this.#noteOpen(call, known);
    if (call.phase.at === 'ended') {
      this.calls.delete(call.id);
      this.#byChannel.delete(call.channel);
      for (const leg of call.legs) this.#byLeg.delete(leg.id);
      this.#noteSupervisor(call.id, known?.supervision?.leg, undefined);
      return;
    }
    this.calls.set(call.id, call);
    this.#byChannel.set(call.channel, call.id);
    if (known?.legs.length !== call.legs.length)
      for (const leg of call.legs) this.#byLeg.set(leg.id, call.id);
    this.#noteSupervisor(call.id, known?.supervision?.leg, call.supervision?.leg);
  }

  putAgent(agent: Agent): void {
    const known = this.agents.get(agent.id);
    const before = known && extensionOf(known);
    const after = extensionOf(agent);
    if (before !== undefined && before !== after) this.#agentAt.delete(before);
    if (after !== undefined) this.#agentAt.set(after, agent.id);
    this.agents.set(agent.id, agent);
    this.deadlines.set(`agent:${agent.id}`, agentDeadline(agent));
    this.floor.agentChanged(agent);
  }

  /** The agent is not one any more. */
  dropAgent(agent: Agent): void {
    const extension = extensionOf(agent);
    if (extension !== undefined) this.#agentAt.delete(extension);
    this.agents.delete(agent.id);
    this.deadlines.set(`agent:${agent.id}`, undefined);
    this.floor.agentGone(agent.id);
  }

  /** The live call whose caller sits on `channel`. */
  callOfChannel(channel: string): Call | undefined {
    const id = this.#byChannel.get(channel);
    return id === undefined ? undefined : this.calls.get(id);
  }

  /** True while a live call has use for this channel: its caller, or a leg that has not ended. */
  isWanted(channel: string): boolean {
    if (this.callOfChannel(channel)) return true;
    const call = this.callOfLeg(channel);
    if (call?.supervision?.leg.id === channel) return true;
    const leg = call?.legs.find((one) => one.id === channel);
    return leg !== undefined && leg.endedAt === undefined;
  }

  /** The live call for which `leg` was dialled. */
  callOfLeg(leg: string): Call | undefined {
    const id = this.#byLeg.get(leg);
    return id === undefined ? undefined : this.calls.get(id);
  }

  /** How many wait in a queue, and since when the first of them, UTC ms. However many they are, it costs the same. */
  lineIn(queue: string): { readonly waiting: number; readonly since?: number } {
    const line = this.#lines.get(queue);
    const since = line?.next();
    return { waiting: line?.size ?? 0, ...(since !== undefined && { since }) };
  }

  /** The agent who is logged in at that phone. */
  agentAt(extension: string): Agent | undefined {
    const id = this.#agentAt.get(extension);
    return id === undefined ? undefined : this.agents.get(id);
  }

  /** Whom somebody means who dials that phone: the agent who is logged in there, or whose it is while he sits at his page. */
  agentFor(extension: string): Agent | undefined {
    const there = this.agentAt(extension);
    if (there) return there;
    for (const agent of this.agents.values())
      if (agent.homeExtension === extension && extensionOf(agent) === webPhoneOf(agent.id)) return agent;
    return undefined;
  }

  /** True while a phone is in use: a channel of it has not ended yet. */
  isBusy(extension: string): boolean {
    return this.#channelsAt.has(extension);
  }

  /** The PBX said that this channel ended, or it is not there. @param now UTC ms */
  closeChannel(channel: string, now: number): void {
    this.#unlist(channel);
    this.#gone.set(channel, now);
    // Taking the oldest out of a map one by one costs a walk over all that were taken out before.
    if (this.#gone.size > GONE_KEPT) [this.#goneBefore, this.#gone] = [this.#gone, new Map()];
  }

  /** True when `channel` ended at or after `time` (UTC ms). */
  endedSince(channel: string, time: number): boolean {
    return (this.#gone.get(channel) ?? this.#goneBefore.get(channel) ?? Number.NEGATIVE_INFINITY) >= time;
  }

  /** Channels that are known to be up, without those of which only the last life of the daemon knew. */
  get channelsUp(): number {
    return this.open.size - this.#remembered;
  }

  /** Notes a channel as up. @param since UTC ms; @param extension the phone that it occupies */
  openChannel(channel: string, since: number, extension: string | undefined): void {
    this.#unlist(channel);
    if (since === REMEMBERED) this.#remembered += 1;
    this.open.set(channel, extension === undefined ? { since } : { since, extension });
    if (extension !== undefined) this.#occupy(extension, 1);
  }

  #unlist(channel: string): void {
    const listed = this.open.get(channel);
    if (!listed) return;
    if (listed.since === REMEMBERED) this.#remembered -= 1;
    this.open.delete(channel);
    if (listed.extension !== undefined) this.#occupy(listed.extension, -1);
  }

  #occupy(extension: string, change: number): void {
    const count = (this.#channelsAt.get(extension) ?? 0) + change;
    if (count > 0) this.#channelsAt.set(extension, count);
    else this.#channelsAt.delete(extension);
    const agent = this.agentAt(extension);
    if (agent && agent.state.at === 'ready') this.floor.agentChanged(agent);
  }

  /** A supervisor's leg is the call's while he is with it. */
  #noteSupervisor(call: string, before: Leg | undefined, now: Leg | undefined): void {
    if (before?.id === now?.id) return;
    if (before) this.#byLeg.delete(before.id);
    if (!now) return;
    this.#byLeg.set(now.id, call);
    this.openChannel(now.id, now.plannedAt, now.to.kind === 'phone' ? now.to.extension : undefined);
  }

  #noteWait(call: Call): void {
    const { id, phase } = call;
    const queue = phase.at === 'queued' ? phase.queue : undefined;
    const before = this.#queueOf.get(id);
    if (before !== undefined && before !== queue) this.#lines.get(before)?.set(id, undefined);
    if (phase.at === 'queued') {
      this.waiting.add(id);
      this.#queueOf.set(id, phase.queue);
      const line = this.#lines.get(phase.queue) ?? new Deadlines();
      this.#lines.set(phase.queue, line);
      line.set(id, phase.since);
    } else {
      this.waiting.delete(id);
      this.#queueOf.delete(id);
    }
    this.floor.callChanged(call);
  }

  #noteOpen(call: Call, known: Call | undefined): void {
    if (!known && call.phase.at !== 'ended' && hasCaller(call))
      this.openChannel(
        call.channel,
        call.startedAt,
        call.source.kind === 'phone' ? call.source.extension : undefined,
      );
    for (const { id, to, plannedAt, endedAt } of call.legs.slice(known?.legs.length ?? 0))
      if (endedAt === undefined)
        this.openChannel(id, plannedAt, to.kind === 'phone' ? to.extension : undefined);
  }
}
