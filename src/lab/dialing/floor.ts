import type { Pacer } from '../../dialer/pacing.ts';
import { IdleAgents } from './roster.ts';

const ABSENT = 0;
const IDLE = 1;
const TALKING = 2;
const WRAPPING_UP = 3;

const IDS: string[] = [];

/** An agent's id, by his number. */
export function agentId(agent: number): string {
  for (let next = IDS.length; next <= agent; next += 1) IDS.push(`a${next}`);
  return IDS[agent]!;
}

/** The agents of a shift: who does what since when, and how long all of them have done it. */
export class Floor {
  readonly #pacer: Pacer;
  readonly #idle: IdleAgents;
  readonly #phases: Uint8Array;
  readonly #since: Float64Array;
  readonly #spentMs = [0, 0, 0, 0];
  readonly #absent: number[] = [];
  /** So many leave when they are done with what they do. */
  #leaving = 0;
  #present = 0;

  constructor(agents: number, pacer: Pacer) {
    this.#pacer = pacer;
    this.#idle = new IdleAgents(agents);
    this.#phases = new Uint8Array(agents);
    this.#since = new Float64Array(agents);
    for (let agent = agents - 1; agent >= 0; agent -= 1) this.#absent.push(agent);
  }

  get idle(): number {
    return this.#idle.size;
  }

  /** So many agents shall be there: who waits leaves at once, who is busy after it. */
  staff(agents: number, now: number): void {
    this.#leaving = Math.max(0, this.#present - agents);
    while (this.#leaving > 0 && this.#idle.size > 0) this.#leave(this.#idle.takeLast(), now);
    while (this.#present < agents) {
      this.#present += 1;
      this.#wait(this.#absent.pop()!, now);
    }
  }

  /** The agent who has waited longest takes a call. There is one who waits. */
  takeCall(now: number): number {
    const agent = this.#idle.takeFirst();
    this.talk(agent, now);
    return agent;
  }

  talk(agent: number, now: number): void {
    this.#enter(agent, TALKING, now);
    this.#pacer.setAgent(agentId(agent), 'talking', now);
  }

  wrapUp(agent: number, now: number): void {
    this.#enter(agent, WRAPPING_UP, now);
    this.#pacer.setAgent(agentId(agent), 'wrap-up', now);
  }

  /** He has wrapped up. @returns whether he stays: without a call, he waits from now on */
  done(agent: number, now: number, hasCall: boolean): boolean {
    if (this.#leaving > 0) {
      this.#leave(agent, now);
      return false;
    }
    if (!hasCall) this.#wait(agent, now);
    return true;
  }

  /** Time spent up to `now`, ms. */
  spentMs(now: number): { idleMs: number; talkMs: number; wrapUpMs: number } {
    for (let agent = 0; agent < this.#phases.length; agent += 1)
      this.#enter(agent, this.#phases[agent]!, now);
    return {
      idleMs: this.#spentMs[IDLE]!,
      talkMs: this.#spentMs[TALKING]!,
      wrapUpMs: this.#spentMs[WRAPPING_UP]!,
    };
  }

  #wait(agent: number, now: number): void {
    this.#idle.add(agent);
    this.#enter(agent, IDLE, now);
    this.#pacer.setAgent(agentId(agent), 'idle', now);
  }

  #leave(agent: number, now: number): void {
    this.#leaving -= 1;
    this.#present -= 1;
    this.#absent.push(agent);
    this.#enter(agent, ABSENT, now);
    this.#pacer.setAgent(agentId(agent), undefined, now);
  }

  #enter(agent: number, phase: number, now: number): void {
    this.#spentMs[this.#phases[agent]!]! += now - this.#since[agent]!;
    this.#phases[agent] = phase;
    this.#since[agent] = now;
  }
}
