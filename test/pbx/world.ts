import type { Pbx, PbxEvent } from '../../src/pbx/pbx.ts';

/** What an outside number does when it is dialled. */
export type TrunkBehaviour =
  | 'answers'
  | 'rings'
  | 'earlyMedia'
  | 'busy'
  | 'unallocated'
  | 'congested'
  | 'declined'
  | 'failing'
  /** A machine that talks at length, a person who says hello and waits, a line with silence, a line with no sound at all. */
  | 'longGreeting'
  | 'hello'
  | 'wordless'
  | 'soundless';

/** What a phone does when it is called. */
export type PhoneBehaviour =
  | { readonly answerAfterMs: number }
  /** Answers only when it is asked to answer by itself. */
  | 'answersWhenAsked'
  /** Never answers. */
  | 'rings'
  /** Refuses with 486, as a person does who presses the red button. */
  | 'refuses';

/** Somebody with a telephone at the ear, on the other side of the PBX. */
export interface Party {
  press(digits: string): Promise<void>;
  hangup(): Promise<void>;
  /** Whether audio comes to this party now. */
  isHearing(): Promise<boolean>;
  /** Whether the voice of `other` comes to this party now; each has a tone of its own. */
  hears(other: Party): Promise<boolean>;
  /** Digits that came to this party. */
  digitsHeard(): Promise<string>;
  hasEnded(): Promise<boolean>;
}

export interface Phone extends Party {
  dial(dnis: string): Promise<void>;
  /** What its next calls meet with. */
  behave(behaviour: PhoneBehaviour): void;
}

export interface CallFrom {
  readonly ani: string;
  readonly name: string;
  readonly dnis: string;
}

/** A PBX with its surroundings: both sides of it are driven by a test. */
export interface World {
  /** The adapter under test; it may be another object after `startAdapter`. */
  readonly pbx: Pbx;
  /** Everything that the adapter told, oldest first. */
  readonly events: readonly PbxEvent[];
  /** Files that can be played, without extension: of 0.5 s, of 8 s, and one that does not exist. */
  readonly files: { readonly short: string; readonly long: string; readonly missing: string };

  /** Lets time pass until `holds` or until `ms` have passed; tells whether it held. */
  until(holds: () => boolean, ms: number): Promise<boolean>;
  elapse(ms: number): Promise<void>;

  /** An outside caller dials. */
  call(from: CallFrom): Promise<Party>;
  /** The same with header text as an attacker would send it. */
  callHostile(from: CallFrom): Promise<Party>;
  /** A registered phone. */
  phone(extension: string, behaviour: PhoneBehaviour): Promise<Phone>;
  /** The phone goes away. */
  unregister(extension: string): Promise<void>;
  /** An outside number that behaves so. */
  outside(behaviour: TrunkBehaviour): string;

  /** Stops the adapter, as the end of the daemon does. */
  stopAdapter(): Promise<void>;
  /** Starts a new adapter on the same PBX. */
  startAdapter(): Promise<void>;
  /** The PBX begins to be stopped gracefully, or that is called off. */
  drain(on: boolean): Promise<void>;
  /** The PBX dies without a word; only where its calls outlive that. */
  crash?(): Promise<void>;
  /** It begins anew. */
  revive?(): Promise<void>;
  /** Worlds that record or are a record keep cases apart: each begins with an adapter of its own. @param all cases of the part */
  beginCase?(part: string, name: string, all: readonly string[]): Promise<void>;
  /** Rejects when it was not as recorded. */
  endCase?(passed: boolean): Promise<void>;
  /** Everybody hangs up. */
  calm(): Promise<void>;
  /** The end of this world. */
  stop(): Promise<void>;
}
