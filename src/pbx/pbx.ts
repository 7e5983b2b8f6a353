/**
 * The one port to a telephone switch. It speaks telephony: whoever uses it cannot tell which PBX is behind.
 *
 * - Ids of everything we make (legs, bridges, playbacks, recordings) are ours and chosen before the command goes out;
 *   only the id of an arriving channel is the PBX's.
 * - Every command rejects with `PbxError` when the PBX refuses it, when its deadline passes, or when the link drops.
 * - A command to something that is already gone resolves: gone is what was wanted (stop, hangup, disconnect).
 * - Events come one at a time, in the order in which the PBX sent them. None is replayed after a lost link:
 *   take a `snapshot()` at `LinkUp`.
 */
export interface Pbx {
  /** Connects and stays connected, with back-off, until `stop`. Resolves as soon as the first attempt is under way. */
  start(listener: (event: PbxEvent) => void): void;
  /** Lets go of the PBX without touching any call. */
  stop(): Promise<void>;
  /** What is true in the PBX now. Only channels that were handed to us are listed. */
  snapshot(): Promise<PbxSnapshot>;

  /** Ends what is playing, as early media, on the channel. */
  answer(channel: string): Promise<void>;
  /** Lets the caller hear ringing. */
  ring(channel: string): Promise<void>;
  hangup(channel: string, cause: HangupCause): Promise<void>;

  /** Plays `media` one after the other. Resolves when accepted; `PlaybackEnded` says how it ended. */
  play(channel: string, playback: string, media: readonly Media[]): Promise<void>;
  stopPlayback(playback: string): Promise<void>;
  startMusic(channel: string, musicClass: string): Promise<void>;
  stopMusic(channel: string): Promise<void>;
  /** Records what the channel says; `RecordingEnded` names the file. */
  record(channel: string, recording: string, options: RecordOptions): Promise<void>;
  stopRecording(recording: string): Promise<void>;
  sendDigits(channel: string, digits: string): Promise<void>;

  /** Dials a new leg. Resolves when the PBX took it; progress comes as `LegRinging`, `LegAnswered`, `ChannelEnded`. */
  originate(request: OriginateRequest): Promise<void>;
  /**
   * Lets the channels hear each other in bridge `bridge`, which is made if need be; digits stay visible. Ends what is
   * playing; music must have been stopped. Idempotent.
   */
  connect(bridge: string, channels: readonly string[]): Promise<void>;
  /** Takes everybody out of `bridge` and removes it; the channels stay up. */
  disconnect(bridge: string): Promise<void>;

  /**
   * Listens whether a person or a machine answered a leg that we dialled; `MachineDetected` tells. Ends what is playing; until the
   * verdict, the leg takes no command but `hangup`. Idempotent: a leg that was judged already is told of again.
   */
  detectMachine(leg: string, limits?: Partial<DetectionLimits>): Promise<void>;

  /**
   * Lets `leg` hear all that `target` says and hears, wherever `target` is and goes, on hold too. Ends what is playing to the leg and
   * takes it out of the bridge that it is in. Idempotent; under the same id it changes the mode while it runs. When one of the two
   * channels ends, the other one stays up.
   */
  overhear(request: OverhearRequest): Promise<void>;
  /** Both channels stay up. */
  stopOverhearing(overhearing: string): Promise<void>;

  /** The phones that are registered now. */
  phones(): Promise<readonly PhoneStatus[]>;
}

/** Why a leg is ended, or ended. Names of Q.850 causes as telephony uses them. */
export type HangupCause =
  | 'normal'
  | 'busy'
  | 'no-answer'
  | 'rejected'
  | 'unallocated-number'
  | 'unreachable'
  | 'congestion'
  | 'cancelled'
  | 'failure';

/**
 * One thing to play. `file` is an absolute path without extension. The tones ringback and busy last until they are stopped.
 */
export type Media =
  | { readonly file: string }
  | { readonly tone: 'ringback' | 'busy' | 'beep' }
  | { readonly silenceMs: number };

export interface RecordOptions {
  readonly maxMs: number;
  /** Silence that ends the recording. */
  readonly maxSilenceMs: number;
  readonly beep: boolean;
  /** A key that ends it, '' for none. */
  readonly endKey: string;
}

/** Where a new leg goes: to one of our phones, or to an outside number through the trunk. */
export type Endpoint =
  | { readonly kind: 'phone'; readonly extension: string }
  | { readonly kind: 'outside'; readonly number: string };

export interface OriginateRequest {
  readonly leg: string;
  readonly to: Endpoint;
  /** What the called party sees. */
  readonly callerNumber: string;
  readonly callerName: string;
  readonly ringTimeoutMs: number;
  /** The PBX ends a talk that is longer by itself, in case that we are not there; undefined: it may last. */
  readonly maxTalkMs?: number;
  /** The leg on whose behalf we dial, so that codecs match. */
  readonly originator?: string;
  /** Asks the phone to answer by itself; only phones of the house are asked. */
  readonly autoAnswer?: true;
  /** Id of the call, which a phone of the house is told in the header X-Carillon-Call. */
  readonly call?: string;
}

