import { Deadlines } from '../base/deadlines.ts';
import { dropFrom } from './dense-list.ts';
import type { AgentFacts } from './queue.ts';

/** An agent as matching sees him. */
export interface Candidate {
  readonly facts: AgentFacts;
  /** Logged in, whatever he does. */
  readonly present: boolean;
  /** At work: ready, or with a call. One who is not is not waited for, even by callers who know him. */
  readonly working: boolean;
  /** Ready and free since, UTC ms; undefined: not now. */
  readonly readySince?: number;
}

/** Agents with the same skills and attributes. */
export interface Profile {
  readonly key: string;
  readonly index: number;
  readonly facts: AgentFacts;
  /** Ready and free, by since when. */
  readonly idle: Deadlines;
  /** Since when the first of them; of no meaning while there is none. */
  since: number;
  /** Place among the profiles with somebody ready; -1 when there is none. */
  at: number;
  /** How many are logged in, and how many of them are at work. */
  present: number;
  working: number;
  /** All who are like this, logged in or not; when there are none, the index is given to others. */
  members: number;
}

/** An agent with the others like him. */
export interface Listed {
  readonly candidate: Candidate;
  readonly profile: Profile;
}

/** Who else is told. */
export interface RosterListener {
  /** Nobody was like this before; its index may have stood for others. */
  profileAdded(profile: Profile): void;
  /** The first of a profile has logged in, or the last has logged out. */
  presenceChanged(profile: Profile, change: 1 | -1): void;
  /** An agent does not work any more. */
  stoppedWorking(agent: string): void;
}

/** The agents: who is there, who is ready, and who is like whom. */
export class Roster {
  readonly profiles: Profile[] = [];
  /** Those of them with somebody ready. */
  readonly ready: Profile[] = [];
  /** Agents who became ready since they were last looked at. */
  readonly newlyReady = new Set<string>();
  readonly #agents = new Map<string, Listed>();
  readonly #byKey = new Map<string, Profile>();
  /** Indexes of profiles that nobody has any more. */
  readonly #free: number[] = [];
  readonly #listener: RosterListener;
  #idle = 0;

  constructor(listener: RosterListener) {
    this.#listener = listener;
  }

  /** Agents who are ready and free. */
  get idle(): number {
    return this.#idle;
  }

  get(id: string): Listed | undefined {
    return this.#agents.get(id);
  }

  isIdle(id: string): boolean {
    return this.#agents.get(id)?.candidate.readySince !== undefined;
  }

  isWorking(id: string): boolean {
    return this.#agents.get(id)?.candidate.working ?? false;
  }

  /** Notes what an agent is like now. */
  set(candidate: Candidate): void {
    const { facts } = candidate;
    const known = this.#agents.get(facts.id);
    const profile = known && isLike(known.candidate.facts, facts) ? known.profile : this.#profileOf(facts);
    if (known && known.profile !== profile) this.remove(facts.id);
    const before = this.#agents.get(facts.id)?.candidate;
    this.#agents.set(facts.id, { candidate, profile });
    if (!before) profile.members += 1;
    profile.working += Number(candidate.working) - Number(before?.working ?? false);
    if ((before?.present ?? false) !== candidate.present) this.#count(profile, candidate.present ? 1 : -1);
    this.#note(facts.id, profile, before?.readySince, candidate.readySince);
    if (before?.working && !candidate.working) this.#listener.stoppedWorking(facts.id);
  }

  /** He has been given a call. */
  take(id: string): void {
    const { candidate } = this.#agents.get(id)!;
    const { facts, present, working } = candidate;
    this.set({ facts, present, working });
  }

  remove(id: string): void {
    const known = this.#agents.get(id);
    if (!known) return;
    this.#agents.delete(id);
    known.profile.working -= Number(known.candidate.working);
    if (known.candidate.present) this.#count(known.profile, -1);
    this.#note(id, known.profile, known.candidate.readySince, undefined);
    this.#left(known.profile);
    this.#listener.stoppedWorking(id);
  }

  #note(id: string, profile: Profile, before: number | undefined, since: number | undefined): void {
    if (before === since) return;
    profile.idle.set(id, since);
    const first = profile.idle.next();
    if (first !== undefined) {
      profile.since = first;
      if (profile.at === -1) profile.at = this.ready.push(profile) - 1;
    } else if (profile.at !== -1) dropFrom(this.ready, profile);
    if (since === undefined) this.newlyReady.delete(id);
    else this.newlyReady.add(id);
    this.#idle += (since === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
  }

  #count(profile: Profile, change: 1 | -1): void {
    const was = profile.present > 0;
    profile.present += change;
    if (was !== profile.present > 0) this.#listener.presenceChanged(profile, change);
  }

  #left(profile: Profile): void {
    profile.members -= 1;
    if (profile.members > 0) return;
    this.#byKey.delete(profile.key);
    this.#free.push(profile.index);
  }

  #profileOf(facts: AgentFacts): Profile {
    const key = JSON.stringify([sorted(facts.skills), sorted(facts.attributes)]);
    const known = this.#byKey.get(key);
    if (known) return known;
    const index = this.#free.pop() ?? this.profiles.length;
    const profile: Profile = {
      key,
      index,
      facts,
      idle: new Deadlines(),
      since: 0,
      at: -1,
      present: 0,
      working: 0,
      members: 0,
    };
    this.profiles[index] = profile;
    this.#byKey.set(key, profile);
    this.#listener.profileAdded(profile);
    return profile;
  }
}

/** A quick look: the same objects say the same. */
function isLike(a: AgentFacts, b: AgentFacts): boolean {
  return a.skills === b.skills && a.attributes === b.attributes;
}

function sorted(record: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
