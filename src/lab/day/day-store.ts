import type { Agent } from '../../agent/agent.ts';
import type { Call } from '../../call/call.ts';
import type { Contact } from '../../customer/contact.ts';
import type { Changes, LogEvent } from '../../engine/changes.ts';
import { contactOf, MemoryStore } from '../memory-store.ts';

/** Ended calls that are remembered: their hang-up may have been lost. */
const ENDED_KEPT = 500;

/**
 * Keeps what is live and hands the events on instead of keeping them, so that a day of any length fits into memory. What the engine
 * gives it never changes, so it keeps that itself.
 */
export class DayStore extends MemoryStore {
  /** When the last event was, UTC ms. */
  latest = 0;
  readonly #ended: string[] = [];
  /** What passed with each customer, the latest first. */
  readonly #contacts = new Map<string, readonly Contact[]>();
  readonly #heard: (events: readonly LogEvent[]) => void;

  constructor(agents: readonly Agent[], heard: (events: readonly LogEvent[]) => void) {
    super(agents);
    this.#heard = heard;
  }

  override async commit({ calls, agents, callbacks, events }: Changes): Promise<void> {
    if (this.failing) throw new Error('disk I/O error');
    for (const call of calls) this.#put(call);
    for (const agent of agents) this.agents.set(agent.id, agent);
    for (const callback of callbacks) this.callbacks.set(callback.id, callback);
    for (const { at } of events) if (at > this.latest) this.latest = at;
    this.#heard(events);
  }

  override async lastContacts(customerId: string): Promise<readonly Contact[]> {
    return this.#contacts.get(customerId) ?? [];
  }

  #put(call: Call): void {
    const known = this.calls.get(call.id);
    this.calls.set(call.id, call);
    if (call.phase.at !== 'ended' || known?.phase.at === 'ended') return;
    const { customerId } = call.facts;
    if (customerId !== undefined)
      this.#contacts.set(customerId, [contactOf(call), ...(this.#contacts.get(customerId) ?? [])]);
    this.#ended.push(call.id);
    if (this.#ended.length < 2 * ENDED_KEPT) return;
    for (const id of this.#ended.splice(0, ENDED_KEPT)) this.calls.delete(id);
  }
}
