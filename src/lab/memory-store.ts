import type { Agent } from '../agent/agent.ts';
import type { Call } from '../call/call.ts';
import type { NewWish } from '../contact/wish.ts';
import { CONTACTS_LOOKED_AT, type Contact, type ContactHistory } from '../customer/contact.ts';
import type { KnownAnswers } from '../dialer/abandonment.ts';
import type { Attempt } from '../dialer/attempt.ts';
import type { Changes, EngineStore, LogEvent, StepLeft } from '../engine/changes.ts';
import type { Callback } from '../queue/callback.ts';

/** A store in memory that a restarted engine can load from, and that can be told to fail. */
export class MemoryStore implements EngineStore, ContactHistory {
  readonly calls = new Map<string, Call>();
  readonly agents = new Map<string, Agent>();
  /** Open and done, by id. */
  readonly callbacks = new Map<string, Callback>();
  readonly attempts = new Map<string, Attempt>();
  /** Attempts in the order in which they ended or were noted after that: the first has number 1. */
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
    for (const attempt of structuredClone(changes.attempts)) this.#putAttempt(attempt);
    this.wishes.push(...structuredClone(changes.wishes));
    this.events.push(...structuredClone(changes.events));
    this.stepsLeft.push(...changes.stepsLeft);
  }

  /** As the store that lasts: what has ended stays so, and only what lists do not know is given a number. */
  #putAttempt(attempt: Attempt): void {
    const was = this.attempts.get(attempt.id);
    if (was?.endedAt !== undefined && attempt.endedAt === undefined) return;
    this.attempts.set(attempt.id, attempt);
    if (isNews(attempt, was)) this.settled.push(attempt);
  }
}

/** The attempts of a store in memory, as the one that lasts gives them out. */
export class MemoryAttempts {
  readonly #store: MemoryStore;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  async byId(id: string): Promise<Attempt | undefined> {
    return this.#store.attempts.get(id);
  }

  /** Each of them once, as it is now, by the last number that it was given. */
  endedSince(seq: number, limit: number): readonly { readonly seq: number; readonly attempt: Attempt }[] {
    const { settled, attempts } = this.#store;
    const last = new Map(settled.map(({ id }, index) => [id, index + 1]));
    return [...last]
      .filter(([, own]) => own > seq)
      .sort(([, one], [, other]) => one - other)
      .slice(0, limit)
      .map(([id, own]) => ({ seq: own, attempt: attempts.get(id)! }));
  }

  lastSeq(): number {
    return this.#store.settled.length;
  }

  answersSince(campaign: string, since: number, from: number): KnownAnswers {
    const answers = [...this.#store.attempts.values()]
      .filter((one) => one.campaign === campaign && one.endedAt !== undefined && one.at >= since)
      .flatMap(({ at: made, waitedAt: at, outcome }) =>
        at === undefined ? [] : [{ made, at, abandoned: outcome === 'abandoned' }],
      )
      .sort((one, other) => one.at - other.at);
    const past = answers.filter(({ made }) => made < from);
    return {
      past: past.map(({ at, abandoned }) => ({ at, answered: 1, abandoned: abandoned ? 1 : 0 })),
      recent: answers.filter(({ made }) => made >= from),
    };
  }
}

/** True for an end that nobody knows of, and for what an agent noted after one. */
function isNews(is: Attempt, was: Attempt | undefined): boolean {
  const told = ({ outcome, fate, disposition }: Attempt): string => {
    const { result, note, callbackAt, callbackAgent, by, at } = disposition ?? {};
    return JSON.stringify([outcome, fate, result, note, callbackAt, callbackAgent, by, at]);
  };
  return is.endedAt !== undefined && is.fate !== undefined && (!was || told(was) !== told(is));
}

/** What a call that is over tells of its customer. */
export function contactOf({ facts, waitedMs, connectedAt, endedBy }: Call): Contact {
  const { agentId, queue } = facts;
  const gaveUp = connectedAt === undefined && endedBy === 'caller' && queue !== undefined;
  return { waitedMs, gaveUp, ...(agentId !== undefined && { agent: agentId }) };
}
