import type { LogEvent } from '../engine/changes.ts';
import { AgentBook, type AgentNow } from './agent-book.ts';
import {
  addQueueCounts,
  noQueueCounts,
  type QueueCounts,
  type QueueKey,
  quarterOf,
  SHORT_ABANDON_MS,
  type Sums,
} from './sums.ts';

/** The events of which reports are made. */
export const REPORTED: readonly string[] = [
  ...[
    'CallQueued',
    'CallRequeued',
    'CallOffered',
    'LegFailed',
    'CallConnected',
    'CallLeftQueue',
    'CallEnded',
  ],
  ...['CallTransferred', 'CallbackRequested', 'CallbackDone', 'AgentStateChanged'],
];

/** A caller who waits. */
interface Wait {
  readonly at: number;
  readonly queue: string;
  readonly tier: string;
  /** From when his wait counts. */
  readonly from: number;
  readonly goal: number;
  readonly targetMs: number;
  readonly again: boolean;
}

/** What is under way where the log was left. */
export interface UnderWay {
  readonly waits: Readonly<Record<string, Wait>>;
  readonly agents: Readonly<Record<string, AgentNow>>;
}

/** Tells the branches of a call and of whoever talks in it; as `QueueKey.branches`. */
export type BranchesOf = (call: string, agent: string | undefined) => string;

/**
 * Sums what the event log tells, event by event. A caller counts in the quarter in which he began to wait, as soon as it is known how his
 * wait ended; an agent's time counts in the quarters in which it passed.
 */
export class ReportFold {
  readonly #branchesOf: BranchesOf;
  readonly #waits: Map<string, Wait>;
  readonly #agents: AgentBook;
  #queues = new Map<string, QueueKey & QueueCounts>();

  /** @param underWay what `underWay` told where the log was left */
  constructor(branchesOf: BranchesOf, underWay: UnderWay = { waits: {}, agents: {} }) {
    this.#branchesOf = branchesOf;
    this.#waits = new Map(Object.entries(underWay.waits));
    this.#agents = new AgentBook(underWay.agents, (key) => this.#countsOf(key));
  }

  get underWay(): UnderWay {
    return { waits: Object.fromEntries(this.#waits), agents: this.#agents.now };
  }

  take(event: LogEvent): void {
    const { type, at, call = '', agent, data } = event;
    switch (type) {
      case 'CallQueued':
      case 'CallRequeued':
        return this.#queued(call, at, data, type === 'CallRequeued');
      case 'CallConnected':
        return this.#connected(call, at, agent, data);
      case 'CallLeftQueue':
        return this.#over(call, at, 'left');
      case 'CallEnded':
        return this.#over(call, at, data.abandoned === true ? 'abandoned' : 'left');
      case 'CallbackRequested':
        return this.#callback(event, 'callbacks');
      case 'CallbackDone':
        return this.#callback(event, 'callbacksDone');
      case 'CallOffered':
        return this.#agents.count(agent, at, 'offers');
      case 'LegFailed':
        return this.#agents.legFailed(agent, at, data.outcome);
      case 'CallTransferred':
        return this.#agents.count(agent, at, 'transfers');
      case 'AgentStateChanged':
        return this.#agents.entered(agent ?? '', String(data.state), textOf(data.reason), at);
    }
  }

  /** Time passes until `now` (UTC ms): who is in a state spends it there. */
  settle(now: number): void {
    this.#agents.settle(now);
  }

  /** What has come since it was asked last. */
  drain(): Sums {
    const queues = [...this.#queues.values()];
    this.#queues = new Map();
    return { queues, ...this.#agents.drain() };
  }

  #queued(call: string, at: number, data: LogEvent['data'], again: boolean): void {
    // Who is put elsewhere while he waits has left the first queue.
    this.#over(call, at, 'left');
    const { queue, tier, since, from, goal, targetMs } = data;
    this.#waits.set(call, {
      at,
      queue: textOf(queue),
      tier: textOf(tier),
      from: numberOf(from ?? since, at),
      goal: numberOf(goal, 0),
      targetMs: numberOf(targetMs, 0),
      again,
    });
  }

  #connected(call: string, at: number, agent: string | undefined, data: LogEvent['data']): void {
    const wait = this.#waits.get(call);
    this.#agents.count(agent, at, wait ? 'answered' : 'others');
    if (!wait) return;
    this.#waits.delete(call);
    const waitedMs = Math.max(0, numberOf(data.queueWaitedMs, at - wait.from));
    const key = { ...keyOf(wait), branches: this.#branchesOf(call, agent) };
    this.#add(key, {
      ...came(wait, waitedMs),
      answered: 1,
      waitMs: waitedMs,
      inTarget: waitedMs <= wait.targetMs ? 1 : 0,
    });
    if (agent !== undefined) this.#agents.serves(agent, key, at);
  }

  #over(call: string, at: number, how: 'left' | 'abandoned'): void {
    const wait = this.#waits.get(call);
    if (!wait) return;
    this.#waits.delete(call);
    const waitedMs = Math.max(0, at - wait.from);
    const key = { ...keyOf(wait), branches: this.#branchesOf(call, undefined) };
    this.#add(key, {
      ...came(wait, waitedMs),
      ...(how === 'left'
        ? { left: 1 }
        : {
            abandoned: 1,
            abandonedWaitMs: waitedMs,
            shortAbandoned: waitedMs < SHORT_ABANDON_MS ? 1 : 0,
          }),
    });
  }

  #callback({ at, call = '', data }: LogEvent, name: 'callbacks' | 'callbacksDone'): void {
    const branches = this.#branchesOf(call, undefined);
    this.#add(
      { at: quarterOf(at), queue: textOf(data.queue), tier: textOf(data.tier), branches },
      { [name]: 1 },
    );
  }

  #add(key: QueueKey, more: Partial<QueueCounts>): void {
    addQueueCounts(this.#countsOf(key), { ...noQueueCounts(), ...more });
  }

  #countsOf({ at, queue, tier, branches }: QueueKey): QueueCounts {
    const name = JSON.stringify([at, queue, tier, branches]);
    let counts = this.#queues.get(name);
    if (!counts) {
      counts = { at, queue, tier, branches, ...noQueueCounts() };
      this.#queues.set(name, counts);
    }
    return counts;
  }
}

function came({ goal, targetMs, again }: Wait, waitedMs: number): Partial<QueueCounts> {
  return { offered: 1, requeued: again ? 1 : 0, longestMs: waitedMs, goal, targetMs };
}

function keyOf({ at, queue, tier }: Wait): Omit<QueueKey, 'branches'> {
  return { at: quarterOf(at), queue, tier };
}

// What the log keeps may have been written by another version: anything may be missing or of another kind.

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const numberOf = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
