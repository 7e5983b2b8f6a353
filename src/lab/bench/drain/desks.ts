import type { Behaviour } from '../faults/town.ts';
import type { CalledCall } from '../sip/called-call.ts';
import type { Ring } from './figures.ts';

/** The phones of all agents: each rings, is answered, and hung up after the talk. */
export class Desks {
  readonly #ringMs: number;
  readonly #calls: { readonly agent: string; readonly call: CalledCall }[] = [];
  readonly #talks = new Map<string, number>();
  /** Whether agents speak; a tone at sixty phones costs much of the machine. */
  speak = false;

  /** @param ringMs how long a phone rings until it is answered */
  constructor(ringMs: number) {
    this.#ringMs = ringMs;
  }

  /** Whoever talks with this caller hangs up `talkMs` after his answer. */
  expect(caller: string, talkMs: number): void {
    this.#talks.set(caller, talkMs);
  }

  /** What this agent's phone does. */
  at(agent: string): Behaviour {
    return (call) => {
      this.#calls.push({ agent, call });
      this.#serve(call);
    };
  }

  /** What came since it was asked last; resolves when all of it is over. */
  async takeRings(): Promise<Ring[]> {
    const calls = this.#calls.splice(0);
    this.#talks.clear();
    await Promise.all(calls.map(({ call }) => call.ended));
    return calls.map(({ agent, call }) => ({
      agent,
      caller: call.from,
      rangAt: call.startedAt,
      answeredAt: call.answeredAt,
      endedAt: call.endedAt,
      agentHungUp: call.endedBy === 'us',
    }));
  }

  #serve(call: CalledCall): void {
    const talkMs = this.#talks.get(call.from);
    // Nobody of ours calls from that number: it rings for ever.
    if (talkMs === undefined) return;
    const { speak } = this;
    let next = setTimeout(() => {
      call.answer();
      if (speak) call.audio.talks = true;
      else call.audio.leave();
      next = setTimeout(() => call.hangUp(), talkMs);
    }, this.#ringMs);
    void call.ended.then(() => clearTimeout(next));
  }
}