/** Who listens to whom. */
export interface OverhearRequest {
  /** Ours, like the id of a leg. */
  readonly overhearing: string;
  readonly leg: string;
  readonly target: string;
  /**
   * `listen`: nobody hears the leg. `whisper`: `target` hears it, and nobody else does. It is mixed into what `target` hears: somebody who
   * is in no bridge, and is played nothing, may not hear it.
   */
  readonly mode: 'listen' | 'whisper';
}

/** How long the answering-machine detection listens for what. */
export interface DetectionLimits {
  /** Silence after the answer that only a machine leaves, ms. */
  readonly initialSilenceMs: number;
  /** Longer than this, only a machine greets, ms. */
  readonly greetingMs: number;
  /** Silence behind a greeting with which a person waits for an answer, ms. */
  readonly afterGreetingSilenceMs: number;
  /** Without a verdict until then, it is unsure, ms. */
  readonly totalMs: number;
}

/** Those of Asterisk's AMD as it ships, with less patience before the first word: what a person says is a short word and a pause. */
export const DETECTION_LIMITS: DetectionLimits = {
  initialSilenceMs: 2_500,
  greetingMs: 1_500,
  afterGreetingSilenceMs: 800,
  totalMs: 5_000,
};

export type MachineVerdict = 'human' | 'machine' | 'unsure';

/** What decided. `no-audio`: nothing came that could be listened to; `not-analysed`: the PBX could not listen. */
export type DetectionReason =
  | 'short-greeting'
  | 'long-greeting'
  | 'long-word'
  | 'many-words'
  | 'silence'
  | 'too-long'
  | 'no-audio'
  | 'not-analysed';

/** Who brought the call: one of our phones (authenticated), or the outside world. `guest`: not by the trunk, under any number. */
export type Source =
  | { readonly kind: 'phone'; readonly extension: string }
  | { readonly kind: 'outside'; readonly guest?: true };

/**
 * `draining`: calls go on, but the PBX takes and makes no new one; `originate` is refused.
 * `phones-unknown`: nobody tells which phones are registered.
 */
export type PbxTrouble = 'draining' | 'phones-unknown';

export type PbxEvent =
  /** `restarted`: the PBX began anew since the link was last up; of what was in it there is only what a snapshot holds. */
  | { readonly type: 'LinkUp'; readonly pbx: string; readonly restarted: boolean }
  | { readonly type: 'LinkDown'; readonly reason: string }
  /** Something of the PBX does not work though the link is up; with an empty `sentence`, it works again. */
  | { readonly type: 'PbxTrouble'; readonly trouble: PbxTrouble; readonly sentence: string }
  /** Another daemon took our place: this one has to stop. */
  | { readonly type: 'Replaced' }
  | ({ readonly type: 'ChannelArrived' } & ArrivedChannel)
  | { readonly type: 'LegRinging'; readonly channel: string }
  | { readonly type: 'LegAnswered'; readonly channel: string }
  | {
      readonly type: 'ChannelEnded';
      readonly channel: string;
      readonly cause: HangupCause;
      readonly q850: number;
      readonly sipCode?: number;
    }
  /** `ms`: how long the detection took. */
  | {
      readonly type: 'MachineDetected';
      readonly channel: string;
      readonly verdict: MachineVerdict;
      readonly reason: DetectionReason;
      readonly ms: number;
    }
  | { readonly type: 'DigitPressed'; readonly channel: string; readonly digit: string }
  | {
      readonly type: 'PlaybackEnded';
      readonly playback: string;
      readonly channel: string;
      readonly outcome: 'done' | 'failed';
    }
  | {
      readonly type: 'RecordingEnded';
      readonly recording: string;
      readonly outcome: 'done' | 'failed';
      /** Absolute path of the WAV file. */
      readonly file: string;
      /** Without the silence that ended it. */
      readonly durationMs: number;
    }
  | { readonly type: 'PhoneStatusChanged'; readonly extension: string; readonly registered: boolean };

/** A channel as it arrived. Text is cleaned of control characters, numbers of everything but digits and a leading +. */
export interface ArrivedChannel {
  readonly channel: string;
  readonly source: Source;
  /** Caller's number, '' when hidden. */
  readonly ani: string;
  readonly aniName: string;
  /** The number that was dialled. */
  readonly dnis: string;
}

export interface PbxSnapshot {
  readonly channels: readonly (ArrivedChannel & {
    readonly state: 'down' | 'ringing' | 'up' /** true: a leg that we originated */;
    readonly ours: boolean;
  })[];
  readonly bridges: readonly { readonly bridge: string; readonly channels: readonly string[] }[];
  /** Ids of `overhear` that run, or of which something is left. */
  readonly overhearings: readonly string[];
}

export interface PhoneStatus {
  readonly extension: string;
  readonly registered: boolean;
  /** Where it registered from, as the PBX words it. */
  readonly contact: string;
}

