import { type Agent, extensionOf } from '../agent/agent.ts';
import { localTime } from '../base/zone.ts';
import { tierRank } from '../customer/customer.ts';
import type { CentreView, QueueLoad } from '../ivr/expression.ts';
import { fits, type Queue } from '../queue/queue.ts';
import type { QueueStatus } from './centre.ts';
import type { FlowDirectory } from './input.ts';
import type { CentreState } from './state.ts';

/** How full the queues are: for expressions in flows, many times a second, and in full for the API. */
export class QueueLoads {
  readonly #state: CentreState;
  /** Of this turn. */
  readonly #known = new Map<string, QueueLoad>();

  constructor(state: CentreState) {
    this.#state = state;
  }

  /** A turn begins: what was known may be so no more. */
  forget(): void {
    this.#known.clear();
  }

  /** Zeros for a queue that is not there. @param now UTC ms */
  of(name: string, now: number): QueueLoad {
    const known = this.#known.get(name) ?? this.#reckon(name, now);
    this.#known.set(name, known);
    return known;
  }

  /** Every queue with who waits in it. */
  all(): readonly QueueStatus[] {
    const calls = [...this.#state.calls.values()];
    return [...this.#state.queues.values()].map((queue) => {
      const present = this.#presentFor(queue);
      return {
        queue,
        waiting: calls.flatMap(({ id, phase, facts }) =>
          (phase.at === 'queued' || phase.at === 'offered') && phase.queue === queue.name
            ? [{ call: id, since: phase.since, rank: tierRank(facts.tier) }]
            : [],
        ),
        loggedIn: present.length,
        ready: present.filter(isReady).length,
      };
    });
  }

  #reckon(name: string, now: number): QueueLoad {
    const queue = this.#state.queues.get(name);
    if (!queue) return { waiting: 0, ready: 0, loggedIn: 0, longestWait: 0 };
    let waiting = 0;
    let since = now;
    for (const id of this.#state.waiting) {
      const phase = this.#state.calls.get(id)?.phase;
      if (phase?.at !== 'queued' || phase.queue !== name) continue;
      waiting += 1;
      since = Math.min(since, phase.since);
    }
    const present = this.#presentFor(queue);
    return {
      waiting,
      ready: present.filter(isReady).length,
      loggedIn: present.length,
      longestWait: Math.floor((now - since) / 1000),
    };
  }

  /** Agents who are logged in and have what it takes. */
  #presentFor(queue: Queue): Agent[] {
    return [...this.#state.agents.values()].filter(
      (agent) => fits(agent, queue) && extensionOf(agent) !== undefined,
    );
  }
}

/** What expressions in flows may know of the centre. @param now UTC ms */
export function centreView(flows: FlowDirectory, loads: QueueLoads, now: number): CentreView {
  const zone = flows.zone();
  return {
    now,
    zone,
    queueLoad: (name) => loads.of(name, now),
    isOpen: (calendar) => flows.dayState(calendar, now) === 'open',
    localTime: (ms) => localTime(ms, zone),
  };
}

function isReady({ state }: Agent): boolean {
  return state.at === 'ready';
}
