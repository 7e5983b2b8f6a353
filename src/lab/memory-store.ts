import type { Agent } from '../agent/agent.ts';
import type { Call } from '../call/call.ts';
import type { Changes, EngineStore, LogEvent, StepLeft } from '../engine/changes.ts';
import type { Queue } from '../queue/queue.ts';

/** A store in memory that a restarted engine can load from, and that can be told to fail. */
export class MemoryStore implements EngineStore {
  readonly calls = new Map<string, Call>();
  readonly agents = new Map<string, Agent>();
  readonly queues: Queue[];
  readonly events: LogEvent[] = [];
  readonly stepsLeft: StepLeft[] = [];
  failing = false;

  constructor(agents: readonly Agent[], queues: readonly Queue[]) {
    for (const agent of agents) this.agents.set(agent.id, agent);
    this.queues = [...queues];
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
    return { calls: live, agents: [...this.agents.values()], queues: this.queues, endedChannels };
  }

  async commit(changes: Changes): Promise<void> {
    if (this.failing) throw new Error('disk I/O error');
    for (const call of changes.calls) this.calls.set(call.id, structuredClone(call));
    for (const agent of changes.agents) this.agents.set(agent.id, structuredClone(agent));
    this.events.push(...structuredClone(changes.events));
    this.stepsLeft.push(...changes.stepsLeft);
  }
}
