import { seededRandom } from '../../../base/random.ts';
import { Matcher } from '../../../queue/matcher.ts';
import {
  type AgentFacts,
  type Offer,
  type Queue,
  skillQueue,
  USUAL_LANE,
  type Waiting,
} from '../../../queue/queue.ts';
import { DelayRatio } from '../../../queue/service-level.ts';

export const AGENTS = 10_000;
export const PROFILES = 256;
export const CLASSES = 128;
export const SKILLS = 24;

/** An agent and whether he is free. */
export interface Seat {
  readonly facts: AgentFacts;
  /** UTC ms; undefined: with a call. */
  readySince: number | undefined;
}

const NOBODY = { tier: '', language: '', attributes: {} };

/**
 * A large centre as matching sees it: 10,000 agents of 256 profiles over 24 skills, and 128 classes of callers, each of which about 40
 * profiles can serve; half of the classes prefer the better score. In one more queue callers wait whom nobody can serve who is ever free.
 */
export class Floor {
  readonly matcher: Matcher;
  readonly seats: readonly Seat[];
  readonly classes: readonly Queue[];
  /** Needs what only agents have who are never free. */
  readonly unserved: Queue;
  readonly random: () => number;
  /** UTC ms; a millisecond passes with each decision. */
  now = 1_000_000;
  readonly #byId = new Map<string, Seat>();
  #calls = 0;

  /** @param explain instead of the matcher's own */
  constructor(seed: number, explain?: ConstructorParameters<typeof Matcher>[2]) {
    this.matcher = new Matcher('service-level', new DelayRatio(), explain);
    this.random = seededRandom(seed);
    const profiles = Array.from({ length: PROFILES }, () => ({ skills: this.#skills(), attributes: {} }));
    this.seats = Array.from({ length: AGENTS }, (_, index) => ({
      facts: { id: `a${index}`, ...profiles[index % PROFILES]! },
      readySince: undefined,
    }));
    this.classes = Array.from({ length: CLASSES }, (_, index) => this.#class(index));
    this.unserved = skillQueue('unserved', { 'only-one': 1 });
    const only = { id: 'only-one', skills: { 'only-one': 5 }, attributes: {} };
    this.matcher.setAgent({ facts: only, present: true, working: true });
    for (const seat of this.seats) {
      this.#byId.set(seat.facts.id, seat);
      this.set(seat, undefined);
    }
  }

  set(seat: Seat, readySince: number | undefined): void {
    seat.readySince = readySince;
    this.matcher.setAgent({ facts: seat.facts, present: true, working: true, readySince });
  }

  /** Notes that the matcher has given the agents calls. */
  taken(offers: readonly Offer[]): void {
    for (const { agent } of offers) this.#byId.get(agent)!.readySince = undefined;
  }

  /** Somebody who is not free. */
  busySeat(): Seat {
    for (;;) {
      const seat = this.seats[Math.floor(this.random() * AGENTS)]!;
      if (seat.readySince === undefined) return seat;
    }
  }

  newCall(queue: Queue = this.classes[Math.floor(this.random() * CLASSES)]!): Waiting {
    this.#calls += 1;
    return { call: `c${this.#calls}`, queue, since: this.now, caller: NOBODY };
  }

  #skills(): Record<string, number> {
    const skills: Record<string, number> = {};
    for (let skill = 0; skill < SKILLS; skill += 1)
      if (this.random() < 0.25) skills[`s${skill}`] = 4 + Math.floor(this.random() * 13) / 2;
    return skills;
  }

  #class(index: number): Queue {
    const skill = `s${index % SKILLS}`;
    const score = (agent: AgentFacts): number => agent.skills[skill] ?? 0;
    const lane = { ...USUAL_LANE, targetMs: 10_000 + 5000 * (index % 11) };
    return skillQueue(
      `q${index}`,
      { [skill]: 5 + Math.floor(index / SKILLS) / 2 },
      { lanes: { '': lane }, prefers: index % 2 === 0 ? [] : [{ text: skill, looksAt: [], score }] },
    );
  }
}
