import type { Agent } from '../../agent/agent.ts';
import type { Call } from '../../call/call.ts';
import type { Changes, LogEvent } from '../../engine/changes.ts';
import { MemoryStore } from '../memory-store.ts';

/** Ended calls that are remembered: their hang-up may have been lost. */
const ENDED_KEPT = 500;

/**
 * Keeps what is live and hands the events on instead of keeping them, so that a day of any length fits into memory. What the engine
 * gives it never changes, so it keeps that itself.
 */
export class DayStore extends MemoryStore {
  readonly #ended: string[] = [];
  /** When the last event was, UTC ms. */
  latest = 0;
  readonly #heard: (events: readonly LogEvent[]) => void;

  constructor(agents: readonly Agent[], heard: (events: readonly LogEvent[]) => void) {
    super(agents);
    this.#heard = heard;
  }

  override async commit({ calls, agents, events }: Changes): Promise<void> {
    if (this.failing) throw new Error('disk I/O error');
    for (const call of calls) this.#put(call);
    for (const agent of agents) this.agents.set(agent.id, agent);
    for (const { at } of events) this.latest = Math.max(this.latest, at);
    this.#heard(events);
  }

  #put(call: Call): void {
    const known = this.calls.get(call.id);
    this.calls.set(call.id, call);
    if (call.phase.at !== 'ended' || known?.phase.at === 'ended') return;
    this.#ended.push(call.id);
    if (this.#ended.length < 2 * ENDED_KEPT) return;
    for (const id of this.#ended.splice(0, ENDED_KEPT)) this.calls.delete(id);
  }
}
