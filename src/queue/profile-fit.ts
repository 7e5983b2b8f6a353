import type { Waiting } from './queue.ts';
import { Requirement } from './requirement.ts';
import type { Profile } from './roster.ts';

/** Nobody has asked yet. */
const UNKNOWN = -2;
/** They fit at no step. */
export const NEVER = -1;

/**
 * How the agents' profiles fit one requirement. Reckoned when it is first asked for, because most profiles are never asked for in most
 * requirements; kept by the profile's index.
 */
export class FitTable {
  readonly key: string;
  readonly #requirement: Requirement;
  /** First step of the ladder that each profile fits, side by side in memory. */
  readonly #steps: number[] = [];
  readonly #scores: (number | undefined)[] = [];
  /** Profiles with somebody logged in, by the first step that they fit. */
  readonly #present: number[];
  /** Counts how often a step became possible or impossible. */
  changes = 0;
  /** Lines that use it. */
  lines = 0;

  constructor(key: string, waiting: Waiting, profiles: readonly Profile[]) {
    this.key = key;
    this.#requirement = new Requirement(waiting);
    this.#present = waiting.queue.ladder.map(() => 0);
    for (const profile of profiles) {
      this.forget(profile);
      if (profile.present > 0) this.presence(profile, 1);
    }
  }

  /** First step of the ladder that agents of the profile fit; `NEVER` for none. */
  stepOf(profile: Pick<Profile, 'index' | 'facts'>): number {
    const known = this.#steps[profile.index]!;
    if (known !== UNKNOWN) return known;
    const step = this.#requirement.stepOf(profile.facts);
    this.#steps[profile.index] = step;
    return step;
  }

  /** By the preferences; higher is better. */
  scoreOf({ index, facts }: Pick<Profile, 'index' | 'facts'>): number {
    const known = this.#scores[index];
    if (known !== undefined) return known;
    const score = this.#requirement.scoreOf(facts);
    this.#scores[index] = score;
    return score;
  }

  /** The first condition of the last step that they do not meet. */
  lackOf({ facts }: Pick<Profile, 'facts'>): string {
    return this.#requirement.lackOf(facts);
  }

  /** By step, whether somebody who is logged in fits it first. */
  met(): boolean[] {
    return this.#present.map((count) => count > 0);
  }

  /** The first of a profile has logged in (1), or the last has logged out (-1). */
  presence(profile: Profile, change: 1 | -1): void {
    const step = this.stepOf(profile);
    if (step === NEVER) return;
    const before = this.#present[step]!;
    this.#present[step] = before + change;
    if (before === 0 || before + change === 0) this.changes += 1;
  }

  /** The profile's index stands for other agents now. */
  forget({ index }: Pick<Profile, 'index'>): void {
    this.#steps[index] = UNKNOWN;
    this.#scores[index] = undefined;
  }
}
