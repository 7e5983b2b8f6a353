import { type Agent, agentDeadline, extensionOf } from '../agent/agent.ts';
import { Deadlines } from '../base/deadlines.ts';
import { type Call, callDeadline } from '../call/call.ts';
import type { Queue } from '../queue/queue.ts';

/** Everything that is live, in memory, with the few indexes that each turn needs. */
export class CentreState {
  readonly calls = new Map<string, Call>();
  readonly agents = new Map<string, Agent>();
  readonly queues = new Map<string, Queue>();
  /** Deadlines of calls and agents, by `call:<id>` and `agent:<id>`. */
  readonly deadlines = new Deadlines();
  /** Calls in phase `queued`. */
  readonly waiting = new Set<string>();
  readonly #byChannel = new Map<string, string>();
  readonly #byLeg = new Map<string, string>();

  putCall(call: Call): void {
    const known = this.calls.get(call.id);
    this.deadlines.set(`call:${call.id}`, callDeadline(call));
    if (call.phase.at === 'queued') this.waiting.add(call.id);
    else this.waiting.delete(call.id);
    if (call.phase.at === 'ended') {
      this.calls.delete(call.id);
      this.#byChannel.delete(call.channel);
      for (const leg of call.legs) this.#byLeg.delete(leg.id);
      return;
    }
    this.calls.set(call.id, call);
    this.#byChannel.set(call.channel, call.id);
    if (known?.legs.length !== call.legs.length)
      for (const leg of call.legs) this.#byLeg.set(leg.id, call.id);
  }

  putAgent(agent: Agent): void {
    this.agents.set(agent.id, agent);
    this.deadlines.set(`agent:${agent.id}`, agentDeadline(agent));
  }

  /** The live call whose caller sits on `channel`. */
  callOfChannel(channel: string): Call | undefined {
    const id = this.#byChannel.get(channel);
    return id === undefined ? undefined : this.calls.get(id);
  }

  /** The live call for which `leg` was dialled. */
  callOfLeg(leg: string): Call | undefined {
    const id = this.#byLeg.get(leg);
    return id === undefined ? undefined : this.calls.get(id);
  }

  /** The agent who is logged in at that phone. */
  agentAt(extension: string): Agent | undefined {
    for (const agent of this.agents.values()) if (extensionOf(agent) === extension) return agent;
    return undefined;
  }

  /** Extensions of phones that take part in a live call. */
  busyPhones(): Set<string> {
    const busy = new Set<string>();
    for (const call of this.calls.values()) {
      if (call.source.kind === 'phone') busy.add(call.source.extension);
      for (const leg of call.legs)
        if (leg.endedAt === undefined && leg.to.kind === 'phone') busy.add(leg.to.extension);
    }
    return busy;
  }
}
