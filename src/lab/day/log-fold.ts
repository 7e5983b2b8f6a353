import type { LogEvent } from '../../engine/changes.ts';
import type { Invariant } from './invariants.ts';

/** Where a call is, as far as the event log tells. */
export type LoggedPhase = 'flow' | 'queued' | 'offered' | 'connected' | 'left';

export interface Wrong {
  readonly invariant: Invariant;
  readonly what: string;
}

/** The centre as somebody sees it who has only the event log. */
export class LoggedCentre {
  readonly calls = new Map<string, { phase: LoggedPhase; queue: string; agent: string }>();
  readonly agents = new Map<string, string>();
  readonly #unexplained = new Set<string>();
  /** How often each call has ended. */
  readonly ended = new Map<string, number>();

  /** @returns what cannot be, a sentence each, and the invariant that it breaks */
  take(event: LogEvent): Wrong[] {
    const { type, call: id, agent, data } = event;
    const wrong = negatives(event);
    if (type === 'AgentStateChanged' && agent !== undefined) this.agents.set(agent, String(data.state));
    if (id === undefined) return wrong;
    if (type === 'CallEnded') this.ended.set(id, (this.ended.get(id) ?? 0) + 1);
    if (type === 'CallEnded' && this.ended.get(id)! > 1) wrong.push(twice(`${id} has ended twice`));
    if (type === 'CallArrived') {
      if (this.calls.has(id) || this.ended.has(id)) wrong.push(twice(`${id} has arrived twice`));
      this.calls.set(id, { phase: 'flow', queue: '', agent: '' });
      return wrong;
    }
    // A callback begins with an agent; the next event says that it is one.
    if (type === 'CallOffered' && !this.calls.has(id) && !this.ended.has(id)) this.#unexplained.add(id);
    else if (type !== 'CallbackCalled' && this.#unexplained.has(id))
      wrong.push(twice(`${id} has never arrived`));
    else this.#unexplained.delete(id);
    if (this.#unexplained.has(id)) this.calls.set(id, { phase: 'offered', queue: '', agent: agent ?? '' });
    const call = this.calls.get(id);
    if (!call) {
      // What became of a callback is told after its call.
      if (type !== 'CallEnded' && !type.startsWith('Callback'))
        wrong.push(twice(`${type} of ${id}, which is not there`));
      return wrong;
    }
    switch (type) {
      case 'CallEnded':
        this.calls.delete(id);
        break;
      case 'CallQueued':
      case 'CallRequeued':
        call.phase = 'queued';
        call.queue = String(data.queue);
        break;
      case 'CallOffered':
        call.phase = 'offered';
        call.agent = agent ?? '';
        break;
      case 'LegFailed':
        if (call.phase === 'offered') call.phase = 'queued';
        break;
      case 'CallConnected':
        call.phase = 'connected';
        break;
      case 'CallerLeft':
        call.phase = 'left';
        break;
      case 'CallLeftQueue':
      case 'CallDisconnected':
        call.phase = 'flow';
        break;
    }
    return wrong;
  }
}

/** Times that are less than nothing. */
function negatives({ type, call, data }: LogEvent): Wrong[] {
  return ['waitedMs', 'queueWaitedMs', 'talkedMs'].flatMap((name) => {
    const ms = data[name];
    return typeof ms === 'number' && ms < 0
      ? [{ invariant: 'negative-time' as const, what: `${type} of ${call}: ${name} is ${ms}` }]
      : [];
  });
}

function twice(what: string): Wrong {
  return { invariant: 'ended-once', what };
}
