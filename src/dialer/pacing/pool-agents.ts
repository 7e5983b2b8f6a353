import type { AgentPhase, Foreknowledge } from '../pacing.ts';
import type { Balance } from './balance.ts';
import { PACING } from './constants.ts';
import {
  type FreeChances,
  freeChances,
  TALK_STEPS,
  talkStep,
  WRAP_UP_STEPS,
  wrapUpStep,
} from './free-chances.ts';
import { HandleTimes } from './handle-times.ts';

const TALK_PRIOR_MS = 120_000;
const WRAP_UP_PRIOR_MS = 30_000;

interface PoolAgent {
  readonly id: string;
  phase: AgentPhase;
  since: number;
}

/** The agents of a pool: who is there, and when the others may be. */
export class PoolAgents {
  readonly #agents: PoolAgent[] = [];
  readonly #places = new Map<string, number>();
  readonly #numbers = { idle: 0, reserved: 0, talking: 0, 'wrap-up': 0, away: 0 };
  readonly #talk = new HandleTimes(TALK_PRIOR_MS);
  readonly #wrapUp = new HandleTimes(WRAP_UP_PRIOR_MS);
  readonly #foreknowledge: Foreknowledge;
  readonly #certain: Float64Array;
  /** Agents in each step of the tables. */
  readonly #talking = new Uint16Array(TALK_STEPS);
  readonly #wrappingUp = new Uint16Array(WRAP_UP_STEPS);
  /** Share of the agents done with a call who stay, of the last few: when a shift ends, those who wrap up are not coming back. */
  #staying = 1;
  #chances: FreeChances;
  #horizonsMs: readonly number[];

  constructor(horizonsMs: readonly number[], foreknowledge: Foreknowledge) {
    this.#foreknowledge = foreknowledge;
    this.#horizonsMs = horizonsMs;
    this.#certain = new Float64Array(horizonsMs.length);
    this.#chances = freeChances(this.#talk.survival([], 0), this.#wrapUp.survival([], 0), horizonsMs);
  }

  /** @param since UTC ms */
  set(id: string, phase: AgentPhase | undefined, since: number): void {
    const place = this.#places.get(id);
    const agent = place === undefined ? undefined : this.#agents[place]!;
    if (agent) {
      if (agent.phase === phase && agent.since === since) return;
      this.#learn(agent, phase, since);
      this.#numbers[agent.phase] -= 1;
    }
    if (phase === undefined) this.#remove(id, place);
    else {
      this.#numbers[phase] += 1;
      if (agent) Object.assign(agent, { phase, since });
      else {
        this.#places.set(id, this.#agents.length);
        this.#agents.push({ id, phase, since });
      }
    }
  }

  count(phase: AgentPhase): number {
    return this.#numbers[phase];
  }

  /** Those who are at work: all but those away. */
  get working(): number {
    return this.#agents.length - this.#numbers.away;
  }

  /** Makes the tables anew from what was learned. @param horizonsMs see `freeChances` */
  refresh(horizonsMs: readonly number[], now: number): void {
    this.#horizonsMs = horizonsMs;
    const lasted = (phase: AgentPhase): number[] =>
      this.#agents.filter((agent) => agent.phase === phase).map(({ since }) => Math.max(0, now - since));
    const talk = this.#talk.survival(lasted('talking'), now);
    const wrapUp = this.#wrapUp.survival(lasted('wrap-up'), now);
    this.#chances = freeChances(talk, wrapUp, horizonsMs);
  }

  /** Tells the balance who may become free. */
  into(balance: Balance, now: number): void {
    if (this.#foreknowledge.freeAt) {
      for (const { id, phase } of this.#agents)
        if (phase === 'talking' || phase === 'wrap-up') balance.mayBeFree(this.#certainly(id, now), 0, 1, 1);
      return;
    }
    for (const { phase, since } of this.#agents) {
      if (phase === 'talking') this.#talking[talkStep(now - since)]! += 1;
      else if (phase === 'wrap-up') this.#wrappingUp[wrapUpStep(now - since)]! += 1;
    }
    this.#stepsInto(balance, this.#chances.talking, this.#talking);
    this.#stepsInto(balance, this.#chances.wrapUp, this.#wrappingUp);
  }

  /** Whoever is in the same step has the same chances. Counts begin again at 0. */
  #stepsInto(balance: Balance, chances: Float64Array, counts: Uint16Array): void {
    for (let step = 0; step < counts.length; step += 1) {
      const agents = counts[step]!;
      if (agents === 0) continue;
      balance.mayBeFree(chances, step * this.#chances.horizons, this.#staying, agents);
      counts[step] = 0;
    }
  }

  #certainly(id: string, now: number): Float64Array {
    const freeAt = this.#foreknowledge.freeAt?.(id) ?? Number.POSITIVE_INFINITY;
    this.#horizonsMs.forEach((horizon, index) => {
      this.#certain[index] = freeAt <= now + horizon ? 1 : 0;
    });
    return this.#certain;
  }

  #learn({ phase, since: from }: PoolAgent, next: AgentPhase | undefined, until: number): void {
    if (phase !== 'talking' && phase !== 'wrap-up') return;
    const lasted = Math.max(0, until - from);
    if (phase === 'talking') this.#talk.note(lasted, until);
    else this.#wrapUp.note(lasted, until);
    if (next === 'wrap-up') return;
    const stays = next === undefined || next === 'away' ? 0 : 1;
    this.#staying += (stays - this.#staying) / PACING.stayingMemory;
  }

  #remove(id: string, place: number | undefined): void {
    if (place === undefined) return;
    const last = this.#agents.pop()!;
    this.#places.delete(id);
    if (last.id === id) return;
    this.#agents[place] = last;
    this.#places.set(last.id, place);
  }
}
