import type { Agent } from '../agent/agent.ts';
import type { Call } from '../call/call.ts';
import type { NewWish } from '../campaign/wish.ts';
import { CONTACTS_LOOKED_AT, type Contact, type ContactHistory } from '../customer/contact.ts';
import type { Attempt } from '../dialer/attempt.ts';
import type { Changes, EngineStore, LogEvent, StepLeft } from '../engine/changes.ts';
import type { Callback } from '../queue/callback.ts';

/** A store in memory that a restarted engine can load from, and that can be told to fail. */
export class MemoryStore implements EngineStore, ContactHistory {
  readonly calls = new Map<string, Call>();
  readonly agents = new Map<string, Agent>();
  /** Open and done, by id. */
  readonly callbacks = new Map<string, Callback>();
  /** The attempts of the dialer, and in which order they ended or were changed after that. */
  readonly attempts = new Map<string, Attempt>();
  readonly settled: Attempt[] = [];
  readonly wishes: NewWish[] = [];
  readonly events: LogEvent[] = [];
  readonly stepsLeft: StepLeft[] = [];
  failing = false;

  constructor(agents: readonly Agent[]) {
    for (const agent of agents) this.agents.set(agent.id, agent);
  }

  async load() {
    const all = [...this.calls.values()];
    const live = all.filter((call) => call.phase.at !== 'ended');
    const endedChannels = [
      ...all.flatMap(({ phase, channel, source }) =>
        phase.at === 'ended'
          ? [{ channel, ...(source.kind === 'phone' ? { extension: source.extension } : {}) }]
          : [],
      ),
      ...all.flatMap(({ legs }) =>
        legs.flatMap(({ id, to, endedAt }) =>
          endedAt === undefined
            ? []
            : [{ channel: id, ...(to.kind === 'phone' ? { extension: to.extension } : {}) }],
        ),
      ),
    ];
    return {
      calls: live,
      agents: [...this.agents.values()],
      callbacks: this.openCallbacks(),
      attempts: [...this.attempts.values()].filter(({ endedAt }) => endedAt === undefined),
      endedChannels,
    };
  }

  /** Calls of a customer that are over, the latest first. */
  async lastContacts(customerId: string): Promise<readonly Contact[]> {
    return [...this.calls.values()]
      .filter(({ facts, endedAt }) => facts.customerId === customerId && endedAt !== undefined)
      .toReversed()
      .slice(0, CONTACTS_LOOKED_AT)
      .map(contactOf);
  }

  openCallbacks(): Callback[] {
    return [...this.callbacks.values()].filter(({ done }) => !done);
  }

  async commit(changes: Changes): Promise<void> {
    if (this.failing) throw new Error('disk I/O error');
    for (const call of changes.calls) this.calls.set(call.id, structuredClone(call));
    for (const agent of changes.agents) this.agents.set(agent.id, structuredClone(agent));
    for (const callback of changes.callbacks) this.callbacks.set(callback.id, structuredClone(callback));
    for (const attempt of structuredClone(changes.attempts)) {
      this.attempts.set(attempt.id, attempt);
      if (attempt.endedAt !== undefined) this.settled.push(attempt);
    }
    this.wishes.push(...structuredClone(changes.wishes));
    this.events.push(...structuredClone(changes.events));
    this.stepsLeft.push(...changes.stepsLeft);
  }
}

/** What a call that is over tells of its customer. */
export function contactOf({ facts, waitedMs, connectedAt, endedBy }: Call): Contact {
  const { agentId, queue } = facts;
  const gaveUp = connectedAt === undefined && endedBy === 'caller' && queue !== undefined;
  return { waitedMs, gaveUp, ...(agentId !== undefined && { agent: agentId }) };
}