/** The PBX or the link to it said no. `code` is stable. */
export class PbxError extends Error {
  readonly code: 'link-down' | 'timeout' | 'refused' | 'not-found' | 'unreachable';

  constructor(code: PbxError['code'], message: string) {
    super(message);
    this.name = 'PbxError';
    this.code = code;
  }
}

/** Q.850 number of a cause, for PBXes that take numbers (ITU-T Q.850 table 1). */
export const Q850: Readonly<Record<HangupCause, number>> = {
  normal: 16,
  busy: 17,
  'no-answer': 19,
  rejected: 21,
  'unallocated-number': 1,
  unreachable: 20,
  congestion: 34,
  cancelled: 16,
  failure: 38,
};

/**
 * Names the reason of an ended leg. The SIP code decides where there is one, because PBXes map it to different Q.850
 * numbers; `q850` fills the gaps.
 */
export function causeOf(q850: number, sipCode?: number): HangupCause {
  switch (sipCode) {
    case 486:
    case 600:
      return 'busy';
    case 408:
    case 480:
      return 'no-answer';
    case 403:
    case 603:
    case 607:
    case 608:
      return 'rejected';
    case 404:
    case 410:
    case 484:
    case 604:
      return 'unallocated-number';
    case 487:
      return 'cancelled';
    case 503:
      return 'congestion';
    default:
      if (sipCode !== undefined && sipCode >= 400) return 'failure';
  }
  switch (q850) {
    case 0:
    case 16:
    case 31:
      return 'normal';
    case 17:
      return 'busy';
    case 18:
    case 19:
      return 'no-answer';
    case 21:
      return 'rejected';
    case 1:
    case 22:
    case 28:
      return 'unallocated-number';
    case 3:
    case 20:
    case 27:
      return 'unreachable';
    case 34:
    case 41:
    case 42:
      return 'congestion';
    case 26:
    case 127:
      return 'cancelled';
    default:
      return 'failure';
  }
}

/** Not of dots alone: in the path of a request those would mean another place. */
const ID = /^(?!\.+$)[A-Za-z0-9._-]{1,100}$/;
const EXTENSION = /^[0-9A-Za-z_-]{1,32}$/;
const OUTSIDE = /^\+?[0-9*#]{1,32}$/;
const DIGITS = /^[0-9A-D*#]{1,64}$/;
/** Letters of any script, digits, space and - _ . + = @ ( ): no separators, quotes, wildcards or variables. */
const PATH = /^(?:\/[\p{L}\p{M}\p{N} ._+=@()-]+)+$/u;
const LONGEST_SILENCE_MS = 600_000;
const LONGEST_DETECTION_MS = 60_000;

/** True for what may be the name of a phone. */
export function isExtension(name: string): boolean {
  return EXTENSION.test(name);
}

/** Throws `PbxError` 'refused' for an id of ours that a PBX could read as something else. */
export function checkId(id: string): void {
  if (!ID.test(id)) throw refused('ids are made of letters, digits and . _ -');
}

/** Throws `PbxError` 'refused' for what could ring a second party (`&`) or another server (`@`), or is no number. */
export function checkEndpoint(to: Endpoint): void {
  if (to.kind === 'phone' ? !EXTENSION.test(to.extension) : !OUTSIDE.test(to.number)) {
    throw refused(
      to.kind === 'phone' ? 'not an extension that can be dialled' : 'not a number that can be dialled',
    );
  }
}

/** Throws `PbxError` 'refused' when anything but a phone of the house is asked to answer by itself. */
export function checkAutoAnswer({ to, autoAnswer }: OriginateRequest): void {
  if (autoAnswer && to.kind !== 'phone') throw refused('only phones of the house answer by themselves');
}

/** Throws `PbxError` 'refused' for limits that are no whole milliseconds within a minute. */
export function checkDetection(limits: DetectionLimits): void {
  for (const ms of Object.values(limits)) {
    if (!Number.isInteger(ms) || ms < 1 || ms > LONGEST_DETECTION_MS) {
      throw refused(`the detection of answering machines cannot take ${ms} ms`);
    }
  }
}

/** Throws `PbxError` 'refused' for what is not keys of a telephone. */
export function checkDigits(digits: string): void {
  if (!DIGITS.test(digits)) throw refused('these are no digits');
}

/** Throws `PbxError` 'refused' for nothing, for silence of no length, and for paths that are more than a path. */
export function checkMedia(media: readonly Media[]): void {
  if (media.length === 0) throw refused('nothing to play');
  for (const item of media) {
    if ('file' in item) checkPath(item.file);
    if ('silenceMs' in item && !(item.silenceMs > 0 && item.silenceMs <= LONGEST_SILENCE_MS)) {
      throw refused(`silence of ${item.silenceMs} ms cannot be played`);
    }
  }
}

function checkPath(file: string): void {
  const plain = PATH.test(file) && !/\/\.\.?(?:\/|$)/.test(file);
  if (!plain || file.length > 1_000) throw refused(`not a path that can be played: ${JSON.stringify(file)}`);
}

function refused(message: string): PbxError {
  return new PbxError('refused', message);
}
