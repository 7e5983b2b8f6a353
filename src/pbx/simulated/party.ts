import type {
  ArrivedChannel,
  DetectionLimits,
  DetectionReason,
  Endpoint,
  MachineVerdict,
  Media,
} from '../pbx.ts';

/** How a called party reacts to a leg. Times in ms after the call reaches it. */
export interface Behaviour {
  readonly ringAfterMs?: number;
  /** Undefined: never answers. */
  readonly answerAfterMs?: number;
  /** Answers so soon when it is asked to answer by itself; undefined: it does not know how. */
  readonly autoAnswerMs?: number;
  /** Refuses with this SIP code instead of answering. */
  readonly refuse?: { readonly afterMs: number; readonly sipCode: number };
  /** After the answer, hangs up by itself. */
  readonly hangupAfterMs?: number;
  /** What whoever listens finds that it is; undefined: a person. */
  readonly detection?: Detection;
}

/** What becomes of listening to a party, and after what time. */
export interface Detection {
  readonly verdict: MachineVerdict;
  readonly reason: DetectionReason;
  readonly afterMs: number;
}

/** A person who says his name and waits. */
const PERSON: Detection = { verdict: 'human', reason: 'short-greeting', afterMs: 1_200 };

/** Who watches what happens to the parties, in the moment in which it happens to them. */
export interface Witness {
  /** He begins to hear music: he waits. */
  music?(party: SimulatedParty): void;
  /** He can talk with others now. */
  joined?(party: SimulatedParty): void;
  /** Nobody is there any more. */
  left?(party: SimulatedParty): void;
  /** His channel is gone. */
  ended?(party: SimulatedParty): void;
}

/** The far end of a simulated channel, for scripts. */
export interface SimulatedParty {
  readonly channel: string;
  /** Where it was dialled to; undefined for who called. */
  readonly to?: Endpoint;
  press(digits: string): void;
  hangup(): void;
  /** The phone is lost without a word: its sound stops, and the PBX gives it up. */
  vanish(): void;
  answer(): void;
  readonly ended: boolean;
  /** What this party has been played, in order: files, tones, `music:<class>`. */
  readonly heard: readonly string[];
  /** The channels it can talk with now. */
  readonly talkingWith: readonly string[];
  /** The channels whose voice comes to it now: those, whom it overhears, and who whispers to it. */
  readonly hears: readonly string[];
}

/** What a channel asks of its PBX. */
export interface Switchboard {
  bridgeMembers(bridge: string | undefined): string[];
  /** Whom it hears beside those in its bridge. */
  heardBy(channel: Channel): string[];
  pressed(channel: Channel, digits: string): void;
  answered(channel: Channel): void;
  /** @param q850 cause, ITU-T Q.850 */
  end(channel: Channel, q850: number): void;
}

/** A playback that runs or waits. */
export interface Playback {
  readonly id: string;
  readonly media: readonly Media[];
  cancel?: () => void;
}

/** A channel, and the far end of it. */
export class Channel implements SimulatedParty {
  readonly arrived: ArrivedChannel;
  readonly ours: boolean;
  readonly to?: Endpoint;
  readonly pbx: Switchboard;
  state: 'down' | 'ringing' | 'up' = 'down';
  ended = false;
  heard: string[] = [];
  playbacks: Playback[] = [];
  recording?: { id: string; startedAt: number; cancel: () => void; endKey: string };
  bridge: string | undefined;
  /** What it is, for who listens. */
  detection: Detection = PERSON;
  /** 'listening': it takes no command; 'done': it is known what it is. */
  judged: 'no' | 'listening' | 'done' = 'no';
  /** He was with somebody when the witness was told last. */
  isTalking = false;
  /** Takes back what is still to happen to a leg that nobody has answered. */
  readonly pending: (() => void)[] = [];

  constructor(pbx: Switchboard, arrived: ArrivedChannel, ours: boolean, to?: Endpoint) {
    this.pbx = pbx;
    this.arrived = arrived;
    this.ours = ours;
    if (to) this.to = to;
  }

  get channel(): string {
    return this.arrived.channel;
  }

  get talkingWith(): readonly string[] {
    return this.pbx.bridgeMembers(this.bridge).filter((other) => other !== this.channel);
  }

  get hears(): readonly string[] {
    return [...this.talkingWith, ...this.pbx.heardBy(this)];
  }

  /** How long it takes until it is known what this party is, ms. */
  listen({ totalMs }: DetectionLimits): number {
    if (this.detection.afterMs > totalMs) {
      this.detection = { verdict: 'unsure', reason: 'too-long', afterMs: totalMs };
    }
    return this.detection.afterMs;
  }

  press(digits: string): void {
    this.pbx.pressed(this, digits);
  }

  hangup(): void {
    this.pbx.end(this, 16);
  }

  vanish(): void {
    // Cause 44, requested channel not available: what Asterisk says when no RTP comes any more.
    this.pbx.end(this, 44);
  }

  answer(): void {
    this.pbx.answered(this);
  }
}
